#include "cashback/service.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <span>
#include <utility>

#include "catalog/catalog.h"
#include "catalog/products.h"

namespace eyed::cashback {
namespace {

constexpr std::size_t kMostAtOnce = 256;  // others wait for the catalog meanwhile

using Outcomes = Result<std::vector<Result<catalog::Cashbacks::Recorded>>>;

bool any_new(const Outcomes& outcomes) {
    return outcomes && std::ranges::any_of(*outcomes, [](const auto& one) {
               return one && one->outcome == catalog::Cashbacks::Recorded::Outcome::kNew;
           });
}

/// What no check foresaw (a fault of ours, or a constraint of the database) must not refuse those
/// that came along with it.
Outcomes record_apart(catalog::Cashbacks& cashbacks,
                      std::span<const catalog::Cashbacks::New> wanted) {
    std::vector<Result<catalog::Cashbacks::Recorded>> all;
    for (const catalog::Cashbacks::New& one : wanted) {
        auto outcome = cashbacks.record_all({&one, 1});
        if (outcome)
            all.push_back(std::move(outcome->front()));
        else
            all.push_back(std::unexpected(std::move(outcome).error()));
    }
    return all;
}

}  // namespace

Service::Service(catalog::Catalog& catalog, const Clock& clock, Options options)
    : catalog_(catalog),
      clock_(clock),
      options_(std::move(options)),
      rules_(std::make_shared<const Rules>(catalog::Products::All{})),
      thread_([this] { run(); }) {
}

Service::~Service() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

Status Service::refresh() {
    const std::lock_guard refreshing(refresh_mutex_);
    EYED_ASSIGN(auto all, catalog_.products().all());
    auto rules = std::make_shared<const Rules>(std::move(all));
    const std::lock_guard lock(rules_mutex_);
    rules_ = std::move(rules);
    return {};
}

std::string Service::kept_key(std::string_view key) const {
    if (key.empty()) return {};
    const Hash128 digest = options_.digest(fmt::format("key|{}", key));
    return fmt::format("{:016x}{:016x}", digest.high, digest.low);
}

Bounds Service::bounds() const {
    return {clock_.now(), options_.future_tolerance, options_.oldest};
}

std::shared_ptr<const Rules> Service::rules() const {
    const std::lock_guard lock(rules_mutex_);
    return rules_;
}

Result<std::vector<model::EarnedLine>> Service::simulate(const model::Purchase& purchase) {
    return rules()->earn(purchase, options_.rounding, [&](ProductId product) {
        return catalog_.cashbacks().month_so_far(purchase.document, product, purchase.sold_at);
    });
}

void Service::run() {
    pthread_setname_np(pthread_self(), "cashback");
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMostAtOnce));
        const std::vector<Recording*> batch(waiting_.begin(), waiting_.begin() + count);
        waiting_.erase(waiting_.begin(), waiting_.begin() + count);
        lock.unlock();
        record(batch);
        lock.lock();
    }
}

void Service::record(const std::vector<Recording*>& batch) {
    const auto rules = this->rules();
    const Micros now = clock_.now();
    std::vector<catalog::Cashbacks::New> wanted;
    wanted.reserve(batch.size());
    for (Recording* one : batch) {
        const model::Purchase& purchase = one->wanted_.purchase;
        wanted.push_back({.purchase = purchase,
                          .by = one->wanted_.by,
                          .application = one->wanted_.application,
                          .received_at = now,
                          .rounding = options_.rounding,
                          .key = kept_key(one->wanted_.key),
                          .digest = options_.digest(identity_of(purchase)),
                          .compute = [&](const catalog::Cashbacks::MonthSoFar& month) {
                              return rules->earn(purchase, options_.rounding, month);
                          }});
    }
    Outcomes outcomes = catalog_.cashbacks().record_all(wanted);
    if (!outcomes && outcomes.error().code == Code::kInternal)
        outcomes = record_apart(catalog_.cashbacks(), wanted);
    const bool due = any_new(outcomes);
    ResumeBatch resumed;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (outcomes)
            batch[i]->result_.emplace(std::move((*outcomes)[i]));
        else
            batch[i]->result_.emplace(std::unexpected(outcomes.error()));
        resumed.add(batch[i]->executor_, batch[i]->resumption_);
    }
    resumed.flush();
    if (due && options_.recorded) options_.recorded();
}

Service::Recording::Recording(Service& service, Executor& executor, Wanted wanted)
    : service_(service), executor_(executor), wanted_(std::move(wanted)) {
}

bool Service::Recording::await_suspend(std::coroutine_handle<> handle) {
    resumption_.handle = handle;
    {
        const std::lock_guard lock(service_.mutex_);
        if (service_.stopping_ || service_.waiting_.size() >= service_.options_.queue_capacity) {
            result_.emplace(failure(Code::kOverloaded, "too many purchases are waiting"));
            return false;
        }
        service_.waiting_.push_back(this);
        service_.wake_.notify_one();  // under the lock: after it, this may be resumed and gone
    }
    return true;
}

Result<catalog::Cashbacks::Recorded> Service::Recording::await_resume() {
    return std::move(*result_);
}

}  // namespace eyed::cashback
