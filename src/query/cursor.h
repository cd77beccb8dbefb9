#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/uuid.h"
#include "catalog/row_page.h"
#include "store/event_store.h"

namespace eyed::query {

/// Which list a cursor leads on in: one of another list is refused. On the wire: never renumber.
enum class ListKind : std::uint8_t {
    kEvents = 1,
    kSessions = 2,
    kRejections = 3,
    kEventTypes = 4,
    kSessionEvents = 5,
    kUsers = 6,
    kApplications = 7,
    kKeys = 8,
    kAudit = 9,
    kEventTypeVersions = 16,
    kBacktest = 17,
    kDestinations = 18,
    kDeliveries = 19,
    kAttempts = 20,
};

/// Where a page ended: a key in its list's total order, so the next page is right while rows
/// arrive. Opaque to clients: base64url of version, kind, order, key and a checksum.
struct EventCursor {
    store::OrderBy order = store::OrderBy::kId;
    store::Direction direction = store::Direction::kDescending;
    store::EventKey key;
};
std::string encode(ListKind kind, const EventCursor& cursor);
std::string encode(const store::SessionKey& key);
struct RejectionCursor {
    store::Direction direction = store::Direction::kDescending;
    RejectionId id;
};
std::string encode(const RejectionCursor& cursor);
/// For lists of the catalog's rows: the page that ended, and the id of its last row.
std::string encode(ListKind kind, const catalog::RowPage& page, std::int64_t last);
/// For lists by a plain number: an offset (event types), or the last row's (versions).
std::string encode_offset(ListKind kind, std::uint64_t offset);

/// kInvalidArgument: not a cursor of this list.
[[nodiscard]] Result<EventCursor> decode_event_cursor(ListKind kind, std::string_view text);
[[nodiscard]] Result<store::SessionKey> decode_session_cursor(std::string_view text);
[[nodiscard]] Result<RejectionCursor> decode_rejection_cursor(std::string_view text);
struct RowCursor {
    catalog::RowPage::Order order = catalog::RowPage::Order::kId;
    catalog::RowPage::Direction direction = catalog::RowPage::Direction::kAscending;
    std::int64_t last = 0;
};
[[nodiscard]] Result<RowCursor> decode_row_cursor(ListKind kind, std::string_view text);
[[nodiscard]] Result<std::uint64_t> decode_offset_cursor(ListKind kind, std::string_view text);

}  // namespace eyed::query
