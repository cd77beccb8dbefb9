// What happened to an event, by its sender's own id.
#include <fmt/format.h>

#include <algorithm>

#include "api/delivery_json.h"
#include "api/handlers.h"
#include "api/lists.h"
#include "base/json_members.h"
#include "base/json_text.h"
#include "catalog/catalog.h"
#include "catalog/deliveries.h"
#include "ingest/duplicates.h"
#include "log/log.h"
#include "store/event_store.h"

namespace eyed::api {

namespace {

using model::RejectionState;

/// As many events and refusals of one event_id are told.
constexpr std::uint32_t kMostTold = 50;
constexpr std::size_t kMaxEventIdBytes = 512;  ///< 128 characters of four bytes

/// Whose event it is asked about, and by which id.
struct Asked {
    std::string event_id;
    ApplicationId application;
};

/// What the store knows of an event_id.
struct Known {
    std::vector<store::EventTrace> events;     ///< by id
    std::vector<model::Rejection> rejections;  ///< by id
};

Result<Known> look_up(Api& api, const std::string& event_id,
                      const std::vector<ApplicationId>& applications) {
    Known known;
    EYED_ASSIGN(known.events, api.services.store.trace(event_id, applications, kMostTold));
    store::RejectionFilter filter;
    filter.applications = applications;
    filter.event_id = event_id;
    store::RejectionPage page;
    page.limit = kMostTold;
    page.payload = store::RejectionPage::Payload::kLeftOut;
    EYED_ASSIGN(auto found, api.services.store.rejections(filter, page));
    known.rejections = std::move(found.rows);
    std::ranges::reverse(known.rejections);
    return known;
}

/// The one application that has such an event or refusal, or the caller's own when none has.
Result<ApplicationId> only_application(const Known& known, ApplicationId own) {
    std::vector<ApplicationId> all;
    for (const store::EventTrace& event : known.events)
        all.push_back(event.application);
    for (const model::Rejection& rejection : known.rejections)
        all.push_back(rejection.application);
    std::ranges::sort(all);
    all.erase(std::ranges::unique(all).begin(), all.end());
    if (all.empty()) return own;
    if (all.size() == 1) return all.front();
    return failure(Code::kInvalidArgument,
                   "Several applications have sent this event_id: name one as `application`.");
}

struct Step {
    Micros at;
    std::string_view what;
    EventId event;
    RejectionId rejection;
};

std::vector<Step> history_of(const Known& known, const ingest::Duplicates::Count& duplicates,
                             EventId id) {
    std::vector<Step> steps;
    const auto add = [&steps](const Step& step) {  // behind those of the same time
        steps.insert(std::ranges::upper_bound(steps, step.at, {}, &Step::at), step);
    };
    for (const model::Rejection& rejection : known.rejections) {
        add({rejection.received_at, "rejected", {}, rejection.id});
        if (rejection.state != RejectionState::kOpen)
            add({rejection.settled_at, rejection_state_name(rejection.state), rejection.event,
                 rejection.id});
    }
    for (const store::EventTrace& event : known.events)
        if (!event.replays) add({event.received_at, "accepted", event.id, {}});
    if (duplicates.count > 0) add({duplicates.last_at, "duplicate", id, {}});
    return steps;
}

void append_refusals(const Known& known, std::string& out) {
    out += ",\"rejections\":[";
    for (const model::Rejection& rejection : known.rejections) {
        if (&rejection != known.rejections.data()) out += ',';
        out += fmt::format("{{\"id\":{},\"reason\":\"{}\",\"message\":", rejection.id.value,
                           model::reason_name(rejection.reason));
        append_json_string(rejection.message, out);
        out += ",\"pointer\":";
        append_json_string(rejection.pointer, out);
        append_instant_member("received_at", rejection.received_at, out);
        out += fmt::format(",\"state\":\"{}\"", rejection_state_name(rejection.state));
        append_id_member("event", rejection.event.value, out);
        out += '}';
    }
    out += ']';
}

/// What there is to tell; kNotFound when nothing is known of it.
class Receipt {
  public:
    Receipt(const Known& known, std::optional<EventId> in_log, Freshness freshness)
        : known_(known) {
        if (!known.events.empty()) {
            state_ = "stored";
            id_ = known.events.back().id;
            received_at_ = known.events.back().received_at;
        } else if (in_log) {
            // The log had it before the store was asked: a store that has it all had it erased.
            state_ = freshness == Freshness::kFresh ? "erased" : "received";
            id_ = *in_log;
        } else if (!known.rejections.empty()) {
            state_ = "rejected";
            received_at_ = known.rejections.back().received_at;
            for (const model::Rejection& rejection : known.rejections) {
                if (!rejection.event) continue;
                state_ = "erased";
                id_ = rejection.event;
                received_at_.reset();
            }
        }
    }

    bool empty() const { return state_.empty(); }
    EventId id() const { return id_; }

    /// `forwarding`: a JSON array.
    std::string render(const Api& api, const Asked& asked, std::string_view forwarding) const {
        const ingest::Duplicates& counted = api.services.duplicates;
        const auto duplicates = counted.find(log::dedup_key(asked.application, asked.event_id));
        std::string out = "{\"event_id\":";
        append_json_string(asked.event_id, out);
        out += ",\"application\":";
        append_json_string(api.names.name(asked.application), out);
        out += fmt::format(R"(,"state":"{}","stored":{})", state_, state_ == "stored");
        append_id_member("id", id_.value, out);
        append_instant_member("received_at", received_at_, out);
        out += fmt::format(R"(,"duplicates":{{"count":{})", duplicates.count);
        append_instant_member(
            "last_at", duplicates.count > 0 ? std::optional(duplicates.last_at) : std::nullopt,
            out);
        append_instant_member("since", counted.since(), out);
        out += '}';
        append_refusals(known_, out);
        out += ",\"history\":[";
        bool first = true;
        for (const Step& step : history_of(known_, duplicates, id_)) {
            out += fmt::format(R"({}{{"at":"{}","what":"{}")", first ? "" : ",",
                               to_iso8601(step.at), step.what);
            append_id_member("event", step.event.value, out);
            append_id_member("rejection", step.rejection.value, out);
            out += '}';
            first = false;
        }
        out += "],\"forwarding\":";
        out += forwarding;
        out += '}';
        return out;
    }

  private:
    const Known& known_;
    std::string_view state_;
    EventId id_;
    std::optional<Micros> received_at_;
};

/// What became of the event's way to destinations, as a JSON array. On a worker.
Result<std::string> forwarding_of(const Api& api, const http::Request& request, EventId event) {
    std::string out = "[";
    if (event) {
        EYED_ASSIGN(const auto deliveries,
                    api.services.catalog.deliveries().of_event(event, kMostTold));
        DeliveryJson json(api, request);
        for (const model::Delivery& delivery : deliveries) {
            if (out.back() != '[') out += ',';
            json.append_forwarding(delivery, out);
        }
    }
    out += ']';
    return out;
}

/// Whose event is meant: the one application that the caller reads or names, or that has it.
/// kTimeout: nobody's that the store knows of, and it does not know yet all that was accepted.
Task<Result<ApplicationId>> application_of(Api& api, http::Request& request,
                                           const std::string& event_id,
                                           std::vector<ApplicationId> applications) {
    if (applications.size() == 1) co_return applications.front();
    const Freshness freshness = co_await read_barrier(api, request);
    auto read = [&api, &event_id, &applications] { return look_up(api, event_id, applications); };
    const Result<Known> known =
        co_await on_worker(api.services.lanes.queries, request, std::move(read));
    if (!known) co_return std::unexpected(known.error());
    if (freshness == Freshness::kStale && known->events.empty() && known->rejections.empty())
        co_return failure(
            Code::kTimeout,
            "Queries do not see yet all that was accepted, and nobody is known to have "
            "sent this event_id: name its `application`, or ask again.");
    co_return only_application(*known, request.principal.application);
}

}  // namespace

Task<http::Response> get_receipt(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    const std::optional<std::string> named = query::receipt_application(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    Asked asked{std::string(request.parameter("event_id")), {}};
    if (asked.event_id.size() > kMaxEventIdBytes || !is_utf8(asked.event_id))
        co_return error(request, Code::kNotFound);
    auto applications = readable(api.names, request.principal, named);
    if (!applications) co_return fail(api, request, applications.error());
    Task<Result<ApplicationId>> choosing =
        application_of(api, request, asked.event_id, *std::move(applications));
    const Result<ApplicationId> application = co_await choosing;
    if (!application) co_return fail(api, request, application.error());
    asked.application = *application;

    // The log first: what it has now, a store that is fresh after this has too, unless erased.
    auto find = [&api, &asked]() -> Result<std::optional<EventId>> {
        return api.services.log.find(log::dedup_key(asked.application, asked.event_id));
    };
    const Result<std::optional<EventId>> in_log =
        co_await on_worker(api.services.lanes.queries, request, std::move(find));
    if (!in_log) co_return fail(api, request, in_log.error());
    const Freshness freshness = co_await read_barrier(api, request);
    auto read = [&api, &asked] { return look_up(api, asked.event_id, {asked.application}); };
    const Result<Known> known =
        co_await on_worker(api.services.lanes.queries, request, std::move(read));
    if (!known) co_return fail(api, request, known.error());
    const Receipt receipt(*known, *in_log, freshness);
    auto follow = [&api, &request, &receipt] { return forwarding_of(api, request, receipt.id()); };
    const Result<std::string> forwarding =
        co_await on_worker(api.services.lanes.deliveries, request, std::move(follow));
    if (!forwarding) co_return fail(api, request, forwarding.error());
    http::Response response = receipt.empty()
                                  ? error(request, Code::kNotFound)
                                  : http::json(200, receipt.render(api, asked, *forwarding));
    mark(freshness, response);
    co_return response;
}

}  // namespace eyed::api
