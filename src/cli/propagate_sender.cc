#include "cli/propagate_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "cli/answers.h"
#include "cli/propagate_words.h"

namespace eyed::cli {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{10'000};
constexpr milliseconds kLongestAsked{300'000};
constexpr milliseconds kBetweenReadinessChecks{1'000};
constexpr std::size_t kShownIds = 10;

/// A member that is a number of events; nullopt: there is none.
std::optional<std::uint32_t> count_of(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    std::error_code error;
    if (value == nullptr) return std::nullopt;
    const auto number = value->to_number<std::uint32_t>(error);
    return error ? std::nullopt : std::optional(number);
}

/// `id 5`, or `ids 5, 6, …`, of `{"id":…}`, `{"ids":[…]}` or `{"results":[{"id":…}]}`.
std::string ids_of(const boost::json::object& answer) {
    if (const auto* id = answer.if_contains("id")) return "id " + boost::json::serialize(*id);
    const auto* list = answer.if_contains("ids");
    if (list == nullptr) list = answer.if_contains("results");
    if (list == nullptr || !list->is_array()) return {};
    std::string text = "ids";
    std::size_t shown = 0;
    for (const auto& item : list->get_array()) {
        const auto* verdict = item.if_object();
        const auto* id = verdict == nullptr ? &item : verdict->if_contains("id");
        if (id == nullptr) continue;
        if (shown == kShownIds) return text + ", …";
        text += (shown++ == 0 ? " " : ", ") + boost::json::serialize(*id);
    }
    return text;
}

/// Of a batch's verdicts: what is said of the first refused one.
void read_refusal(const boost::json::object& answer, Delivery& delivery) {
    const auto* results = answer.if_contains("results");
    const auto* verdicts = results == nullptr ? nullptr : results->if_array();
    for (std::size_t i = 0; verdicts != nullptr && i < verdicts->size(); ++i) {
        const auto* verdict = (*verdicts)[i].if_object();
        const auto* status = verdict == nullptr ? nullptr : verdict->if_contains("status");
        if (status == nullptr || *status != "rejected") continue;
        delivery.refused_at = i;
        delivery.detail = words_of_verdict(*verdict);
        return;
    }
}

/// Of a success whose body says more than its status.
void read_verdicts(const boost::json::object& answer, Delivery& delivery, std::uint32_t events) {
    const auto rejected = count_of(answer, "rejected");
    const auto duplicates = count_of(answer, "duplicates");
    if (rejected && duplicates && *rejected <= events) {
        delivery.refused = *rejected;
        delivery.known = std::min(*duplicates, events - *rejected);
    }
    const auto* status = answer.if_contains("status");
    if (status != nullptr && *status == "duplicate") delivery.known = 1;
    delivery.accepted = events - delivery.refused;
    if (delivery.refused == 0)
        delivery.detail = ids_of(answer);
    else
        read_refusal(answer, delivery);
}

}  // namespace

Delivery judge(const HttpClient::Response& response, const Parcel& parcel) {
    Delivery delivery;
    delivery.status = response.status;
    if (response.status < 200 || response.status > 299) {
        delivery.refused = parcel.events;
        ServerWords words = words_of(response.body);
        delivery.detail = std::move(words.text);
        delivery.refused_at = words.index;
        return delivery;
    }
    delivery.accepted = parcel.events;
    const auto answer = parse_json(response.body);
    if (answer && answer->is_object()) read_verdicts(answer->get_object(), delivery, parcel.events);
    return delivery;
}

bool worth_another_try(int status) {
    return status == 408 || status == 429 || (status >= 500 && status != 501 && status != 505);
}

milliseconds pause_before(std::uint32_t retry, std::optional<std::chrono::seconds> asked,
                          std::mt19937_64& random) {
    const std::uint32_t doublings = std::min(retry - 1, 10U);
    const milliseconds full = std::min(kFirstPause * (1U << doublings), kLongestPause);
    std::uniform_int_distribution<milliseconds::rep> part(full.count() / 2, full.count());
    const milliseconds own(part(random));
    if (!asked) return own;
    const milliseconds least = *asked;
    return std::max(own, std::min(least + full / 10, kLongestAsked));
}

bool wait_for(std::chrono::nanoseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, time, [&] { return stop.stop_requested(); });
    return !stop.stop_requested();
}

PropagateSender::PropagateSender(const PropagatePlan& plan, std::stop_token stop, Notice notice)
    : plan_(plan), stop_(std::move(stop)), notice_(std::move(notice)) {
}

Result<std::unique_ptr<PropagateSender>> PropagateSender::create(const PropagatePlan& plan,
                                                                 std::stop_token stop,
                                                                 Notice notice) {
    std::unique_ptr<PropagateSender> sender(
        new PropagateSender(plan, std::move(stop), std::move(notice)));
    HttpClient::Options options{plan.server, plan.token};
    options.scheme = "Bearer";
    options.timeout = plan.timeout;
    options.given_up = [sender = sender.get()] { return sender->given_up(); };
    EYED_ASSIGN(sender->client_, HttpClient::create(std::move(options)));
    return sender;
}

bool PropagateSender::given_up() {
    if (ready_by_ && Steady::now() >= *ready_by_) return true;
    if (!stop_.stop_requested()) return false;
    if (!stopped_at_) stopped_at_ = Steady::now();
    return Steady::now() - *stopped_at_ >= kGrace;
}

std::string PropagateSender::path_for(const Parcel& parcel) const {
    if (!plan_.path.empty()) return plan_.path;
    return parcel.form == FileEvent::Form::kEvent ? "/api/v1/events" : "/api/event";
}

Delivery PropagateSender::send(const Parcel& parcel) {
    const HttpClient::Request request{.method = "POST",
                                      .path = path_for(parcel),
                                      .query = {},
                                      .content_type = "application/json",
                                      .idempotency_key = parcel.idempotency_key,
                                      .body = parcel.body};
    Delivery delivery;
    for (std::uint32_t retries = 0;; ++retries) {
        const auto begin = Steady::now();
        const auto response = client_->send(request);
        const auto took =
            std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - begin);
        if (response && !worth_another_try(response->status)) {
            delivery = judge(*response, parcel);
            delivery.latency = took;
            delivery.retries = retries;
            return delivery;
        }
        delivery.retries = retries;
        delivery.failed = parcel.events;
        delivery.status = response ? response->status : 0;
        delivery.detail = response ? words_of(response->body).text : response.error().detail;
        if (response) delivery.latency = took;
        if (retries == plan_.retries || stop_.stop_requested()) return delivery;
        const auto asked = response ? response->retry_after : std::nullopt;
        const auto pause = pause_before(retries + 1, asked, random_);
        notice_(fmt::format("{}{}; trying again in {:.1f} s",
                            response ? fmt::format("{} ", response->status) : "", delivery.detail,
                            std::chrono::duration<double>(pause).count()));
        if (!wait_for(pause, stop_)) return delivery;
    }
}

Result<bool> PropagateSender::wait_until_ready() {
    if (plan_.duration) ready_by_ = Steady::now() + *plan_.duration;
    auto ready = ask_until_ready();
    ready_by_.reset();
    return ready;
}

Result<bool> PropagateSender::ask_until_ready() {
    std::string told;
    for (std::uint32_t tries = 1; !stop_.stop_requested(); ++tries) {
        const auto response = client_->send({.path = "/api/ready"});
        const int status = response ? response->status : 0;
        if (status == 401 || status == 403)
            return std::unexpected(status_error(status, response->body));
        if (response && !worth_another_try(status)) return true;
        const std::string why = response
                                    ? fmt::format("{} {}", status, words_of(response->body).text)
                                    : response.error().detail;
        const auto not_ready = [&] {
            return failure(Code::kTimeout, fmt::format("the server did not get ready: {}", why));
        };
        if (plan_.ready_tries && tries >= *plan_.ready_tries) return not_ready();
        if (why != told) notice_(fmt::format("not ready, asking each second: {}", why));
        told = why;
        Steady::duration pause = kBetweenReadinessChecks;
        if (ready_by_) pause = std::min(pause, *ready_by_ - Steady::now());
        if (!wait_for(pause, stop_)) break;
        if (ready_by_ && Steady::now() >= *ready_by_) return not_ready();
    }
    return false;
}

}  // namespace eyed::cli
