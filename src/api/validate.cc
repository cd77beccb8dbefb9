// A dry run: what would become of a body, were it sent.
#include <algorithm>

#include "api/flow.h"
#include "api/handlers.h"
#include "api/lists.h"
#include "api/verdicts.h"
#include "base/json_members.h"
#include "ingest/fields.h"
#include "ingest/types.h"
#include "log/record.h"

namespace eyed::api {

using ingest::Decoded;
using ingest::Fault;
using ingest::Item;

namespace {

void append_fault(const Fault& fault, std::string& out) {
    out += '{';
    append_member_if_any("field", fault.field, out);
    append_member_if_any("pointer", fault.pointer, out);
    append_member_if_any("reason", model::reason_name(fault.reason), out);
    append_member_if_any("message", fault.message, out);
    out += '}';
}

void append_refused(const Decoded& decoded, const Item& item, std::string& out) {
    out += "{\"item\":";
    append_number(item.number, out);
    out += ",\"valid\":false,\"errors\":[";
    const auto faults = decoded.faults_of(item);
    for (const Fault& fault : faults) {
        if (&fault != faults.data()) out += ',';
        append_fault(fault, out);
    }
    out += "]}";
}

/// What an observed type has against an event: the record keeps the reason alone.
void append_violation(const ingest::TypeState& type, const log::EventBody& event,
                      std::string& out) {
    const auto pointer = ingest::field_pointer(event.dialect, ingest::Field::kData);
    schema::JsonIndex index;
    schema::Violation violation;
    if (!type.checker || index.index(event.data)) {
        out += "null";
        return;
    }
    schema::JsonReader reader(index);
    if (type.checker->check(reader, event.data, pointer, violation)) {
        out += "null";  // the type has changed since it was judged
        return;
    }
    append_fault(
        {violation.reason, std::string(ingest::field_name(event.dialect, ingest::Field::kData)),
         violation.pointer, violation.message},
        out);
}

/// Who asks, and whose types they may know.
struct Asker {
    const Api& api;
    bool reads = false;
    std::vector<ApplicationId> applications;  ///< empty: all

    bool knows(const ingest::TypeState& type) const {
        return reads && (applications.empty() || std::ranges::any_of(applications, [&](auto one) {
                             return type.sent_by(one);
                         }));
    }
};

void append_taken(const Asker& asker, const Item& item, const log::EventBody& event,
                  std::string& out) {
    out += '{';
    append_number_member("item", item.number, out);
    append_flag_member("valid", true, out);
    append_text_member("category", event.category, out);
    append_text_member("name", event.name, out);
    append_key("type", out);
    const ingest::TypePointer type = asker.api.services.types.find(event.category, event.name);
    if (!type || !asker.knows(*type)) {
        out += "null,\"violation\":null}";
        return;
    }
    out += '{';
    append_number_member("id", static_cast<std::uint64_t>(type->id.value), out);
    append_number_member("version", event.judgement.type_version, out);
    append_text_member("mode", model::mode_name(type->mode), out);
    out += '}';
    append_key("violation", out);
    if (event.judgement.violation)
        append_violation(*type, event, out);
    else
        out += "null";
    out += '}';
}

/// One result an item; of a body that is no JSON, one for the whole. Of a consumer's array with
/// faults there are these alone: nothing else of it would be taken.
std::string verdict_of(const Asker& asker, const Decoded& decoded) {
    std::uint64_t rejected = 0;
    std::string results;
    const auto& entries = decoded.batch.entries();
    for (std::size_t i = 0; i < decoded.items.size(); ++i) {
        if (i != 0) results += ',';
        const Item& item = decoded.items[i];
        if (item.faults != 0) {
            ++rejected;
            append_refused(decoded, item, results);
            continue;
        }
        const auto event = log::decode_event(decoded.batch.body(entries[i]));
        if (event) append_taken(asker, item, *event, results);
    }
    std::string body = rejected == 0 ? "{\"valid\":true" : "{\"valid\":false";
    body += ",\"accepted\":";
    append_number(decoded.items.size() - rejected, body);
    body += ",\"rejected\":";
    append_number(rejected, body);
    body += ",\"results\":[" + results + "]}";
    return body;
}

std::optional<model::Dialect> dialect_of(const http::Request& request,
                                         query::ParameterErrors& errors) {
    using enum model::Dialect;
    const query::DialectQuery query = query::native_dialect(request.query, errors);
    for (const model::Dialect dialect : {kNative, kTheEye, kEyeService, kConsumer})
        if (model::dialect_name(dialect) == query.dialect) return dialect;
    if (errors.empty())
        errors.push_back(
            {"dialect", "The dialect must be native, the_eye, eye_service or consumer."});
    return std::nullopt;
}

}  // namespace

Task<http::Response> validate_events(Api& api, http::Request& request) {
    const std::optional<ingest::BodyKind> kind = native_body_kind(request);
    if (!kind) co_return unsupported_media_type(request);
    query::ParameterErrors errors;
    const auto dialect = dialect_of(request, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    auto applications = readable(api.names, request.principal);
    if (!applications) co_return fail(api, request, applications.error());
    const Asker asker{api, request.principal.scopes.has(model::Scope::kRead),
                      *std::move(applications)};
    const ingest::Sender sender = sender_of(api, request);
    Intake intake(api);
    intake.decode([&](ingest::Decoder& decoder, Decoded& decoded) {
        if (*dialect == model::Dialect::kNative)
            decoder.native(sender, *kind, request.body, decoded);
        else if (*dialect == model::Dialect::kTheEye)
            decoder.single(*dialect, sender, request.body, decoded);
        else
            decoder.event_or_messages(*dialect, sender, request.body, decoded);
    });
    if (intake->whole == Decoded::Whole::kTooMany || intake->whole == Decoded::Whole::kEmpty)
        co_return refusal(request, *intake);
    http::Response response = http::json(200, verdict_of(asker, *intake));
    never_store(response);
    co_return response;
}

}  // namespace eyed::api
