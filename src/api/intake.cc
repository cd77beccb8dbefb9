// Routes that take events in. No hop to a worker: decode here, wait for the log, answer.
#include "api/flow.h"
#include "api/handlers.h"
#include "api/verdicts.h"
#include "base/json_members.h"
#include "base/json_text.h"
#include "http/forms.h"
#include "ingest/committer.h"
#include "log/record.h"

namespace eyed::api {

using ingest::Decoded;
using ingest::Item;

namespace {

/// `{"id":` comes before this, and the id. Made before the append: the views into the batch do not
/// outlive it.
std::string seed_event_tail(const log::EventBody& event) {
    std::string tail;
    tail.reserve(event.data.size() + event.name.size() + event.category.size() + 160);
    tail += ",\"session_id\":\"";
    append_uuid(event.session, tail);
    tail += "\",\"timestamp\":\"";
    append_iso8601(event.timestamp, tail);
    tail += "\",\"data\":";
    tail += event.data;
    tail += ",\"name\":";
    append_json_string(event.name, tail);
    tail += ",\"category\":";
    append_json_string(event.category, tail);
    tail += '}';
    return tail;
}

/// What a single accepted event will be shown as; empty for a refused one.
std::string tail_of(const Decoded& decoded) {
    if (decoded.items.size() != 1 || decoded.items.front().state != Item::State::kPending)
        return {};
    const auto& entries = decoded.batch.entries();
    if (entries.empty() || entries.front().kind != log::Kind::kEvent) return {};
    const Result<log::EventBody> event = log::decode_event(decoded.batch.body(entries.front()));
    return event ? seed_event_tail(*event) : std::string();
}

}  // namespace

Task<http::Response> send_event_the_eye(Api& api, http::Request& request) {
    if (!takes_json(request)) co_return unsupported_media_type(request);
    Intake intake(api);
    const ingest::Sender sender = sender_of(api, request);
    intake.decode([&](ingest::Decoder& decoder, Decoded& decoded) {
        decoder.single(model::Dialect::kTheEye, sender, request.body, decoded);
    });
    const std::string tail = tail_of(*intake);
    const Status committed = co_await api.services.committer.commit(*intake, request.executor);
    if (!committed) co_return fail(api, request, committed.error());
    if (refused(*intake)) co_return refusal(request, *intake);
    std::string body;
    body.reserve(tail.size() + 32);
    body += "{\"id\":";
    append_number(intake->items.front().id, body);
    body += tail;
    co_return http::json(201, std::move(body));
}

Task<http::Response> send_events(Api& api, http::Request& request) {
    const std::optional<ingest::BodyKind> kind = native_body_kind(request);
    if (!kind) co_return unsupported_media_type(request);
    ingest::Sender sender = sender_of(api, request);
    sender.idempotency_key = request.header("Idempotency-Key");
    if (!valid_idempotency_key(request, sender.idempotency_key)) {
        const FieldError wrong{"Idempotency-Key", std::string(kIdempotencyKeyFault)};
        co_return field_errors(request, {&wrong, 1});
    }
    Intake intake(api);
    intake.decode([&](ingest::Decoder& decoder, Decoded& decoded) {
        decoder.native(sender, *kind, request.body, decoded);
    });
    if (!intake->batch.empty()) {
        const Status committed = co_await api.services.committer.commit(*intake, request.executor);
        if (!committed) co_return fail(api, request, committed.error());
    }
    if (intake->whole != Decoded::Whole::kTaken) co_return refusal(request, *intake);
    if (intake->shape == Decoded::Shape::kSingle) co_return single_verdict(request, *intake);
    co_return batch_verdict(*intake);
}

Task<http::Response> create_session(Api& api, http::Request& request) {
    const Uuid session = random_uuid();
    Intake intake(api);
    ingest::new_session(sender_of(api, request), session, *intake);
    const Status committed = co_await api.services.committer.commit(*intake, request.executor);
    if (!committed) co_return fail(api, request, committed.error());
    std::string body = "{\"id\":\"";
    append_uuid(session, body);
    body += "\"}";
    co_return http::json(201, std::move(body));
}

}  // namespace eyed::api
