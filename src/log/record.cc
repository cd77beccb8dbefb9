#include "log/record.h"

#include <fmt/format.h>

#include <array>
#include <cstring>

#include "base/check.h"

namespace eyed::log {
namespace {

/// Events, rejections and amendments of format 2 end in more fields. What has nothing to say in
/// them is written in format 1, so that every value has one form.
constexpr std::uint8_t kBodyFormat = 1;
constexpr std::uint8_t kLongerFormat = 2;

std::uint8_t format_of(const EventBody& body) {
    return body.judgement == model::Judgement{} && !body.replays ? kBodyFormat : kLongerFormat;
}
std::uint8_t format_of(const RejectionBody& body) {
    const bool plain =
        body.type_version == 0 && body.event_id.empty() && !body.target && !body.dedup_key;
    return plain ? kBodyFormat : kLongerFormat;
}
std::uint8_t format_of(const ReplaceBody& body) {
    return body.judgement == model::Judgement{} ? kBodyFormat : kLongerFormat;
}

/// Appends a body's fields: fixed numbers little-endian, texts after a varint of their length.
class Encoder {
  public:
    explicit Encoder(std::string& out) : out_(out) {}
    void byte(std::uint8_t value) { out_.push_back(static_cast<char>(value)); }
    void number(std::uint64_t value) {
        std::array<char, 8> bytes;
        for (char& b : bytes) {
            b = static_cast<char>(value);
            value >>= 8;
        }
        out_.append(bytes.data(), bytes.size());
    }
    void number(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
    void uuid(const Uuid& value) {
        out_.append(reinterpret_cast<const char*>(value.bytes.data()), value.bytes.size());
    }
    void varint(std::uint64_t value) {
        while (value >= 0x80) {
            byte(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        byte(static_cast<std::uint8_t>(value));
    }
    void text(std::string_view value) {
        varint(value.size());
        out_.append(value);
    }
    /// 0, or 1 and the key.
    void key(const std::optional<Hash128>& value) {
        byte(value ? 1 : 0);
        if (!value) return;
        number(value->high);
        number(value->low);
    }
    /// The type's version, then 0, or one more than the violation's number.
    void judgement(const model::Judgement& value) {
        varint(value.type_version);
        byte(value.violation
                 ? static_cast<std::uint8_t>(static_cast<unsigned>(*value.violation) + 1)
                 : std::uint8_t{0});
    }

  private:
    std::string& out_;
};

/// Reads what an Encoder wrote; after a fault every value is empty and ok() is false.
class Decoder {
  public:
    explicit Decoder(std::string_view in) : in_(in) {}
    bool ok() const { return ok_; }
    bool at_end() const { return ok_ && in_.empty(); }
    std::uint8_t byte() {
        if (!need(1)) return 0;
        const auto value = static_cast<std::uint8_t>(in_.front());
        in_.remove_prefix(1);
        return value;
    }
    std::uint64_t number() {
        if (!need(8)) return 0;
        std::uint64_t value = 0;
        for (int i = 7; i >= 0; --i)
            value = value << 8 | static_cast<std::uint8_t>(in_[static_cast<std::size_t>(i)]);
        in_.remove_prefix(8);
        return value;
    }
    std::int64_t signed_number() { return static_cast<std::int64_t>(number()); }
    Uuid uuid() {
        Uuid value;
        if (!need(16)) return value;
        std::memcpy(value.bytes.data(), in_.data(), 16);
        in_.remove_prefix(16);
        return value;
    }
    /// Only the shortest form, of a number of 64 bits: what re-encodes to the same bytes.
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (int shift = 0;; shift += 7) {
            const std::uint8_t part = byte();
            if (!ok_ || (part == 0 && shift > 0) || (shift == 63 && part > 1)) {
                fail();
                return 0;
            }
            value |= static_cast<std::uint64_t>(part & 0x7f) << shift;
            if ((part & 0x80) == 0) return value;
        }
    }
    std::string_view text() {
        const std::uint64_t length = varint();
        if (!need(length)) return {};
        const std::string_view value = in_.substr(0, length);
        in_.remove_prefix(length);
        return value;
    }
    std::uint32_t version() {
        const std::uint64_t value = varint();
        if (value > UINT32_MAX) fail();
        return static_cast<std::uint32_t>(value);
    }
    std::optional<Hash128> key() {
        const std::uint8_t given = byte();
        if (given > 1) fail();
        if (given != 1) return std::nullopt;
        Hash128 value;
        value.high = number();
        value.low = number();
        return value;
    }
    model::Judgement judgement() {
        model::Judgement value;
        value.type_version = version();
        const std::uint8_t violation = byte();
        if (violation > static_cast<unsigned>(model::kLastReason) + 1) fail();
        if (violation != 0) value.violation = static_cast<model::Reason>(violation - 1);
        return value;
    }

  private:
    bool need(std::uint64_t bytes) {
        if (ok_ && in_.size() >= bytes) return true;
        fail();
        return false;
    }
    std::string_view fail() {
        ok_ = false;
        return {};
    }

    std::string_view in_;
    bool ok_ = true;
};

std::unexpected<Error> corrupt(const char* kind, std::string_view bytes) {
    if (!bytes.empty() && static_cast<std::uint8_t>(bytes.front()) > kLongerFormat)
        return failure(Code::kCorrupt,
                       fmt::format("the {} is of format {}, newer than this program", kind,
                                   static_cast<std::uint8_t>(bytes[0])));
    return failure(Code::kCorrupt, fmt::format("the {}'s body does not decode", kind));
}

}  // namespace

Hash128 dedup_key(ApplicationId application, std::string_view event_id) {
    return hash128(event_id, static_cast<std::uint64_t>(application.value));
}

void Batch::add(const EventBody& body) {
    const std::size_t offset = bytes_.size();
    Encoder out(bytes_);
    const std::uint8_t format = format_of(body);
    out.byte(format);
    out.byte(static_cast<std::uint8_t>(body.dialect));
    out.number(body.application.value);
    out.number(body.received_at.value);
    out.number(body.timestamp.value);
    out.uuid(body.session);
    out.text(body.event_id);
    out.text(body.category);
    out.text(body.name);
    out.text(body.data);
    if (format == kLongerFormat) {
        out.judgement(body.judgement);
        out.varint(body.replays.value);
        if (body.replays) {
            out.number(body.replayed_at.value);
            out.number(body.replayed_by.value);
        }
    }
    finish(Kind::kEvent, offset);
    if (body.event_id.empty()) return;
    entries_.back().deduplicated = true;
    entries_.back().key = dedup_key(body.application, body.event_id);
}

void Batch::add(const EventBody& body, const Hash128& key) {
    add(body);
    entries_.back().deduplicated = true;
    entries_.back().key = key;
}

void Batch::add(const RejectionBody& body) {
    const std::size_t offset = bytes_.size();
    Encoder out(bytes_);
    const std::uint8_t format = format_of(body);
    out.byte(format);
    out.byte(static_cast<std::uint8_t>(body.dialect));
    out.byte(static_cast<std::uint8_t>(body.reason));
    out.number(body.application.value);
    out.number(body.key.value);
    out.number(body.received_at.value);
    out.text(body.message);
    out.text(body.pointer);
    out.text(body.category);
    out.text(body.name);
    out.text(body.payload);
    if (format == kLongerFormat) {
        out.varint(body.type_version);
        out.text(body.event_id);
        out.varint(body.target.value);
        out.key(body.dedup_key);
    }
    finish(Kind::kRejection, offset);
}

void Batch::add(const ReplaceBody& body) {
    const std::size_t offset = bytes_.size();
    Encoder out(bytes_);
    const std::uint8_t format = format_of(body);
    out.byte(format);
    out.number(body.target.value);
    out.number(body.changed_at.value);
    out.number(body.changed_by.value);
    out.number(body.timestamp.value);
    out.uuid(body.session);
    out.text(body.category);
    out.text(body.name);
    out.text(body.data);
    if (format == kLongerFormat) out.judgement(body.judgement);
    finish(Kind::kReplace, offset);
}

void Batch::add(const EraseBody& body) {
    const std::size_t offset = bytes_.size();
    Encoder out(bytes_);
    out.byte(kBodyFormat);
    out.number(body.target.value);
    out.number(body.changed_at.value);
    out.number(body.changed_by.value);
    finish(Kind::kErase, offset);
}

void Batch::add(const SessionBody& body) {
    const std::size_t offset = bytes_.size();
    Encoder out(bytes_);
    out.byte(kBodyFormat);
    out.uuid(body.session);
    out.number(body.application.value);
    out.number(body.created_at.value);
    finish(Kind::kSession, offset);
}

void Batch::add(const SettleBody& body) {
    const std::size_t offset = bytes_.size();
    Encoder out(bytes_);
    out.byte(kBodyFormat);
    out.byte(static_cast<std::uint8_t>(body.state));
    out.number(body.target.value);
    out.number(body.event.value);
    out.number(body.changed_at.value);
    out.number(body.changed_by.value);
    finish(Kind::kSettle, offset);
}

void Batch::finish(Kind kind, std::size_t offset) {
    // Bodies are limited long before (http.max_body, decompressed size): 4 GiB cannot come here.
    EYED_CHECK(bytes_.size() <= 0xffff'ffffULL);
    const std::string_view body = std::string_view(bytes_).substr(offset);
    entries_.push_back({.offset = static_cast<std::uint32_t>(offset),
                        .length = static_cast<std::uint32_t>(body.size()),
                        .kind = kind,
                        .body_hash = hash64(body)});
}

void Batch::clear() {
    bytes_.clear();
    entries_.clear();
}

Result<EventBody> decode_event(std::string_view bytes) {
    Decoder in(bytes);
    EventBody body;
    const std::uint8_t format = in.byte();
    const std::uint8_t dialect = in.byte();
    body.dialect = static_cast<model::Dialect>(dialect);
    body.application.value = in.signed_number();
    body.received_at.value = in.signed_number();
    body.timestamp.value = in.signed_number();
    body.session = in.uuid();
    body.event_id = in.text();
    body.category = in.text();
    body.name = in.text();
    body.data = in.text();
    if (format == kLongerFormat) {
        body.judgement = in.judgement();
        body.replays.value = in.varint();
        if (body.replays) {
            body.replayed_at.value = in.signed_number();
            body.replayed_by.value = in.signed_number();
        }
    }
    if (!in.at_end() || format != format_of(body) || body.dialect > model::kLastDialect)
        return corrupt("event", bytes);
    return body;
}

Result<RejectionBody> decode_rejection(std::string_view bytes) {
    Decoder in(bytes);
    RejectionBody body;
    const std::uint8_t format = in.byte();
    body.dialect = static_cast<model::Dialect>(in.byte());
    body.reason = static_cast<model::Reason>(in.byte());
    body.application.value = in.signed_number();
    body.key.value = in.signed_number();
    body.received_at.value = in.signed_number();
    body.message = in.text();
    body.pointer = in.text();
    body.category = in.text();
    body.name = in.text();
    body.payload = in.text();
    if (format == kLongerFormat) {
        body.type_version = in.version();
        body.event_id = in.text();
        body.target.value = in.varint();
        body.dedup_key = in.key();
    }
    if (!in.at_end() || format != format_of(body) || body.dialect > model::kLastDialect ||
        body.reason > model::kLastReason)
        return corrupt("rejection", bytes);
    return body;
}

Result<ReplaceBody> decode_replace(std::string_view bytes) {
    Decoder in(bytes);
    ReplaceBody body;
    const std::uint8_t format = in.byte();
    body.target.value = in.number();
    body.changed_at.value = in.signed_number();
    body.changed_by.value = in.signed_number();
    body.timestamp.value = in.signed_number();
    body.session = in.uuid();
    body.category = in.text();
    body.name = in.text();
    body.data = in.text();
    if (format == kLongerFormat) body.judgement = in.judgement();
    if (!in.at_end() || format != format_of(body)) return corrupt("amendment", bytes);
    return body;
}

Result<EraseBody> decode_erase(std::string_view bytes) {
    Decoder in(bytes);
    EraseBody body;
    const std::uint8_t format = in.byte();
    body.target.value = in.number();
    body.changed_at.value = in.signed_number();
    body.changed_by.value = in.signed_number();
    if (!in.at_end() || format != kBodyFormat) return corrupt("erasure", bytes);
    return body;
}

Result<SessionBody> decode_session(std::string_view bytes) {
    Decoder in(bytes);
    SessionBody body;
    const std::uint8_t format = in.byte();
    body.session = in.uuid();
    body.application.value = in.signed_number();
    body.created_at.value = in.signed_number();
    if (!in.at_end() || format != kBodyFormat) return corrupt("session", bytes);
    return body;
}

Result<SettleBody> decode_settle(std::string_view bytes) {
    Decoder in(bytes);
    SettleBody body;
    const std::uint8_t format = in.byte();
    body.state = static_cast<model::RejectionState>(in.byte());
    body.target.value = in.number();
    body.event.value = in.number();
    body.changed_at.value = in.signed_number();
    body.changed_by.value = in.signed_number();
    if (!in.at_end() || format != kBodyFormat || body.state == model::RejectionState::kOpen ||
        body.state > model::kLastRejectionState)
        return corrupt("settlement", bytes);
    return body;
}

}  // namespace eyed::log
