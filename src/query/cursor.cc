#include "query/cursor.h"

#include <array>

#include "base/base64url.h"
#include "base/hash.h"

namespace eyed::query {
namespace {

// A cursor's bytes: version, kind, order, direction, two numbers (most significant byte first; a
// session's id takes the second and a third), then 4 bytes of checksum.
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kChecksumBytes = 4;
constexpr std::uint64_t kSeed = 0x6379656475727372;

struct Content {
    ListKind kind = ListKind::kEvents;
    std::uint8_t order = 0;
    std::uint8_t direction = 0;
    std::array<std::uint64_t, 3> numbers{};
};

std::uint32_t checksum(std::string_view bytes) {
    return static_cast<std::uint32_t>(hash64(bytes, kSeed));
}

void put(std::uint64_t value, std::size_t bytes, std::string& out) {
    for (std::size_t i = bytes; i-- > 0;)
        out += static_cast<char>(value >> (8 * i) & 0xFF);
}

std::uint64_t take(std::string_view& in, std::size_t bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
        value = value << 8 | static_cast<unsigned char>(in[i]);
    in.remove_prefix(bytes);
    return value;
}

std::string write(const Content& content) {
    std::string bytes;
    put(kVersion, 1, bytes);
    put(static_cast<std::uint64_t>(content.kind), 1, bytes);
    put(content.order, 1, bytes);
    put(content.direction, 1, bytes);
    for (const std::uint64_t number : content.numbers)
        put(number, 8, bytes);
    put(checksum(bytes), kChecksumBytes, bytes);
    return to_base64url(bytes);
}

Result<Content> read(ListKind kind, std::string_view text) {
    constexpr std::size_t kBytes = 4 + 3 * 8 + kChecksumBytes;
    const auto refuse = [] {
        return failure(Code::kInvalidArgument, "This is not a cursor of this list.");
    };
    if (text.size() > 2 * kBytes) return refuse();
    const auto bytes = from_base64url(text);
    if (!bytes || bytes->size() != kBytes) return refuse();
    std::string_view in(*bytes);
    const std::string_view covered = in.substr(0, kBytes - kChecksumBytes);
    Content content;
    if (take(in, 1) != kVersion) return refuse();
    if (take(in, 1) != static_cast<std::uint64_t>(kind)) return refuse();
    content.kind = kind;
    content.order = static_cast<std::uint8_t>(take(in, 1));
    content.direction = static_cast<std::uint8_t>(take(in, 1));
    for (std::uint64_t& number : content.numbers)
        number = take(in, 8);
    if (take(in, kChecksumBytes) != checksum(covered)) return refuse();
    if (content.order > 1 || content.direction > 1) return refuse();
    return content;
}

}  // namespace

std::string encode(ListKind kind, const EventCursor& cursor) {
    Content content;
    content.kind = kind;
    content.order = cursor.order == store::OrderBy::kTimestamp;
    content.direction = cursor.direction == store::Direction::kDescending;
    content.numbers[0] = static_cast<std::uint64_t>(cursor.key.timestamp.value);
    content.numbers[1] = cursor.key.id.value;
    return write(content);
}

std::string encode(const store::SessionKey& key) {
    Content content;
    content.kind = ListKind::kSessions;
    content.numbers = {static_cast<std::uint64_t>(key.last.value), key.session.high(),
                       key.session.low()};
    return write(content);
}

std::string encode(const RejectionCursor& cursor) {
    Content content;
    content.kind = ListKind::kRejections;
    content.direction = cursor.direction == store::Direction::kDescending;
    content.numbers[0] = cursor.id.value;
    return write(content);
}

std::string encode(ListKind kind, const catalog::RowPage& page, std::int64_t last) {
    Content content;
    content.kind = kind;
    content.order = page.order == catalog::RowPage::Order::kName;
    content.direction = page.direction == catalog::RowPage::Direction::kDescending;
    content.numbers[0] = static_cast<std::uint64_t>(last);
    return write(content);
}

std::string encode_offset(ListKind kind, std::uint64_t offset) {
    Content content;
    content.kind = kind;
    content.numbers[0] = offset;
    return write(content);
}

Result<EventCursor> decode_event_cursor(ListKind kind, std::string_view text) {
    EYED_ASSIGN(const Content content, read(kind, text));
    EventCursor cursor;
    cursor.order = content.order == 1 ? store::OrderBy::kTimestamp : store::OrderBy::kId;
    cursor.direction =
        content.direction == 1 ? store::Direction::kDescending : store::Direction::kAscending;
    cursor.key.timestamp.value = static_cast<std::int64_t>(content.numbers[0]);
    cursor.key.id.value = content.numbers[1];
    return cursor;
}

Result<store::SessionKey> decode_session_cursor(std::string_view text) {
    EYED_ASSIGN(const Content content, read(ListKind::kSessions, text));
    return store::SessionKey{{static_cast<std::int64_t>(content.numbers[0])},
                             Uuid::from_halves(content.numbers[1], content.numbers[2])};
}

Result<RejectionCursor> decode_rejection_cursor(std::string_view text) {
    EYED_ASSIGN(const Content content, read(ListKind::kRejections, text));
    return RejectionCursor{
        content.direction == 1 ? store::Direction::kDescending : store::Direction::kAscending,
        {content.numbers[0]}};
}

Result<RowCursor> decode_row_cursor(ListKind kind, std::string_view text) {
    EYED_ASSIGN(const Content content, read(kind, text));
    using Page = catalog::RowPage;
    return RowCursor{
        content.order == 1 ? Page::Order::kName : Page::Order::kId,
        content.direction == 1 ? Page::Direction::kDescending : Page::Direction::kAscending,
        static_cast<std::int64_t>(content.numbers[0])};
}

Result<std::uint64_t> decode_offset_cursor(ListKind kind, std::string_view text) {
    EYED_ASSIGN(const Content content, read(kind, text));
    return content.numbers[0];
}

}  // namespace eyed::query
