#include "api/health.h"

#include <condition_variable>
#include <optional>
#include <utility>

#include "base/check.h"

namespace eyed::api {

struct Health::Answer {
    std::mutex mutex;  ///< guards status
    std::condition_variable come;
    std::optional<Status> status;

    void set(Status to) {
        {
            const std::lock_guard lock(mutex);
            status = std::move(to);
        }
        come.notify_all();
    }
    Status wait_until(std::chrono::steady_clock::time_point deadline) {
        std::unique_lock lock(mutex);
        if (!come.wait_until(lock, deadline, [this] { return status.has_value(); }))
            return failure(Code::kTimeout, "it has not answered in time");
        return *status;
    }
};

namespace {

WorkerPool::Options one_thread(const char* name) {
    return {.name = name, .threads = 1, .queue_capacity = 16};
}

/// A part that does not work, for whoever asks.
struct PartName {
    std::string_view name;
    std::string_view reason;
};
constexpr PartName kLog{"log", "It takes no events at the moment."};
constexpr PartName kStore{"store", "It does not answer queries, or does not follow the log."};
constexpr PartName kCatalog{"catalog", "It does not answer."};
constexpr std::string_view kLate = "It does not answer in time.";

Health::Check check_of(const PartName& part, Status status) {
    Health::Check check{part.name, std::move(status), {}};
    if (!check.status)
        check.reason = check.status.error().code == Code::kTimeout ? kLate : part.reason;
    return check;
}

}  // namespace

Health::Health(Parts parts)
    : parts_(std::move(parts)),
      store_(one_thread("health-store")),
      catalog_(one_thread("health-catalog")),
      probes_(one_thread("health")) {
}

bool Health::Ask::await_suspend(std::coroutine_handle<> handle) {
    resumption_.handle = handle;
    return health_.join(*this);
}

/// False: the answer is there already. True: from then on another thread may resume who asks.
bool Health::join(Ask& ask) {
    const std::lock_guard lock(mutex_);
    if (latest_ && parts_.clock.steady() - latest_at_ < kGoodFor) {
        ask.checks_ = latest_;
        return false;
    }
    asking_.push_back(&ask);
    if (probing_) return true;
    probing_ = true;
    EYED_CHECK(probes_.submit([this] { probe(); }));  // the only job there is
    return true;
}

void Health::probe() {
    auto checks = std::make_shared<const Checks>(ask_and_wait());
    report(*checks);
    ResumeBatch resumes;
    const std::lock_guard lock(mutex_);
    latest_ = std::move(checks);
    latest_at_ = parts_.clock.steady();
    probing_ = false;
    for (Ask* ask : std::exchange(asking_, {})) {
        ask->checks_ = latest_;
        resumes.add(ask->executor_, ask->resumption_);
    }
    resumes.flush();
}

std::shared_ptr<Health::Answer> Health::start(WorkerPool& pool,
                                              const std::function<Status()>& check) {
    auto answer = std::make_shared<Answer>();
    const Status queued = pool.submit([answer, &check] { answer->set(check()); });
    if (!queued) answer->set(failure(Code::kTimeout, "it has not answered earlier questions"));
    return answer;
}

Health::Checks Health::ask_and_wait() {
    const auto until = std::chrono::steady_clock::now() + kDeadline;
    const auto store = start(store_, parts_.store);
    const auto catalog = start(catalog_, parts_.catalog);
    Checks checks;
    checks.push_back(check_of(kLog, parts_.log()));
    checks.push_back(check_of(kStore, store->wait_until(until)));
    checks.push_back(check_of(kCatalog, catalog->wait_until(until)));
    return checks;
}

void Health::report(const Checks& checks) {
    told_.resize(checks.size());
    for (std::size_t i = 0; i < checks.size(); ++i) {
        const auto& [name, status, reason] = checks[i];
        const std::string detail = status ? std::string() : status.error().detail;
        if (detail == told_[i]) continue;
        if (status)
            parts_.logger.info("ready again", {{"part", name}});
        else
            parts_.logger.warning("not ready", {{"part", name}, {"why", detail}});
        told_[i] = detail;
    }
}

}  // namespace eyed::api
