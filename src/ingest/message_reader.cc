#include "ingest/message_reader.h"

#include <algorithm>

#include "base/json_text.h"
#include "ingest/fields.h"
#include "ingest/messages.h"

namespace eyed::ingest {
namespace {

using model::Dialect;
using model::Reason;
using schema::JsonFault;
using schema::JsonReader;
using schema::JsonType;
using schema::JsonValue;

constexpr std::string_view kType = field_name(Dialect::kConsumer, Field::kName);
constexpr std::string_view kPayload = field_name(Dialect::kConsumer, Field::kData);

void add_fault(Reason reason, Field field, std::string_view message, std::vector<Fault>& faults) {
    faults.push_back({reason, std::string(field_name(Dialect::kConsumer, field)),
                      std::string(field_pointer(Dialect::kConsumer, field)), std::string(message)});
}

/// Whether seed 000's events have a field of that name.
bool is_field_of_events(std::string_view key) {
    const auto* found = std::ranges::find(kFieldNames, key);
    if (found == kFieldNames.end()) return false;
    const auto place = static_cast<std::size_t>(found - kFieldNames.begin());
    return kSeedRules.presence[place] != Presence::kIgnored;
}

}  // namespace

Dialect dialect_of(JsonReader reader, Dialect otherwise) {
    if (reader.peek() == '[') return Dialect::kConsumer;
    if (reader.peek() != '{' || !reader.enter_object()) return otherwise;
    Dialect dialect = otherwise;
    schema::JsonString key;
    std::string scratch;
    bool more = true;
    while (reader.next_field(key, more) && more) {
        const std::string_view name = schema::unescaped(key, scratch);
        if (is_field_of_events(name)) return Dialect::kEyeService;
        if (name == kType || name == kPayload) dialect = Dialect::kConsumer;
        if (!reader.skip()) return otherwise;  // not JSON, as whoever reads it will say
    }
    return reader.fault() ? otherwise : dialect;
}

bool MessageReader::collect(JsonReader& reader) {
    type_.given = payload_.given = false;
    schema::JsonString key;
    bool more = true;
    if (!reader.enter_object()) return false;
    while (reader.next_field(key, more)) {
        if (!more) return true;
        const std::string_view name = schema::unescaped(key, key_);
        Text* field = name == kType ? &type_ : name == kPayload ? &payload_ : nullptr;
        if (field == nullptr ? !reader.skip() : !reader.read(field->value)) return false;
        if (field != nullptr) field->given = true;
    }
    return false;
}

void MessageReader::read(std::uint32_t depth, Draft& draft, std::vector<Fault>& faults) {
    draft.category = kMessageCategory;
    read_type(draft, faults);
    read_payload(depth, draft, faults);
}

bool MessageReader::read_text(Text& from, Field field, std::string_view& out,
                              std::vector<Fault>& faults) {
    if (!from.given) {
        add_fault(Reason::kMissingField, field, messages::kPydanticMissing, faults);
        return false;
    }
    if (from.value.type != JsonType::kString) {
        const bool null = from.value.type == JsonType::kNull;
        add_fault(Reason::kWrongType, field,
                  null ? messages::kPydanticNone : messages::kPydanticText, faults);
        return false;
    }
    out = schema::unescaped(from.value.string(), from.scratch);
    return true;
}

void MessageReader::read_type(Draft& draft, std::vector<Fault>& faults) {
    if (!read_text(type_, Field::kName, draft.name, faults)) return;
    if (draft.name.empty())
        add_fault(Reason::kBlank, Field::kName, messages::kPydanticBlank, faults);
    if (draft.name.size() > kMaxName && count_code_points(draft.name) > kMaxName)
        add_fault(Reason::kTooLong, Field::kName, messages::kPydanticTooLong, faults);
    if (draft.name.find('\0') != std::string_view::npos)
        add_fault(Reason::kWrongType, Field::kName, messages::kPydanticNulCharacter, faults);
}

void MessageReader::read_payload(std::uint32_t depth, Draft& draft, std::vector<Fault>& faults) {
    std::string_view text;
    if (!read_text(payload_, Field::kData, text, faults)) return;
    if (text.data() == payload_.scratch.data()) {  // the index reads past the end of its text
        payload_.scratch.reserve(text.size() + 64);
        text = payload_.scratch;
    }
    JsonValue value;
    JsonFault fault = index_.index(text);
    JsonReader reader(index_);
    const bool object = !fault && reader.peek() == '{' && reader.read(value) && reader.at_end();
    if (!fault) fault = reader.fault();
    if (fault.kind == JsonFault::Kind::kTooDeep || (object && value.depth >= depth))
        return add_fault(Reason::kTooDeep, Field::kData, messages::too_deep(depth), faults);
    if (object && !has_line_break(value.raw)) {
        draft.data = value.raw;
        return;
    }
    data_.clear();
    if (object) {
        schema::append_compact(index_, value.token, value.end_token, data_);
    } else {
        data_ = "{\"payload\":";
        append_json_string(text, data_);
        data_ += '}';
    }
    draft.data = data_;
}

}  // namespace eyed::ingest
