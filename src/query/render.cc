#include "query/render.h"

#include <fmt/format.h>

#include <boost/json/basic_parser_impl.hpp>

#include "base/json_members.h"
#include "base/json_text.h"

namespace eyed::query {
namespace {

/// Takes no notice of what is parsed: only whether it is JSON.
struct Nothing {
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
    using Code = boost::system::error_code;
    using Text = boost::json::string_view;
    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code&) { return true; }
    bool on_object_end(std::size_t, Code&) { return true; }
    bool on_array_begin(Code&) { return true; }
    bool on_array_end(std::size_t, Code&) { return true; }
    bool on_key_part(Text, std::size_t, Code&) { return true; }
    bool on_key(Text, std::size_t, Code&) { return true; }
    bool on_string_part(Text, std::size_t, Code&) { return true; }
    bool on_string(Text, std::size_t, Code&) { return true; }
    bool on_number_part(Text, Code&) { return true; }
    bool on_int64(std::int64_t, Text, Code&) { return true; }
    bool on_uint64(std::uint64_t, Text, Code&) { return true; }
    bool on_double(double, Text, Code&) { return true; }
    bool on_bool(bool, Code&) { return true; }
    bool on_null(Code&) { return true; }
    bool on_comment_part(Text, Code&) { return true; }
    bool on_comment(Text, Code&) { return true; }
};

bool is_json(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = 1024;
    boost::json::basic_parser<Nothing> parser(options);
    boost::system::error_code error;
    const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
    return !error && parser.done() && read == text.size();
}

void append_time(Micros at, std::string& out) {
    out += '"';
    append_iso8601(at, out);
    out += '"';
}

void append_id(const Uuid& uuid, std::string& out) {
    out += '"';
    append_uuid(uuid, out);
    out += '"';
}

}  // namespace

void append_event(const model::Event& event, const ApplicationNames& names, std::string& out) {
    out += "{\"id\":";
    append_number(event.id.value, out);
    append_text_member("application", names.name(event.application), out);
    append_key("session_id", out);
    if (event.session.is_nil()) {
        out += "null";
    } else {
        append_id(event.session, out);
    }
    append_text_member("category", event.category, out);
    append_text_member("name", event.name, out);
    append_key("data", out);
    out += event.data;
    append_key("timestamp", out);
    append_time(event.timestamp, out);
    append_key("received_at", out);
    append_time(event.received_at, out);
    append_key("event_id", out);
    if (event.event_id.empty()) {
        out += "null";
    } else {
        append_json_string(event.event_id, out);
    }
    append_text_member("dialect", model::dialect_name(event.dialect), out);
    append_id_member("type_version", event.judgement.type_version, out);
    append_key("violation", out);
    if (event.judgement.violation) {
        append_json_string(model::reason_name(*event.judgement.violation), out);
    } else {
        out += "null";
    }
    append_id_member("replays", event.replays.value, out);
    out += '}';
}

void append_session(const store::SessionRow& session, std::string& out) {
    out += "{\"id\":";
    append_id(session.session, out);
    append_key("first", out);
    append_time(session.first, out);
    append_key("last", out);
    append_time(session.last, out);
    append_key("events", out);
    append_number(session.events, out);
    out += '}';
}

void append_rejection(const model::Rejection& rejection, const ApplicationNames& names,
                      std::string& out) {
    out += "{\"id\":";
    append_number(rejection.id.value, out);
    append_text_member("application", names.name(rejection.application), out);
    append_id_member("key", static_cast<std::uint64_t>(rejection.key.value), out);
    append_text_member("dialect", model::dialect_name(rejection.dialect), out);
    append_text_member("reason", model::reason_name(rejection.reason), out);
    append_text_member("message", rejection.message, out);
    append_text_member("pointer", rejection.pointer, out);
    append_text_member("category", rejection.category, out);
    append_text_member("name", rejection.name, out);
    append_key("payload", out);
    append_payload(rejection.payload, out);
    append_key("received_at", out);
    append_time(rejection.received_at, out);
    append_id_member("type_version", rejection.type_version, out);
    append_key("event_id", out);
    if (rejection.event_id.empty()) {
        out += "null";
    } else {
        append_json_string(rejection.event_id, out);
    }
    append_id_member("target", rejection.target.value, out);
    append_text_member("state", model::rejection_state_name(rejection.state), out);
    append_id_member("event", rejection.event.value, out);
    append_key("settled_at", out);
    if (rejection.state == model::RejectionState::kOpen) {
        out += "null";
    } else {
        append_time(rejection.settled_at, out);
    }
    append_id_member("settled_by", static_cast<std::uint64_t>(rejection.settled_by.value), out);
    out += '}';
}

void append_seed_event(const model::Event& event, std::string& out) {
    out += "{\"id\":";
    append_number(event.id.value, out);
    append_key("session_id", out);
    if (event.session.is_nil()) {  // sent natively, or taken away since
        out += "null";
    } else {
        append_id(event.session, out);
    }
    append_key("timestamp", out);
    append_time(event.timestamp, out);
    append_key("data", out);
    out += event.data;
    append_text_member("name", event.name, out);
    append_text_member("category", event.category, out);
    out += '}';
}

void append_seed_session(const store::SessionRow& session, std::string& out) {
    out += "{\"id\":";
    append_id(session.session, out);
    out += '}';
}

void append_seed_rejection(const model::Rejection& rejection, std::string& out) {
    out += "{\"id\":";
    append_number(rejection.id.value, out);
    append_key("data", out);
    append_payload(rejection.payload, out);
    append_text_member("message", rejection.message, out);
    append_key("created_at", out);
    append_time(rejection.received_at, out);
    out += '}';
}

void append_payload(std::string_view payload, std::string& out) {
    if (is_json(payload)) {
        out += payload;
    } else {
        append_json_string(payload, out);
    }
}

}  // namespace eyed::query
