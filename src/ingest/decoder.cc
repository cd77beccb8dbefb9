#include "ingest/decoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/json_text.h"
#include "ingest/messages.h"
#include "log/record.h"
#include "schema/json_fault_text.h"

namespace eyed::ingest {
namespace {

using model::Dialect;
using model::Reason;
using schema::JsonFault;
using schema::JsonReader;
using schema::JsonValue;

/// Of a type that its event makes.
constexpr std::uint32_t kFirstVersion = 1;

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool is_seed(Dialect dialect) {
    return rules_of(dialect).manner == Manner::kDjango;
}

/// A text that is only shown beside a rejection: not more of it than helps.
std::string_view shown(std::string_view text) {
    constexpr std::size_t kBytes = 600;
    return utf8_prefix(text, kBytes);
}

/// One sentence for the record: the fault's own, or all of them with their fields.
std::string summary(std::span<const Fault> faults) {
    if (faults.size() == 1) return faults.front().message;
    std::string text;
    for (const Fault& fault : faults) {
        if (!text.empty()) text += ' ';
        text += fmt::format("{}: {}", fault.field, fault.message);
    }
    return text;
}

/// What is said of an item that is no object.
Fault not_an_object(Dialect dialect, Decoded::Shape shape, const JsonValue& value) {
    Fault fault{Reason::kWrongShape, {}, {}, std::string(messages::kNotAnEvent)};
    const bool null = value.type == schema::JsonType::kNull;
    if (dialect == Dialect::kConsumer) {
        const auto nothing =
            shape == Decoded::Shape::kSingle ? messages::kPydanticMissing : messages::kPydanticNone;
        fault.message = null ? nothing : messages::kPydanticObject;
    } else if (is_seed(dialect)) {
        fault.message = null ? std::string(messages::kNoData)
                             : messages::not_a_dictionary(value.type, value.raw);
    }
    return fault;
}

Reason reason_of(const JsonFault& fault) {
    return fault.kind == JsonFault::Kind::kTooDeep ? Reason::kTooDeep : Reason::kMalformed;
}

}  // namespace

Decoder::Decoder(const Types& types, Limits limits)
    : types_(types), registry_(types), limits_(limits) {
}

EventReader::Bounds Decoder::bounds(const Sender& sender) const {
    const Micros latest = std::max(sender.now, sender.judged_at);
    return {sender.now, latest + limits_.future_tolerance, limits_.depth};
}

void Decoder::begin(const Work& work, std::string_view body) {
    Decoded& out = work.out;
    out.clear();
    new_by_hash_.clear();
    out.application = work.sender.application;
    out.key = work.sender.key;
    out.dialect = work.dialect;
    out.received_at = work.sender.now;
    out.body = body;
}

void Decoder::refuse_whole(const Work& work, const JsonFault& fault, std::string_view body) {
    Decoded& out = work.out;
    begin(work, out.body);
    out.whole = Decoded::Whole::kMalformed;
    out.syntax = fault;
    out.detail = schema::fault_text(fault, body);
    if (is_seed(work.dialect)) out.detail = "JSON parse error - " + out.detail;
    Item item;
    item.faults = 1;
    item.raw_length = static_cast<std::uint32_t>(body.size());
    out.faults.push_back({reason_of(fault), {}, {}, out.detail});
    log::RejectionBody body_record;
    body_record.application = work.sender.application;
    body_record.key = work.sender.key;
    body_record.dialect = work.dialect;
    body_record.reason = reason_of(fault);
    body_record.received_at = work.sender.now;
    body_record.message = out.detail;
    body_record.payload = body;
    body_record.target = work.target;
    if (!work.target) body_record.dedup_key = sent_key(work, item);
    out.items.push_back(item);
    out.batch.add(body_record);
}

void Decoder::too_many(const Work& work) {
    begin(work, work.out.body);
    work.out.shape = Decoded::Shape::kBatch;
    work.out.whole = Decoded::Whole::kTooMany;
    work.out.detail = messages::too_many_events(limits_.batch_events);
}

void Decoder::add_rejection(const Work& work, const Draft& draft, std::string_view raw,
                            const Refused& refused) {
    Decoded& out = work.out;
    const std::span faults = std::span<const Fault>(out.faults).subspan(refused.first_fault);
    const std::string message = summary(faults);
    log::RejectionBody record;
    record.application = work.sender.application;
    record.key = work.sender.key;
    record.dialect = work.dialect;
    record.reason = faults.front().reason;
    record.received_at = work.sender.now;
    record.message = message;
    record.pointer = faults.front().pointer;
    record.category = shown(draft.category);
    record.name = shown(draft.name);
    record.payload = raw;
    record.type_version = refused.type_version;
    record.event_id = shown(draft.event_id);
    record.target = work.target;
    record.dedup_key = refused.dedup_key;
    out.batch.add(record);
}

/// On what an event without an event_id is deduplicated: none, or the sender's Idempotency-Key.
std::optional<Hash128> Decoder::sent_key(const Work& work, const Item& item) {
    if (work.sender.idempotency_key.empty()) return std::nullopt;
    key_.assign("\0idem:", 6);  // no event_id holds a NUL
    key_ += work.sender.idempotency_key;
    if (work.out.shape == Decoded::Shape::kBatch) key_ += fmt::format("#{}", item.number);
    return log::dedup_key(work.sender.application, key_);
}

/// The place in new_types of a type that the application has not sent before.
std::uint32_t Decoder::want_type(const Work& work, const Draft& draft) {
    auto& wanted = work.out.new_types;
    const std::uint64_t hash = type_hash(draft.category, draft.name);
    const auto found = new_by_hash_.find(hash);
    if (found != new_by_hash_.end() && wanted[found->second].category == draft.category &&
        wanted[found->second].name == draft.name)
        return found->second;
    const auto place = static_cast<std::uint32_t>(wanted.size());
    wanted.push_back({work.application(), std::string(draft.category), std::string(draft.name),
                      work.sender.now});
    new_by_hash_.insert_or_assign(hash, place);
    return place;
}

bool Decoder::fits(const Work& work, const schema::Checker& checker, const Draft& draft,
                   schema::Violation& violation) {
    const std::string_view at = field_pointer(work.dialect, Field::kData);
    if (draft.data_end > draft.data_token) {
        JsonReader data(index_, draft.data_token, draft.data_end);
        return checker.check(data, draft.data, at, violation);
    }
    if (data_index_.index(draft.data)) return true;  // it was found to be JSON before
    JsonReader data(data_index_);
    return checker.check(data, draft.data, at, violation);
}

model::Judgement Decoder::judge(const Work& work, const Draft& draft, std::uint32_t& new_type) {
    const TypeState* type = types_.find(draft.category, draft.name);
    if (!type) {
        if (registry_.full(work.application())) {
            work.out.faults.push_back({Reason::kTooManyTypes,
                                       std::string(field_name(work.dialect, Field::kName)),
                                       std::string(field_pointer(work.dialect, Field::kName)),
                                       messages::too_many_types(registry_.limit())});
            return {};
        }
        new_type = want_type(work, draft);
        return {.type_version = kFirstVersion};
    }
    model::Judgement judgement{.type_version = type->version};
    if (type->checker) {
        schema::Violation violation;
        const bool fitting = fits(work, *type->checker, draft, violation);
        if (!fitting && type->mode == model::CheckMode::kEnforce) {
            work.out.faults.push_back({violation.reason,
                                       std::string(field_name(work.dialect, Field::kData)),
                                       std::move(violation.pointer), std::move(violation.message)});
            return judgement;
        }
        if (!fitting) judgement.violation = violation.reason;
    }
    if (!type->sent_by(work.application())) new_type = want_type(work, draft);
    return judgement;
}

void Decoder::add_event(const Work& work, const Draft& draft, std::string_view raw,
                        std::size_t first_fault) {
    Decoded& out = work.out;
    Item item;
    item.first_fault = static_cast<std::uint32_t>(first_fault);
    if (!out.body.empty()) {
        item.raw_offset = static_cast<std::uint32_t>(raw.data() - out.body.data());
        item.raw_length = static_cast<std::uint32_t>(raw.size());
    }
    model::Judgement judgement;
    if (out.faults.size() == first_fault) judgement = judge(work, draft, item.new_type);
    item.faults = static_cast<std::uint32_t>(out.faults.size() - first_fault);
    item.number = static_cast<std::uint32_t>(out.items.size());
    out.items.push_back(item);
    const auto key = draft.event_id.empty() ? sent_key(work, item) : std::nullopt;
    if (item.faults != 0)
        return add_rejection(work, draft, raw, {first_fault, judgement.type_version, key});

    log::EventBody event;
    event.application = work.sender.application;
    event.dialect = work.dialect;
    event.received_at = work.sender.now;
    event.timestamp = draft.timestamp;
    event.session = draft.session;
    event.event_id = draft.event_id;
    event.category = draft.category;
    event.name = draft.name;
    event.data = draft.data;
    event.judgement = judgement;
    if (key) return out.batch.add(event, *key);
    out.batch.add(event);
}

bool Decoder::collect(const Work& work, JsonReader& reader) {
    return work.dialect == Dialect::kConsumer
               ? messages_.collect(reader)
               : reader_.collect(reader, work.rules, work.out.faults);
}

void Decoder::read_fields(const Work& work, Draft& draft) {
    if (work.dialect == Dialect::kConsumer)
        return messages_.read(limits_.depth, draft, work.out.faults);
    reader_.read(index_, bounds(work.sender), draft, work.out.faults);
}

bool Decoder::add_item(const Work& work, JsonReader& reader, After after) {
    const auto ended = [&] {
        return after == After::kMore || reader.at_end() || reader.fail("Extra data");
    };
    Decoded& out = work.out;
    const std::size_t first_fault = out.faults.size();
    const std::size_t begin = reader.offset();
    Draft draft;
    draft.data = "{}";
    draft.timestamp = work.sender.now;
    std::string_view raw;
    if (reader.peek() == '{') {
        if (!collect(work, reader) || !ended()) {
            out.faults.resize(first_fault);
            return false;
        }
        const std::size_t end = index_.tokens()[reader.token() - 1] + 1;
        raw = index_.text().substr(begin, end - begin);
        read_fields(work, draft);
    } else {
        JsonValue value;
        if (!reader.read(value) || !ended()) return false;
        raw = value.raw;
        out.faults.push_back(not_an_object(work.dialect, out.shape, value));
    }
    add_event(work, draft, raw, first_fault);
    return true;
}

void Decoder::single(Dialect dialect, const Sender& sender, std::string_view body, Decoded& out) {
    const Work work{dialect, rules_of(dialect), sender, out, {}, {}};
    if (body.empty() && is_seed(dialect)) body = "{}";
    begin(work, body);
    if (const JsonFault fault = index_.index(body)) return refuse_whole(work, fault, body);
    JsonReader reader(index_);
    if (!add_item(work, reader, After::kNothing)) refuse_whole(work, reader.fault(), body);
}

void Decoder::event_or_messages(Dialect otherwise, const Sender& sender, std::string_view body,
                                Decoded& out) {
    if (body.empty()) return single(otherwise, sender, body, out);
    const JsonFault fault = index_.index(body);
    const Dialect dialect = fault ? otherwise : dialect_of(JsonReader(index_), otherwise);
    Sender from = sender;
    if (dialect != Dialect::kConsumer) from.idempotency_key = {};
    const Work work{dialect, rules_of(dialect), from, out, {}, {}};
    begin(work, body);
    if (fault) return refuse_whole(work, fault, body);
    JsonReader reader(index_);
    if (dialect != Dialect::kConsumer || reader.peek() != '[') {
        if (!add_item(work, reader, After::kNothing)) refuse_whole(work, reader.fault(), body);
        return;
    }
    out.shape = Decoded::Shape::kBatch;
    out.good = Decoded::Good::kDropped;
    if (!add_array(work, reader)) return refuse_whole(work, reader.fault(), body);
    keep_refused(out);
}

bool Decoder::add_array(const Work& work, JsonReader& reader) {
    bool more = true;
    if (!reader.enter_array()) return false;
    while (reader.next_element(more)) {
        if (!more) return reader.at_end() || reader.fail("Extra data");
        if (work.out.items.size() == limits_.batch_events) {
            too_many(work);
            return true;
        }
        if (!add_item(work, reader, After::kMore)) return false;
    }
    return false;
}

void Decoder::add_line(const Work& work, JsonReader& reader, std::string_view line) {
    Decoded& out = work.out;
    const std::size_t first_fault = out.faults.size();
    if (add_item(work, reader, After::kNothing)) return;
    JsonFault fault = reader.fault();
    const std::size_t begin = static_cast<std::size_t>(line.data() - index_.text().data());
    fault.offset = std::min(fault.offset - std::min(fault.offset, begin), line.size());
    out.faults.push_back({reason_of(fault), {}, {}, schema::fault_text(fault, line)});
    add_event(work, Draft{}, line, first_fault);
}

void Decoder::add_lines(const Work& work, std::string_view body, Indexed indexed) {
    Decoded& out = work.out;
    out.shape = Decoded::Shape::kBatch;
    std::size_t token = 0;
    for (std::size_t begin = 0; begin < body.size();) {
        const std::size_t end = std::min(body.find('\n', begin), body.size());
        std::string_view line = body.substr(begin, end - begin);
        begin = end + 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (is_blank(line)) continue;
        if (out.items.size() == limits_.batch_events) return too_many(work);
        if (indexed == Indexed::kWhole) {
            const std::size_t first = token;
            while (token < index_.size() && index_.tokens()[token] < end)
                ++token;
            JsonReader reader(index_, first, token);
            add_line(work, reader, line);
        } else if (const JsonFault fault = index_.index(line)) {
            const std::size_t first_fault = out.faults.size();
            out.faults.push_back({reason_of(fault), {}, {}, schema::fault_text(fault, line)});
            add_event(work, Draft{}, line, first_fault);
        } else {
            JsonReader reader(index_);
            add_line(work, reader, line);
        }
    }
    if (!out.items.empty()) return;
    out.whole = Decoded::Whole::kEmpty;
    out.detail = messages::kEmptyBatch;
}

void Decoder::native(const Sender& sender, BodyKind kind, std::string_view body, Decoded& out) {
    const Work work{Dialect::kNative, kNativeRules, sender, out, {}, {}};
    begin(work, body);
    const JsonFault fault = index_.index(body);
    if (kind == BodyKind::kLines)
        return add_lines(work, body, fault ? Indexed::kByLine : Indexed::kWhole);
    if (fault) {
        // NDJSON all the same, when its first line is a value of its own and more lines follow.
        const std::size_t end = body.find('\n');
        const bool more = end != std::string_view::npos && !is_blank(body.substr(end));
        if (!more || index_.index(body.substr(0, end))) return refuse_whole(work, fault, body);
        JsonReader first(index_);
        if (first.peek() != '{' || !first.skip() || !first.at_end())
            return refuse_whole(work, fault, body);
        return add_lines(work, body, Indexed::kByLine);
    }
    JsonReader reader(index_);
    if (reader.peek() == '[') {
        out.shape = Decoded::Shape::kBatch;
        if (!add_array(work, reader)) return refuse_whole(work, reader.fault(), body);
        if (out.items.empty() && out.whole == Decoded::Whole::kTaken) {
            out.whole = Decoded::Whole::kEmpty;
            out.detail = messages::kEmptyBatch;
        }
        return;
    }
    const bool object = reader.peek() == '{';
    if (!add_item(work, reader, After::kMore)) return refuse_whole(work, reader.fault(), body);
    if (reader.at_end()) return;
    const std::size_t end = index_.tokens()[reader.token() - 1] + 1;
    const std::size_t next = reader.offset();
    if (!object || body.substr(end, next - end).find('\n') == std::string_view::npos) {
        reader.fail("Extra data");
        return refuse_whole(work, reader.fault(), body);
    }
    begin(work, body);  // a batch after all: its first item is decoded as one
    add_lines(work, body, Indexed::kWhole);
}

void Decoder::import_line(const Sender& sender, std::string_view line, Decoded& out) {
    const Work work{Dialect::kImport, kImportRules, sender, out, {}, {}};
    if (out.items.empty()) {
        begin(work, {});
        out.shape = Decoded::Shape::kBatch;
    }
    if (const JsonFault fault = index_.index(line)) {
        const std::size_t first_fault = out.faults.size();
        out.faults.push_back({reason_of(fault), {}, {}, schema::fault_text(fault, line)});
        return add_event(work, Draft{}, line, first_fault);
    }
    JsonReader reader(index_);
    add_line(work, reader, line);
}

void Decoder::change(const Work& work, const model::Event& existing, std::string_view body,
                     model::Event& changed) {
    Decoded& out = work.out;
    Draft draft;
    draft.category = existing.category;
    draft.name = existing.name;
    draft.data = existing.data;
    draft.session = existing.session;
    draft.timestamp = existing.timestamp;
    begin(work, body);
    if (const JsonFault fault = index_.index(body)) return refuse_whole(work, fault, body);
    JsonReader reader(index_);
    if (reader.peek() != '{') {  // says why not, in the words of the dialect
        if (!add_item(work, reader, After::kNothing)) refuse_whole(work, reader.fault(), body);
        return;
    }
    if (!reader_.collect(reader, work.rules, out.faults) ||
        (!reader.at_end() && !reader.fail("Extra data")))
        return refuse_whole(work, reader.fault(), body);
    reader_.read(index_, bounds(work.sender), draft, out.faults);
    Item item;
    item.raw_length = static_cast<std::uint32_t>(body.size());
    model::Judgement judgement;
    if (out.faults.empty()) judgement = judge(work, draft, item.new_type);
    item.faults = static_cast<std::uint32_t>(out.faults.size());
    out.items.push_back(item);
    if (item.faults != 0) return add_rejection(work, draft, body, {0, judgement.type_version, {}});
    log::ReplaceBody record;
    record.target = existing.id;
    record.changed_at = work.sender.now;
    record.changed_by = work.sender.user;
    record.timestamp = draft.timestamp;
    record.session = draft.session;
    record.category = draft.category;
    record.name = draft.name;
    record.data = draft.data;
    record.judgement = judgement;
    out.batch.add(record);
    model::Event result = existing;  // `changed` may be `existing`
    result.timestamp = draft.timestamp;
    result.session = draft.session;
    result.category = draft.category;
    result.name = draft.name;
    result.data = draft.data;
    result.judgement = judgement;
    changed = std::move(result);
}

void Decoder::replacement(Dialect dialect, const Sender& sender, const model::Event& existing,
                          std::string_view body, Decoded& out, model::Event& changed) {
    if (body.empty() && is_seed(dialect)) body = "{}";
    change({dialect, rules_of(dialect), sender, out, existing.id, existing.application}, existing,
           body, changed);
}

void Decoder::patch(const Sender& sender, const model::Event& existing, std::string_view body,
                    Decoded& out, model::Event& changed) {
    change({Dialect::kNative, kPatchRules, sender, out, existing.id, existing.application},
           existing, body, changed);
}

void erasure(const Sender& sender, EventId target, Decoded& out) {
    out.clear();
    out.application = sender.application;
    out.batch.add(log::EraseBody{target, sender.now, sender.user});
    out.items.emplace_back();
}

void new_session(const Sender& sender, const Uuid& session, Decoded& out) {
    out.clear();
    out.application = sender.application;
    out.batch.add(log::SessionBody{session, sender.application, sender.now});
    out.items.emplace_back();
}

}  // namespace eyed::ingest
