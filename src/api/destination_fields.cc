#include "api/destination_fields.h"

#include <fmt/format.h>

#include "config/values.h"
#include "delivery/schedule.h"

namespace eyed::api {

namespace {

using delivery::DestinationDraft;

constexpr std::size_t kMostPaths = 20;
constexpr std::string_view kNoDuration = "This is no duration such as 15s, 5m or 2h.";

/// A duration in a coarser unit; a fraction of it is refused.
template <class Unit>
std::optional<Unit> read_whole(JsonBody& body, std::string_view name) {
    const auto duration = read_duration(body, name);
    if (!duration) return std::nullopt;
    const auto whole = std::chrono::duration_cast<Unit>(*duration);
    if (whole == *duration) return whole;
    body.fail(name, fmt::format("The shortest is {}.", config::format_duration(Unit(1))));
    return std::nullopt;
}

std::optional<std::vector<std::chrono::seconds>> read_schedule(JsonBody& body) {
    const auto texts = body.texts("schedule");
    if (!texts) return std::nullopt;
    std::vector<std::chrono::seconds> schedule;
    for (const std::string& text : *texts) {
        const auto wait = config::parse_duration(text);
        const bool good = wait && *wait % std::chrono::seconds(1) == std::chrono::seconds(0);
        if (!good) {
            body.fail("schedule", "Each is a duration of whole seconds, such as 5s, 5m or 2h.");
            return std::nullopt;
        }
        schedule.push_back(std::chrono::duration_cast<std::chrono::seconds>(*wait));
    }
    if (schedule.size() <= delivery::kMostRetries) return schedule;
    body.fail("schedule", fmt::format("At most {} retries.", delivery::kMostRetries));
    return std::nullopt;
}

/// The faults of a document within a member become that member's.
void take_faults(JsonBody& inner, std::string_view field, JsonBody& body) {
    for (const FieldError& fault : inner.finish())
        body.fail(field, fmt::format("{}: {}", fault.field, fault.message));
}

std::optional<std::vector<delivery::HeaderField>> read_headers(JsonBody& body) {
    const auto document = body.document("headers");
    if (!document) return std::nullopt;
    const std::string text = document->value_or("null");
    auto inner = JsonBody::parse(text);
    if (!inner) {
        body.fail("headers", "Expected an object of texts.");
        return std::nullopt;
    }
    std::vector<delivery::HeaderField> headers;
    for (const std::string& name : inner->names())
        if (auto value = inner->text(name)) headers.push_back({name, *std::move(value)});
    take_faults(*inner, "headers", body);
    return headers;
}

std::optional<std::vector<model::EventFilter::DataPath>> read_data(JsonBody& body) {
    const auto objects = body.objects("data", kMostPaths);
    if (!objects) return std::nullopt;
    std::vector<model::EventFilter::DataPath> paths;
    for (const std::string& text : *objects) {
        auto inner = JsonBody::parse(text);
        if (!inner) continue;  // it was read before
        model::EventFilter::DataPath path;
        if (!inner->has("pointer")) inner->fail("pointer", "This field is required.");
        path.pointer = inner->text("pointer").value_or("");
        if (const auto equals = inner->document("equals")) path.equals = equals->value_or("null");
        take_faults(*inner, "data", body);
        paths.push_back(std::move(path));
    }
    return paths;
}

template <class Enum>
std::optional<Enum> read_choice(JsonBody& body, std::string_view name,
                                std::optional<Enum> (*named)(std::string_view),
                                std::string_view fault) {
    const auto text = body.text(name);
    if (!text) return std::nullopt;
    const auto value = named(*text);
    if (!value) body.fail(name, fault);
    return value;
}

std::optional<std::uint32_t> read_count(JsonBody& body, std::string_view name,
                                        JsonBody::Range range) {
    const auto number = body.number(name, range);
    return number ? std::optional(static_cast<std::uint32_t>(*number)) : std::nullopt;
}

void read_request(JsonBody& body, DestinationDraft& draft) {
    draft.url = body.text("url");
    draft.method = body.text("method");
    draft.headers = read_headers(body);
    draft.content_type = body.text("content_type");
    draft.body_template = body.text("body_template");
    draft.is_signed = body.flag("signed");
}

void read_pace(JsonBody& body, DestinationDraft& draft) {
    draft.success = body.text("success");
    draft.unknown = body.text("unknown");
    draft.timeout = read_whole<std::chrono::milliseconds>(body, "timeout");
    draft.rate_per_second = read_count(body, "rate_per_second", {.most = 100'000});
    draft.concurrency = read_count(body, "concurrency", {.least = 1, .most = 1'000});
    draft.ordering = read_choice(body, "ordering", model::ordering_named,
                                 "The ordering must be free or by_key.");
    draft.schedule = read_schedule(body);
    draft.on_unknown = read_choice(body, "on_unknown", model::on_unknown_named,
                                   "This must be repeat, look_up or hold.");
    draft.lookup_url = body.text("lookup_url");
    draft.lookup_delay = read_whole<std::chrono::seconds>(body, "lookup_delay");
    draft.breaker_failures = read_count(body, "breaker_failures", {.most = 1'000'000});
}

void read_filter(JsonBody& body, DestinationDraft& draft) {
    draft.categories = body.texts("categories");
    draft.names = body.texts("names");
    draft.applications = body.texts("applications");
    draft.data = read_data(body);
}

}  // namespace

std::optional<std::chrono::microseconds> read_duration(JsonBody& body, std::string_view name) {
    const auto text = body.text(name);
    if (!text) return std::nullopt;
    const auto duration = config::parse_duration(*text);
    if (!duration) body.fail(name, kNoDuration);
    return duration;
}

DestinationDraft read_destination(JsonBody& body, DraftOf of) {
    DestinationDraft draft;
    if (of == DraftOf::kNew) {
        for (const std::string_view name : {"name", "url"})
            if (!body.has(name)) body.fail(name, "This field is required.");
        draft.secret = body.text("secret");
        if (const auto start = body.text("start")) {
            if (*start == "beginning")
                draft.start = DestinationDraft::Start::kBeginning;
            else if (*start != "now")
                body.fail("start", "The start must be now or beginning.");
        }
    }
    draft.name = body.text("name");
    read_request(body, draft);
    read_pace(body, draft);
    read_filter(body, draft);
    return draft;
}

}  // namespace eyed::api
