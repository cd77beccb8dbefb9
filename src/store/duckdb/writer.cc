#include "store/duckdb/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "store/duckdb/appender.h"
#include "store/duckdb/schema.h"

namespace eyed::store {

namespace {

/// A batch decoded; views point into the entries. Amendments of events of the same batch are
/// made here, so that only older events need a change of the table.
struct Decoded {
    struct Event {
        std::uint64_t id;
        log::EventBody body;
        bool erased = false;
    };
    std::vector<Event> events;  ///< by id
    struct Rejection {
        std::uint64_t id;
        log::RejectionBody body;
        std::optional<log::SettleBody> settled;
    };
    std::vector<Rejection> rejections;  ///< by id
    std::vector<log::SessionBody> sessions;
    std::map<std::uint64_t, std::optional<log::ReplaceBody>>
        amended;                                       ///< older ones; no value: erased
    std::map<std::uint64_t, log::SettleBody> settled;  ///< older rejections
    std::uint64_t live = 0;
    std::uint64_t open = 0;

    Event* find(EventId id) {
        const auto at = std::lower_bound(
            events.begin(), events.end(), id.value,
            [](const Event& event, std::uint64_t wanted) { return event.id < wanted; });
        return at != events.end() && at->id == id.value ? &*at : nullptr;
    }

    /// The first settlement holds.
    void settle(const log::SettleBody& body) {
        const auto at = std::ranges::lower_bound(rejections, body.target.value, {}, &Rejection::id);
        if (at == rejections.end() || at->id != body.target.value)
            settled.emplace(body.target.value, body);
        else if (!at->settled)
            at->settled = body;
    }
};

log::SettleBody settlement_of(std::uint64_t event, const log::EventBody& body) {
    return {.target = body.replays,
            .state = model::RejectionState::kReplayed,
            .event = {event},
            .changed_at = body.replayed_at,
            .changed_by = body.replayed_by};
}

Status decode_one(const log::Entry& entry, Decoded& out) {
    switch (entry.kind) {
        case log::Kind::kEvent: {
            EYED_ASSIGN(const log::EventBody body, log::decode_event(entry.body));
            if (!out.events.empty() && entry.id <= out.events.back().id)
                return failure(Code::kCorrupt, fmt::format("event {} follows event {}", entry.id,
                                                           out.events.back().id));
            out.events.push_back({entry.id, body});
            if (body.replays) out.settle(settlement_of(entry.id, body));
            return {};
        }
        case log::Kind::kRejection: {
            EYED_ASSIGN(const log::RejectionBody body, log::decode_rejection(entry.body));
            if (!out.rejections.empty() && entry.id <= out.rejections.back().id)
                return failure(Code::kCorrupt, fmt::format("rejection {} follows rejection {}",
                                                           entry.id, out.rejections.back().id));
            out.rejections.push_back({entry.id, body, std::nullopt});
            return {};
        }
        case log::Kind::kReplace: {
            EYED_ASSIGN(const log::ReplaceBody body, log::decode_replace(entry.body));
            if (Decoded::Event* const event = out.find(body.target)) {
                event->body.timestamp = body.timestamp;
                event->body.session = body.session;
                event->body.category = body.category;
                event->body.name = body.name;
                event->body.data = body.data;
                event->body.judgement = body.judgement;
            } else if (const auto earlier = out.amended.find(body.target.value);
                       earlier == out.amended.end() || earlier->second) {
                out.amended[body.target.value] = body;
            }
            return {};
        }
        case log::Kind::kErase: {
            EYED_ASSIGN(const log::EraseBody body, log::decode_erase(entry.body));
            if (Decoded::Event* const event = out.find(body.target))
                event->erased = true;
            else
                out.amended[body.target.value] = std::nullopt;
            return {};
        }
        case log::Kind::kSession: {
            EYED_ASSIGN(const log::SessionBody body, log::decode_session(entry.body));
            out.sessions.push_back(body);
            return {};
        }
        case log::Kind::kSettle: {
            EYED_ASSIGN(const log::SettleBody body, log::decode_settle(entry.body));
            out.settle(body);
            return {};
        }
        case log::Kind::kGap:
            return {};
    }
    return failure(Code::kCorrupt, "a record of a kind that this program does not know");
}

Result<Decoded> decode(const std::vector<log::Entry>& entries) {
    Decoded out;
    out.events.reserve(entries.size());
    for (const log::Entry& entry : entries) {
        Status decoded = decode_one(entry, out);
        if (!decoded)
            return failure(decoded.error().code,
                           fmt::format("record {} of the log: {}", entry.position.value,
                                       decoded.error().detail));
    }
    return out;
}

/// session_tag and session.
void put_session(Appender& rows, const Uuid& session) {
    if (session.is_nil())
        rows.put_null();
    else
        rows.put(session_tag(session));
    rows.put(session);
}

void put_event_tag(Appender& rows, std::string_view event_id) {
    if (event_id.empty())
        rows.put_null();
    else
        rows.put(event_tag(event_id));
}

/// type_version and violation: see read_events.cc.
void put_judgement(Appender& rows, const model::Judgement& judgement) {
    rows.put(judgement.type_version);
    const unsigned violation =
        judgement.violation ? static_cast<unsigned>(*judgement.violation) + 1 : 0;
    rows.put(static_cast<std::uint8_t>(violation));
}

/// dedup_high and dedup_low.
void put_key(Appender& rows, const std::optional<Hash128>& key) {
    if (key) {
        rows.put(key->high);
        rows.put(key->low);
    } else {
        rows.put_null();
        rows.put_null();
    }
}

/// state, event, settled_at and settled_by.
void put_settlement(Appender& rows, const std::optional<log::SettleBody>& settled) {
    const log::SettleBody body =
        settled.value_or(log::SettleBody{.state = model::RejectionState::kOpen});
    rows.put(static_cast<std::uint8_t>(body.state));
    rows.put(body.event.value);
    if (settled)
        rows.put(body.changed_at);
    else
        rows.put_null();
    rows.put(body.changed_by.value);
}

Status append_events(Connection& connection, Decoded& decoded) {
    EYED_ASSIGN(
        Appender rows,
        Appender::create(
            connection, "events",
            {DUCKDB_TYPE_UBIGINT, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_USMALLINT, DUCKDB_TYPE_UUID,
             DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_TIMESTAMP,
             DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_UTINYINT, DUCKDB_TYPE_UINTEGER,
             DUCKDB_TYPE_UTINYINT, DUCKDB_TYPE_USMALLINT, DUCKDB_TYPE_UBIGINT}));
    for (const Decoded::Event& event : decoded.events) {
        if (event.erased) continue;
        const log::EventBody& body = event.body;
        rows.put(event.id);
        rows.put(body.application.value);
        put_session(rows, body.session);
        rows.put_text(body.category);
        rows.put_text(body.name);
        rows.put(body.timestamp);
        rows.put(body.received_at);
        rows.put_text(body.data);
        rows.put_text_or_null(body.event_id);
        rows.put(static_cast<std::uint8_t>(body.dialect));
        put_judgement(rows, body.judgement);
        put_event_tag(rows, body.event_id);
        rows.put(body.replays.value);
        EYED_TRY(rows.end_row());
        ++decoded.live;
    }
    return rows.finish();
}

Status append_rejections(Connection& connection, Decoded& decoded) {
    EYED_ASSIGN(
        Appender rows,
        Appender::create(
            connection, "rejections",
            {DUCKDB_TYPE_UBIGINT,  DUCKDB_TYPE_BIGINT,    DUCKDB_TYPE_BIGINT,  DUCKDB_TYPE_UTINYINT,
             DUCKDB_TYPE_UTINYINT, DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_VARCHAR,
             DUCKDB_TYPE_VARCHAR,  DUCKDB_TYPE_VARCHAR,   DUCKDB_TYPE_BLOB,    DUCKDB_TYPE_UINTEGER,
             DUCKDB_TYPE_VARCHAR,  DUCKDB_TYPE_USMALLINT, DUCKDB_TYPE_UBIGINT, DUCKDB_TYPE_UTINYINT,
             DUCKDB_TYPE_UBIGINT,  DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_BIGINT,  DUCKDB_TYPE_UBIGINT,
             DUCKDB_TYPE_UBIGINT}));
    for (const auto& [id, body, settled] : decoded.rejections) {
        rows.put(id);
        rows.put(body.application.value);
        rows.put(body.key.value);
        rows.put(static_cast<std::uint8_t>(body.dialect));
        rows.put(static_cast<std::uint8_t>(body.reason));
        rows.put(body.received_at);
        rows.put_text(body.message);
        rows.put_text(body.pointer);
        rows.put_text(body.category);
        rows.put_text(body.name);
        rows.put_blob(body.payload);
        rows.put(body.type_version);
        rows.put_text_or_null(body.event_id);
        put_event_tag(rows, body.event_id);
        rows.put(body.target.value);
        put_settlement(rows, settled);
        put_key(rows, body.dedup_key);
        EYED_TRY(rows.end_row());
        if (!settled) ++decoded.open;
    }
    return rows.finish();
}

Status append_sessions(Connection& connection, const Decoded& decoded) {
    EYED_ASSIGN(Appender rows,
                Appender::create(connection, "made_sessions",
                                 {DUCKDB_TYPE_UUID, DUCKDB_TYPE_BIGINT, DUCKDB_TYPE_TIMESTAMP}));
    for (const log::SessionBody& body : decoded.sessions) {
        if (body.session.is_nil()) continue;
        rows.put(body.session);
        rows.put(body.application.value);
        rows.put(body.created_at);
        EYED_TRY(rows.end_row());
    }
    return rows.finish();
}

Status append_amendments(Connection& connection, const Decoded& decoded) {
    EYED_ASSIGN(Appender rows,
                Appender::create(connection, "amended",
                                 {DUCKDB_TYPE_UBIGINT, DUCKDB_TYPE_UTINYINT, DUCKDB_TYPE_USMALLINT,
                                  DUCKDB_TYPE_UUID, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_VARCHAR,
                                  DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_VARCHAR, DUCKDB_TYPE_UINTEGER,
                                  DUCKDB_TYPE_UTINYINT}));
    for (const auto& [id, replace] : decoded.amended) {
        const log::ReplaceBody body = replace.value_or(log::ReplaceBody{});
        rows.put(id);
        rows.put(static_cast<std::uint8_t>(replace ? 0 : 1));
        put_session(rows, body.session);
        rows.put_text(body.category);
        rows.put_text(body.name);
        rows.put(body.timestamp);
        rows.put_text(body.data);
        put_judgement(rows, body.judgement);
        EYED_TRY(rows.end_row());
    }
    return rows.finish();
}

/// Changes older events in place, so that rows stay in the order of their ids. Gives how many went.
Result<std::uint64_t> amend(Connection& connection, const Decoded& decoded) {
    EYED_TRY(
        connection.run("CREATE OR REPLACE TEMP TABLE amended(id UBIGINT, erased UTINYINT, "
                       "session_tag USMALLINT, session UUID, "
                       "category VARCHAR, name VARCHAR, timestamp TIMESTAMP, data VARCHAR, "
                       "type_version UINTEGER, violation UTINYINT)"));
    EYED_TRY(append_amendments(connection, decoded));
    const std::string range =
        fmt::format("events.id BETWEEN {} AND {}", decoded.amended.begin()->first,
                    decoded.amended.rbegin()->first);
    EYED_TRY(
        connection.run("UPDATE events SET session_tag = a.session_tag, session = a.session, "
                       "category = a.category, name = a.name, "
                       "timestamp = a.timestamp, data = a.data, "
                       "type_version = a.type_version, violation = a.violation FROM amended a "
                       "WHERE events.id = a.id AND a.erased = 0 AND " +
                       range));
    EYED_ASSIGN(Answer removed,
                connection.query("DELETE FROM events USING amended a WHERE events.id = a.id AND "
                                 "a.erased = 1 AND " +
                                 range));
    EYED_TRY(connection.run("DROP TABLE amended"));
    return removed.rows_changed();
}

/// Settles older rejections in place, those that are open. Gives how many were.
Result<std::uint64_t> settle(Connection& connection, const Decoded& decoded) {
    EYED_TRY(
        connection.run("CREATE OR REPLACE TEMP TABLE settled(id UBIGINT, state UTINYINT, "
                       "event UBIGINT, settled_at TIMESTAMP, settled_by BIGINT)"));
    EYED_ASSIGN(Appender rows,
                Appender::create(connection, "settled",
                                 {DUCKDB_TYPE_UBIGINT, DUCKDB_TYPE_UTINYINT, DUCKDB_TYPE_UBIGINT,
                                  DUCKDB_TYPE_TIMESTAMP, DUCKDB_TYPE_BIGINT}));
    for (const auto& [id, body] : decoded.settled) {
        rows.put(id);
        put_settlement(rows, body);
        EYED_TRY(rows.end_row());
    }
    EYED_TRY(rows.finish());
    EYED_ASSIGN(Answer changed,
                connection.query(fmt::format(
                    "UPDATE rejections SET state = s.state, event = s.event, "
                    "settled_at = s.settled_at, settled_by = s.settled_by FROM settled s "
                    "WHERE rejections.id = s.id AND rejections.state = 0 "
                    "AND rejections.id BETWEEN {} AND {}",
                    decoded.settled.begin()->first, decoded.settled.rbegin()->first)));
    EYED_TRY(connection.run("DROP TABLE settled"));
    return changed.rows_changed();
}

}  // namespace

Result<Written> write_entries(Connection& connection, const std::vector<log::Entry>& entries) {
    EYED_ASSIGN(Decoded decoded, decode(entries));
    Written written{entries.back().position};
    EYED_ASSIGN(Transaction transaction, Transaction::begin(connection));
    if (!decoded.events.empty()) EYED_TRY(append_events(connection, decoded));
    if (!decoded.rejections.empty()) EYED_TRY(append_rejections(connection, decoded));
    if (!decoded.sessions.empty()) EYED_TRY(append_sessions(connection, decoded));
    if (!decoded.amended.empty()) {
        EYED_ASSIGN(written.events_removed, amend(connection, decoded));
    }
    if (!decoded.settled.empty()) {
        EYED_ASSIGN(written.rejections_settled, settle(connection, decoded));
    }
    EYED_TRY(
        connection.run(fmt::format("UPDATE meta SET applied = {}", entries.back().position.value)));
    EYED_TRY(transaction.commit());
    written.events_added = decoded.live;
    written.rejections_opened = decoded.open;
    return written;
}

}  // namespace eyed::store
