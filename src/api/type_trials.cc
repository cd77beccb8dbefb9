// What stored events say of a type: the structure they have in common, and how many would fail one.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <tuple>

#include "api/handlers.h"
#include "api/lists.h"
#include "api/types.h"
#include "api/verdicts.h"
#include "base/json_members.h"
#include "base/json_text.h"
#include "query/cursor.h"
#include "schema/inference.h"
#include "store/event_store.h"

namespace eyed::api {

namespace {

constexpr std::uint64_t kInferDefault = 1000;
constexpr std::uint64_t kInferMost = 10'000;
constexpr std::uint64_t kBacktestDefault = 10'000;
constexpr std::uint64_t kBacktestMost = 100'000;
constexpr std::size_t kMostReasons = 200;
constexpr std::size_t kShownEvents = 3;
/// A trial answers with what it has after this.
constexpr std::chrono::seconds kLongestTrial{10};

class Deadline {
  public:
    bool passed() const { return std::chrono::steady_clock::now() >= end_; }

  private:
    std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + kLongestTrial;
};

double share_of(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void append_share(double share, std::string& out) {
    char digits[16];
    const int length = std::snprintf(digits, sizeof digits, "%.4g", share);
    out.append(digits, static_cast<std::size_t>(length));
}

void append_inferred(const schema::Inference::Key& key, std::string& out) {
    using schema::Inference;
    out += "{\"pointer\":";
    append_json_string(key.pointer, out);
    out += ",\"count\":";
    append_number(key.count, out);
    out += ",\"share\":";
    append_share(share_of(key.count, key.places), out);
    out += ",\"types\":{";
    bool first = true;
    for (std::size_t i = 0; i < Inference::kTypes; ++i) {
        if (key.types[i] == 0) continue;
        if (!first) out += ',';
        first = false;
        append_json_string(Inference::name_of(static_cast<Inference::Type>(i)), out);
        out += ':';
        append_number(key.types[i], out);
    }
    out += "},\"dictionary\":";
    out += key.dictionary ? "true" : "false";
    out += '}';
}

std::string inferred(const schema::Inference& inference) {
    std::string body = "{\"events\":";
    append_number(inference.payloads(), body);
    body += ",\"keys\":[";
    bool first = true;
    for (const auto& key : inference.keys()) {
        if (!first) body += ',';
        first = false;
        append_inferred(key, body);
    }
    body += "],\"example\":";
    body += inference.example().value_or("null");
    body += ",\"example_fits\":";
    body += inference.example_fits() ? "true" : "false";
    body += ",\"schema\":";
    body += inference.payloads() == 0 ? "null" : inference.schema();
    body += '}';
    return body;
}

/// A pointer without the numbers of elements: `/data/items/*/price`.
std::string grouped(std::string_view pointer) {
    std::string text;
    while (!pointer.empty()) {
        const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
        const std::string_view step = pointer.substr(1, end - 1);
        const bool number =
            !step.empty() && step.find_first_not_of("0123456789") == std::string_view::npos;
        text += '/';
        text += number ? std::string_view("*") : step;
        pointer.remove_prefix(end);
    }
    return text;
}

/// Why events would fail, and how many.
class Tally {
  public:
    void add(const schema::Violation& violation, EventId event) {
        ++failed_;
        std::string pointer = grouped(violation.pointer);
        // The message begins with the pointer, as it is in this one event.
        const bool named = violation.message.starts_with(violation.pointer);
        std::string message = named ? pointer + violation.message.substr(violation.pointer.size())
                                    : violation.message;
        Key key{violation.reason, std::move(pointer), std::move(message)};
        auto found = reasons_.find(key);
        if (found == reasons_.end()) {
            if (reasons_.size() == kMostReasons) {
                ++others_;
                return;
            }
            found = reasons_.emplace(std::move(key), Reason{}).first;
        }
        ++found->second.count;
        if (found->second.events.size() < kShownEvents) found->second.events.push_back(event);
    }
    std::uint64_t failed() const { return failed_; }

    /// The most frequent first.
    void append(std::string& out) const {
        std::vector<const Entry*> order;
        for (const Entry& entry : reasons_)
            order.push_back(&entry);
        std::ranges::sort(order, [](const Entry* a, const Entry* b) {
            if (a->second.count != b->second.count) return a->second.count > b->second.count;
            return a->first < b->first;
        });
        out += "\"reasons\":[";
        for (const Entry* entry : order) {
            if (entry != order.front()) out += ',';
            append_reason(*entry, out);
        }
        out += "],\"other_reasons\":";
        append_number(others_, out);
    }

  private:
    using Key = std::tuple<model::Reason, std::string, std::string>;
    struct Reason {
        std::uint64_t count = 0;
        std::vector<EventId> events;
    };
    using Entry = std::map<Key, Reason>::value_type;

    static void append_reason(const Entry& entry, std::string& out) {
        const auto& [reason, pointer, message] = entry.first;
        out += "{\"reason\":";
        append_json_string(model::reason_name(reason), out);
        out += ",\"pointer\":";
        append_json_string(pointer, out);
        out += ",\"message\":";
        append_json_string(message, out);
        out += ",\"count\":";
        append_number(entry.second.count, out);
        out += ",\"event_ids\":[";
        for (const EventId& event : entry.second.events) {
            if (&event != entry.second.events.data()) out += ',';
            append_number(event.value, out);
        }
        out += "]}";
    }

    std::map<Key, Reason> reasons_;
    std::uint64_t failed_ = 0;
    std::uint64_t others_ = 0;
};

/// How many it came to before the deadline: one at least.
std::size_t check_events(const schema::Checker& checker, const std::vector<model::Event>& events,
                         const Deadline& deadline, schema::JsonIndex& index, Tally& tally) {
    std::size_t checked = 0;
    for (const model::Event& event : events) {
        if (checked != 0 && deadline.passed()) break;
        ++checked;
        if (index.index(event.data)) continue;  // the log's own: it was JSON when it came
        schema::JsonReader reader(index);
        schema::Violation violation;
        if (!checker.check(reader, event.data, "/data", violation)) tally.add(violation, event.id);
    }
    return checked;
}

/// What a backtest is asked for.
struct Trial {
    std::uint64_t limit = kBacktestDefault;
    std::optional<EventId> after;
};

Trial read_trial(JsonBody& body) {
    Trial trial;
    trial.limit = body.number("limit", {1, kBacktestMost}).value_or(kBacktestDefault);
    if (const auto cursor = body.text("cursor", 200)) {
        const auto id = query::decode_offset_cursor(query::ListKind::kBacktest, *cursor);
        if (id)
            trial.after = EventId{*id};
        else
            body.fail("cursor", id.error().detail);
    }
    return trial;
}

WantedRules rules_of(const model::EventType& type) {
    WantedRules rules;
    if (type.example) rules.example = type.example;
    if (type.schema) rules.schema = type.schema;
    return rules;
}

struct Backtest {
    std::uint64_t examined = 0;
    std::uint64_t total = 0;
    Tally tally;
    std::string next;
};

std::string shown(const Backtest& backtest) {
    std::string body = "{\"examined\":";
    append_number(backtest.examined, body);
    body += ",\"failed\":";
    append_number(backtest.tally.failed(), body);
    body += ",\"total\":";
    append_number(backtest.total, body);
    body += ',';
    backtest.tally.append(body);
    body += ",\"next\":";
    body += backtest.next.empty() ? "null" : '"' + backtest.next + '"';
    body += '}';
    return body;
}

/// Runs the checker over stored events, page by page: other queries come between.
Task<Status> run(Api& api, const http::Request& request, StoredEvents& events,
                 const schema::Checker& checker, std::uint64_t limit, Backtest& out) {
    const Deadline deadline;
    schema::JsonIndex index;
    std::optional<EventId> rest;  // the last event checked, while there is more behind it
    while (out.examined < limit && !deadline.passed()) {
        EYED_CO_ASSIGN(const auto page, co_await events.next(limit - out.examined));
        if (page.empty()) {
            rest.reset();
            break;
        }
        auto work = [&]() -> Result<std::size_t> {
            return check_events(checker, page, deadline, index, out.tally);
        };
        EYED_CO_ASSIGN(const std::size_t checked,
                       co_await on_worker(api.services.lanes.queries, request, std::move(work)));
        out.examined += checked;
        if (checked < page.size()) {  // the deadline came within it
            rest = page[checked - 1].id;
            break;
        }
        rest = events.rest();
    }
    if (rest) out.next = query::encode_offset(query::ListKind::kBacktest, rest->value);
    co_return Status();
}

}  // namespace

Task<http::Response> infer_event_type(Api& api, http::Request& request) {
    if (!takes_json(request)) co_return unsupported_media_type(request);
    const Result<model::EventType> type = co_await find_event_type(api, request);
    if (!type) co_return fail(api, request, type.error());
    Result<JsonBody> body = JsonBody::parse(request.body, JsonBody::Empty::kIsObject);
    if (!body) co_return fail(api, request, body.error());
    const std::uint64_t limit = body->number("limit", {1, kInferMost}).value_or(kInferDefault);
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);

    auto applications = readable(api.names, request.principal);
    if (!applications) co_return fail(api, request, applications.error());
    const Freshness freshness = co_await read_barrier(api, request);
    StoredEvents events(api, request, *type, *std::move(applications));
    const Deadline deadline;
    schema::Inference inference;
    for (std::uint64_t read = 0; read < limit && !deadline.passed();) {
        const auto page = co_await events.next(limit - read);
        if (!page) co_return fail(api, request, page.error());
        if (page->empty()) break;
        read += page->size();
        auto work = [&]() -> Status {
            for (const model::Event& event : *page)
                inference.add(event.data);
            return {};
        };
        const Status done =
            co_await on_worker(api.services.lanes.queries, request, std::move(work));
        if (!done) co_return fail(api, request, done.error());
    }
    http::Response response = http::json(200, inferred(inference));
    mark(freshness, response);
    co_return response;
}

Task<http::Response> backtest_event_type(Api& api, http::Request& request) {
    if (!takes_json(request)) co_return unsupported_media_type(request);
    const Result<model::EventType> type = co_await find_event_type(api, request);
    if (!type) co_return fail(api, request, type.error());
    Result<JsonBody> body = JsonBody::parse(request.body, JsonBody::Empty::kIsObject);
    if (!body) co_return fail(api, request, body.error());
    WantedRules rules = read_rules(*body);
    const Trial trial = read_trial(*body);
    if (!rules.example && !rules.schema) rules = rules_of(*type);
    auto checker = co_await compile_rules(api, request, rules, *body);
    if (!checker) co_return fail(api, request, checker.error());
    if (!*checker && body->finish().empty())
        body->fail("example", "Give an example or a schema: the event type has neither.");
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);

    const auto applications = readable(api.names, request.principal);
    if (!applications) co_return fail(api, request, applications.error());
    const Freshness freshness = co_await read_barrier(api, request);
    StoredEvents events(api, request, *type, *applications);
    if (trial.after) events.begin_after(*trial.after);
    Backtest backtest;
    const Status ran = co_await run(api, request, events, **checker, trial.limit, backtest);
    if (!ran) co_return fail(api, request, ran.error());
    auto count = [&] {
        return api.services.store.type_counts({{type->category, type->name}}, *applications);
    };
    const auto counts = co_await on_worker(api.services.lanes.queries, request, std::move(count));
    if (!counts) co_return fail(api, request, counts.error());
    backtest.total = counts->front().events;
    http::Response response = http::json(200, shown(backtest));
    mark(freshness, response);
    co_return response;
}

}  // namespace eyed::api
