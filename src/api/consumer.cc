// Seed 002's consumer, and seed 000's route, which it shares. Errors of the consumer are those of
// FastAPI with pydantic 1.
#include <fmt/format.h>

#include <algorithm>

#include "api/flow.h"
#include "api/handlers.h"
#include "api/verdicts.h"
#include "base/json_members.h"
#include "base/json_text.h"
#include "ingest/committer.h"
#include "ingest/fields.h"
#include "ingest/messages.h"
#include "schema/json_fault_text.h"

namespace eyed::api {

using ingest::Decoded;
using ingest::Fault;
using ingest::Item;
using model::Dialect;
using model::Reason;
namespace messages = ingest::messages;

namespace {

/// pydantic's name of a fault, and the rest of its entry.
struct FaultType {
    std::string_view name;
    std::string context;  ///< a JSON object; empty: none
};

FaultType limit_type(std::string_view name, std::size_t limit) {
    return {name, fmt::format(R"({{"limit_value":{}}})", limit)};
}

FaultType type_of(const Fault& fault) {
    switch (fault.reason) {
        case Reason::kMissingField:
            return {"value_error.missing", {}};
        case Reason::kBlank:
            return limit_type("value_error.any_str.min_length", 1);
        case Reason::kTooLong:
            return limit_type("value_error.any_str.max_length", ingest::kMaxName);
        case Reason::kStructureMissing:
        case Reason::kStructureUnexpected:
        case Reason::kStructureType:
            return {"value_error.structure", {}};
        case Reason::kWrongType:
        case Reason::kWrongShape:
            if (fault.message == messages::kPydanticMissing) return {"value_error.missing", {}};
            if (fault.message == messages::kPydanticNone)
                return {"type_error.none.not_allowed", {}};
            if (fault.message == messages::kPydanticText) return {"type_error.str", {}};
            if (fault.message == messages::kPydanticObject) return {"type_error.dict", {}};
            break;
        default:
            break;
    }
    return {"value_error", {}};
}

/// One entry of `detail`; `place` is what follows `"body"` in its loc, as JSON.
struct Entry {
    std::string place;
    std::string_view message;
    FaultType type;
};

void append_entry(const Entry& entry, std::string& out) {
    if (out.back() == '}') out += ',';
    out += R"({"loc":["body")";
    out += entry.place;
    out += R"(],"msg":)";
    append_json_string(entry.message, out);
    out += ",\"type\":";
    append_json_string(entry.type.name, out);
    if (!entry.type.context.empty()) out += ",\"ctx\":" + entry.type.context;
    out += '}';
}

/// Of a text from outside an answer repeats this much: enough to know it by.
constexpr std::size_t kExcerptBytes = 500;

/// As FastAPI tells Python's JSONDecodeError; of no body at all it says that it is missing.
Entry syntax_entry(const Decoded& decoded) {
    if (decoded.body.empty()) return {{}, messages::kPydanticMissing, {"value_error.missing", {}}};
    const schema::FaultPlace place = schema::place_of(decoded.syntax, decoded.body);
    std::string context = "{\"msg\":";
    append_json_string(decoded.syntax.message, context);
    context += ",\"doc\":";
    append_json_string(utf8_prefix(decoded.body, kExcerptBytes), context);
    context += fmt::format(R"(,"pos":{},"lineno":{},"colno":{}}})", place.character, place.line,
                           place.column);
    return {fmt::format(",{}", place.character),
            decoded.detail,
            {"value_error.jsondecode", std::move(context)}};
}

void append_item(const Decoded& decoded, const Item& item, std::string& out) {
    std::string at;
    if (decoded.shape == Decoded::Shape::kBatch) at = fmt::format(",{}", item.number);
    for (const Fault& fault : decoded.faults_of(item)) {
        Entry entry{at, fault.message, type_of(fault)};
        if (!fault.field.empty()) {
            entry.place += ',';
            append_json_string(fault.field, entry.place);
        }
        append_entry(entry, out);
    }
}

/// 422 with what is wrong, or 413 when the array is too long.
http::Response message_refusal(const http::Request& request, const Decoded& decoded) {
    if (decoded.whole == Decoded::Whole::kTooMany)
        return error(request, Error{Code::kTooLarge, decoded.detail});
    std::string body = R"({"detail":[)";
    if (decoded.whole == Decoded::Whole::kMalformed) {
        append_entry(syntax_entry(decoded), body);
    } else {
        for (const Item& item : decoded.items)
            append_item(decoded, item, body);
    }
    body += "]}";
    return http::json(422, std::move(body));
}

http::Response wrong_idempotency_key() {
    std::string body = R"({"detail":[{"loc":["header","idempotency-key"],"msg":)";
    append_json_string(kIdempotencyKeyFault, body);
    body += R"(,"type":"value_error"}]})";
    return http::json(422, std::move(body));
}

http::Response message_verdict(const http::Request& request, const Decoded& decoded) {
    const bool faulty = std::ranges::any_of(
        decoded.items, [](const Item& item) { return item.state == Item::State::kRejected; });
    if (faulty || decoded.whole != Decoded::Whole::kTaken) return message_refusal(request, decoded);
    const bool single = decoded.shape == Decoded::Shape::kSingle;
    std::string body = single ? R"({"status_code":"200","id":)" : R"({"status_code":"200","ids":[)";
    for (const Item& item : decoded.items) {
        if (&item != decoded.items.data()) body += ',';
        append_number(item.id, body);
    }
    body += single ? "}" : "]}";
    return http::json(200, std::move(body));
}

http::Response event_verdict(const http::Request& request, const Decoded& decoded) {
    if (refused(decoded)) return refusal(request, decoded);
    std::string body = R"({"status_code":"200","message":"Processed Message","id":)";
    append_number(decoded.items.front().id, body);
    body += '}';
    return http::json(200, std::move(body));
}

}  // namespace

Task<http::Response> send_event_or_messages(Api& api, http::Request& request) {
    if (!takes_json(request)) co_return unsupported_media_type(request);
    ingest::Sender sender = sender_of(api, request);
    sender.idempotency_key = request.header("Idempotency-Key");
    Intake intake(api);
    intake.decode([&](ingest::Decoder& decoder, Decoded& decoded) {
        const Dialect otherwise =
            carries_bearer(request) ? Dialect::kConsumer : Dialect::kEyeService;
        decoder.event_or_messages(otherwise, sender, request.body, decoded);
    });
    const bool consumer = intake->dialect == Dialect::kConsumer;
    if (consumer && !valid_idempotency_key(request, sender.idempotency_key))
        co_return wrong_idempotency_key();
    const Status committed = co_await api.services.committer.commit(*intake, request.executor);
    if (!committed) co_return fail(api, request, committed.error());
    co_return consumer ? message_verdict(request, *intake) : event_verdict(request, *intake);
}

Task<http::Response> consumer_ready(Api& api, http::Request& request) {
    Health::Ask ask(api.health, request.executor);
    const auto checks = co_await ask;
    const bool ready = std::ranges::all_of(
        *checks, [](const Health::Check& check) { return check.status.has_value(); });
    http::Response response = ready
                                  ? http::json(200, R"({"status":"ready"})")
                                  : http::json(500, R"({"detail":"Database connection failed!"})");
    never_store(response);
    co_return response;
}

}  // namespace eyed::api
