#include "ingest/event_reader.h"

#include <algorithm>

#include "base/json_text.h"
#include "ingest/messages.h"
#include "ingest/python_text.h"

namespace eyed::ingest {
namespace {

using model::Reason;
using schema::JsonType;
using schema::JsonValue;

/// The field of that name; kFields when there is none.
std::size_t find_field(std::string_view key) {
    for (std::size_t i = 0; i < kFields; ++i)
        if (kFieldNames[i] == key) return i;
    return kFields;
}

}  // namespace

void EventReader::add_fault(Reason reason, Field field, std::string_view message,
                            std::vector<Fault>& faults) {
    faults.push_back({reason, std::string(kFieldNames[index_of(field)]),
                      std::string(kFieldPointers[index_of(field)]), std::string(message)});
}

void EventReader::note_unknown(std::string_view key, std::vector<Fault>& faults) {
    if (rules_->unknown == UnknownFields::kIgnore) return;
    if (rules_->unknown == UnknownFields::kExported &&
        std::ranges::find(kExportedFields, key) != kExportedFields.end())
        return;
    constexpr std::size_t kShown = 64;  // names at most in one answer
    if (faults.size() >= kShown && faults.back().reason == Reason::kUnknownField) return;
    constexpr std::size_t kShownBytes = 256;
    Fault fault{Reason::kUnknownField,
                shortened(key, kShownBytes),
                {},
                std::string(messages::kUnknownField)};
    schema::append_pointer(fault.field, fault.pointer);
    faults.push_back(std::move(fault));
}

bool EventReader::collect(schema::JsonReader& reader, const Rules& rules,
                          std::vector<Fault>& faults) {
    rules_ = &rules;
    present_.fill(false);
    schema::JsonString key;
    JsonValue ignored;
    bool more = true;
    if (!reader.enter_object()) return false;
    while (reader.next_field(key, more)) {
        if (!more) return true;
        const std::string_view name = schema::unescaped(key, key_);
        const std::size_t field = find_field(name);
        const bool known = field < kFields && rules.presence[field] != Presence::kIgnored;
        if (!reader.read(known ? values_[field] : ignored)) return false;
        if (known) {
            present_[field] = true;
        } else {
            note_unknown(name, faults);
        }
    }
    return false;
}

void EventReader::read(const schema::JsonIndex& index, const Bounds& bounds, Draft& draft,
                       std::vector<Fault>& faults) {
    for (std::size_t i = 0; i < kFields; ++i) {
        if (!present_[i] || values_[i].depth < bounds.depth) continue;  // the event is a level too
        add_fault(Reason::kTooDeep, static_cast<Field>(i), messages::too_deep(bounds.depth),
                  faults);
        return;
    }
    read_session(draft.session, faults);
    read_text(Field::kCategory, kMaxCategory, draft.category, faults);
    read_text(Field::kName, kMaxName, draft.name, faults);
    read_data(index, draft, faults);
    read_timestamp(bounds, draft.timestamp, faults);
    if (rules_->presence[index_of(Field::kEventId)] != Presence::kIgnored)
        read_text(Field::kEventId, kMaxEventId, draft.event_id, faults);
}

bool EventReader::wanted(Field field, std::vector<Fault>& faults) {
    const bool required = rules_->presence[index_of(field)] == Presence::kRequired;
    if (!given(field)) {
        if (required) add_fault(Reason::kMissingField, field, messages::kRequired, faults);
        return false;
    }
    return true;
}

void EventReader::read_text(Field field, std::size_t limit, std::string_view& out,
                            std::vector<Fault>& faults) {
    if (!wanted(field, faults)) return;
    const JsonValue& given = value(field);
    std::string& scratch = scratch_[index_of(field)];
    const bool django = rules_->manner == Manner::kDjango;
    if (given.type == JsonType::kNull && field == Field::kEventId) return;
    if (given.type == JsonType::kNull)
        return add_fault(Reason::kWrongType, field, messages::kNull, faults);
    if (given.type == JsonType::kNumber && django) {
        scratch.clear();
        append_python_number(given.raw, scratch);
        out = scratch;
    } else if (given.type == JsonType::kString) {
        out = schema::unescaped(given.string(), scratch);
    } else {
        return add_fault(Reason::kWrongType, field, messages::kNotString, faults);
    }
    if (django) out = python_strip(out);
    if (out.empty()) return add_fault(Reason::kBlank, field, messages::kBlank, faults);
    if (out.size() > limit && count_code_points(out) > limit)
        add_fault(Reason::kTooLong, field, messages::too_long(limit), faults);
    // A raw NUL is no JSON: only an escape can have brought one.
    if (out.find('\0') != std::string_view::npos)
        add_fault(Reason::kWrongType, field, messages::kNulCharacter, faults);
}

void EventReader::read_data(const schema::JsonIndex& index, Draft& draft,
                            std::vector<Fault>& faults) {
    if (!wanted(Field::kData, faults)) return;
    const JsonValue& data = value(Field::kData);
    if (rules_->manner == Manner::kDjango) {
        const bool empty = data.type == JsonType::kNull || data.raw == "\"\"" ||
                           (data.type == JsonType::kObject && data.end_token - data.token == 2);
        if (empty) return add_fault(Reason::kBlank, Field::kData, messages::kDataEmpty, faults);
    }
    if (data.type != JsonType::kObject)
        return add_fault(Reason::kWrongType, Field::kData,
                         rules_->manner == Manner::kDjango ? messages::kDataNotObject
                                                           : messages::kNativeDataNotObject,
                         faults);
    draft.data_token = data.token;
    draft.data_end = data.end_token;
    draft.data = data.raw;
    // As it was sent; but one line, so that it can stand in a line of NDJSON.
    if (!has_line_break(data.raw)) return;
    std::string& scratch = scratch_[index_of(Field::kData)];
    scratch.clear();
    schema::append_compact(index, data.token, data.end_token, scratch);
    draft.data = scratch;
}

void EventReader::read_session(Uuid& out, std::vector<Fault>& faults) {
    constexpr Field kField = Field::kSession;
    if (!wanted(kField, faults)) return;
    const JsonValue& given = value(kField);
    if (given.type == JsonType::kNull) {
        if (rules_->presence[index_of(kField)] == Presence::kRequired)
            return add_fault(Reason::kWrongType, kField, messages::kNull, faults);
        out = Uuid{};
        return;
    }
    const bool text = given.type == JsonType::kString;
    const std::string_view said =
        text ? schema::unescaped(given.string(), scratch_[index_of(kField)]) : given.raw;
    const auto uuid = text ? parse_uuid(said) : std::nullopt;
    if (!uuid)
        return add_fault(text ? Reason::kInvalidUuid : Reason::kWrongType, kField,
                         messages::bad_uuid(said), faults);
    if (uuid->is_nil())  // which everything behind this takes for "no session"
        return add_fault(Reason::kInvalidUuid, kField,
                         rules_->manner == Manner::kDjango ? messages::bad_uuid(said)
                                                           : std::string(messages::kNilUuid),
                         faults);
    out = *uuid;
}

void EventReader::read_timestamp(const Bounds& bounds, Micros& out, std::vector<Fault>& faults) {
    constexpr Field kField = Field::kTimestamp;
    if (!wanted(kField, faults)) return;
    const JsonValue& given = value(kField);
    if (given.type == JsonType::kNull) {
        if (rules_->presence[index_of(kField)] == Presence::kRequired)
            add_fault(Reason::kWrongType, kField, messages::kNull, faults);
        return;
    }
    std::optional<Micros> at;
    const bool text = given.type == JsonType::kString;
    if (text) at = parse_iso8601(schema::unescaped(given.string(), scratch_[index_of(kField)]));
    if (!at)
        return add_fault(text ? Reason::kInvalidTimestamp : Reason::kWrongType, kField,
                         messages::kBadTimestamp, faults);
    if (*at > bounds.latest)
        return add_fault(Reason::kTimestampInFuture, kField, messages::kFuture, faults);
    out = *at;
}

}  // namespace eyed::ingest
