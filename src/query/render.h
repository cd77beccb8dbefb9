#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/event.h"
#include "query/application_names.h"
#include "store/event_store.h"

namespace eyed::query {

/// Rows as JSON text, appended to `out`. `data` goes in as the sender wrote it; hostile text and
/// bytes that are not UTF-8 come out as valid JSON. Any thread.

/// {id, application, session_id|null, category, name, data, timestamp, received_at, event_id|null,
/// dialect, type_version|null, violation|null, replays|null}
void append_event(const model::Event& event, const ApplicationNames& names, std::string& out);
/// {id, first, last, events}
void append_session(const store::SessionRow& session, std::string& out);
/// {id, application, key, dialect, reason, message, pointer, category, name, payload, received_at,
/// type_version|null, event_id|null, target|null, state, event|null, settled_at|null,
/// settled_by|null}
void append_rejection(const model::Rejection& rejection, const ApplicationNames& names,
                      std::string& out);

/// Seed 001's: {id, session_id, timestamp, data, name, category}
void append_seed_event(const model::Event& event, std::string& out);
/// {id}
void append_seed_session(const store::SessionRow& session, std::string& out);
/// {id, data, message, created_at}
void append_seed_rejection(const model::Rejection& rejection, std::string& out);

/// A refused payload: itself when it is JSON, else the text as a JSON string.
void append_payload(std::string_view payload, std::string& out);

/// `{"results":[`, each row by `append(row, out)`, `],"next":"…"|null}`; `next` empty: null.
template <class Range, class Append>
void append_list(const Range& rows, std::string_view next, Append append, std::string& out) {
    out += "{\"results\":[";
    bool first = true;
    for (const auto& row : rows) {
        if (!first) out += ',';
        first = false;
        append(row, out);
    }
    out += "],\"next\":";
    if (next.empty()) {
        out += "null}";
        return;
    }
    out += '"';
    out += next;  // base64url: nothing to escape
    out += "\"}";
}

/// `[row,row]`, as the seeds' lists are.
template <class Range, class Append>
void append_array(const Range& rows, Append append, std::string& out) {
    out += '[';
    bool first = true;
    for (const auto& row : rows) {
        if (!first) out += ',';
        first = false;
        append(row, out);
    }
    out += ']';
}

}  // namespace eyed::query
