#include "ingest/committer.h"

#include "base/check.h"
#include "base/json_text.h"
#include "ingest/fields.h"
#include "ingest/messages.h"

namespace eyed::ingest {
namespace {

/// What an event's sender may have sent, where its own bytes are gone.
std::string written_out(const log::EventBody& event) {
    std::string text = "{\"category\":";
    append_json_string(event.category, text);
    text += ",\"name\":";
    append_json_string(event.name, text);
    text += ",\"data\":";
    text += event.data;
    text += ",\"timestamp\":\"";
    append_iso8601(event.timestamp, text);
    text += '"';
    if (!event.session.is_nil()) {
        text += ",\"session_id\":\"";
        append_uuid(event.session, text);
        text += '"';
    }
    if (!event.event_id.empty()) {
        text += ",\"event_id\":";
        append_json_string(event.event_id, text);
    }
    text += '}';
    return text;
}

/// Adds the rejection of one item whose type could not be made, in place of its record.
void add_refused(Decoded& decoded, const log::Batch::Entry& entry, Item& item, std::uint32_t limit,
                 log::Batch& to) {
    log::RejectionBody rejection;
    rejection.application = decoded.application;
    rejection.key = decoded.key;
    rejection.dialect = decoded.dialect;
    rejection.reason = model::Reason::kTooManyTypes;
    rejection.received_at = decoded.received_at;
    rejection.pointer = field_pointer(decoded.dialect, Field::kName);
    const NewType& type = decoded.new_types[item.new_type];
    rejection.category = type.category;
    rejection.name = type.name;
    rejection.payload = decoded.body.substr(item.raw_offset, item.raw_length);
    std::string written;
    const bool is_event = entry.kind == log::Kind::kEvent;
    if (is_event) {
        const auto event = log::decode_event(decoded.batch.body(entry));
        EYED_CHECK(event.has_value());
        rejection.event_id = event->event_id;
        if (entry.deduplicated && event->event_id.empty()) rejection.dedup_key = entry.key;
        if (rejection.payload.empty()) written = written_out(*event);
    } else {
        const auto replace = log::decode_replace(decoded.batch.body(entry));
        EYED_CHECK(replace.has_value());
        rejection.target = replace->target;
    }
    if (!written.empty()) rejection.payload = written;
    item.first_fault = static_cast<std::uint32_t>(decoded.faults.size());
    item.faults = 1;
    decoded.faults.push_back({rejection.reason,
                              std::string(field_name(decoded.dialect, Field::kName)),
                              std::string(rejection.pointer), messages::too_many_types(limit)});
    rejection.message = decoded.faults.back().message;
    to.add(rejection);
}

/// Adds a record of `from` to another batch as it is.
void add_again(const log::Batch& from, const log::Batch::Entry& entry, log::Batch& to) {
    const std::string_view bytes = from.body(entry);
    switch (entry.kind) {
        case log::Kind::kEvent: {
            const auto event = log::decode_event(bytes);
            EYED_CHECK(event.has_value());
            if (entry.deduplicated) return to.add(*event, entry.key);
            return to.add(*event);
        }
        case log::Kind::kRejection: {
            const auto rejection = log::decode_rejection(bytes);
            EYED_CHECK(rejection.has_value());
            return to.add(*rejection);
        }
        case log::Kind::kReplace: {
            const auto replace = log::decode_replace(bytes);
            EYED_CHECK(replace.has_value());
            return to.add(*replace);
        }
        case log::Kind::kErase:
        case log::Kind::kSession:
        case log::Kind::kSettle:
        case log::Kind::kGap:
            break;  // have no type: never beside one that could not be made
    }
    EYED_CHECK(false);
}

void refuse_types(Decoded& decoded, const Registration::Made& made, std::uint32_t limit) {
    log::Batch kept;
    for (std::size_t i = 0; i < decoded.items.size(); ++i) {
        Item& item = decoded.items[i];
        const log::Batch::Entry& entry = decoded.batch.entries()[i];
        const bool refused = item.new_type != kNone && !made[item.new_type];
        if (refused) {
            add_refused(decoded, entry, item, limit, kept);
        } else {
            add_again(decoded.batch, entry, kept);
        }
    }
    decoded.batch = std::move(kept);
    if (decoded.good == Decoded::Good::kDropped) keep_refused(decoded);
}

void note_outcomes(Decoded& decoded, const std::vector<log::Verdict>& verdicts,
                   Duplicates* duplicates) {
    EYED_CHECK(verdicts.size() == decoded.items.size());
    decoded.accepted = decoded.duplicates = decoded.rejected = 0;
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        Item& item = decoded.items[i];
        item.id = verdicts[i].id;
        if (item.faults != 0) {
            item.state = Item::State::kRejected;
            ++decoded.rejected;
        } else if (verdicts[i].outcome == log::Verdict::Outcome::kDuplicate) {
            item.state = Item::State::kDuplicate;
            ++decoded.duplicates;
            if (duplicates != nullptr)
                duplicates->note(decoded.batch.entries()[i].key, decoded.received_at);
        } else {
            item.state = Item::State::kAccepted;
            ++decoded.accepted;
        }
    }
}

}  // namespace

Task<Status> Committer::register_types(Decoded& decoded, Executor& executor) {
    Registration registration(types_, executor, decoded.new_types);
    Result<Registration::Made> made = co_await registration;
    if (!made) co_return std::unexpected(std::move(made).error());
    for (const TypePointer& type : *made) {
        if (type) continue;
        refuse_types(decoded, *made, types_.limit());
        break;
    }
    co_return Status{};
}

Task<Status> Committer::commit(Decoded& decoded, Executor& executor) {
    if (decoded.batch.empty()) co_return Status{};  // refused as a whole, nothing to record
    if (!decoded.new_types.empty()) {
        Task<Status> registering = register_types(decoded, executor);
        Status registered = co_await registering;
        if (!registered) co_return registered;
    }
    // The writer takes whatever waits: so it finds all requests that came in this turn, not one.
    EndOfTurn rest(executor);
    co_await rest;
    log::Append append(log_, executor, std::move(decoded.batch));
    Result<std::vector<log::Verdict>> verdicts = co_await append;
    decoded.batch = std::move(append.batch);
    if (!verdicts) co_return std::unexpected(std::move(verdicts).error());
    note_outcomes(decoded, *verdicts, duplicates_);
    co_return Status{};
}

}  // namespace eyed::ingest
