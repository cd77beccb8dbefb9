#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace eyed {

/// A number that names one kind of thing. Zero names nothing.
template <class Tag, class Number>
struct Id {
    Number value = 0;
    friend auto operator<=>(const Id&, const Id&) = default;
    explicit operator bool() const { return value != 0; }
};

/// Where a record stands in the log: 1, 2, 3 … over all records. 0: before the first.
using Position = Id<struct PositionTag, std::uint64_t>;
/// An event's id: 1, 2, 3 … in the order of acceptance, no gaps.
using EventId = Id<struct EventTag, std::uint64_t>;
/// A rejection's id: 1, 2, 3 … in the order of the log.
using RejectionId = Id<struct RejectionTag, std::uint64_t>;
using ApplicationId = Id<struct ApplicationTag, std::int64_t>;
using UserId = Id<struct UserTag, std::int64_t>;
using KeyId = Id<struct KeyTag, std::int64_t>;
using EventTypeId = Id<struct EventTypeTag, std::int64_t>;
using AuditId = Id<struct AuditTag, std::int64_t>;
using CalendarEventId = Id<struct CalendarEventTag, std::int64_t>;
using LocationId = Id<struct LocationTag, std::int64_t>;
using CategoryId = Id<struct CategoryTag, std::int64_t>;
using CalendarUpdateId = Id<struct CalendarUpdateTag, std::int64_t>;
using AttendeeId = Id<struct AttendeeTag, std::int64_t>;
using FeedId = Id<struct FeedTag, std::int64_t>;
using CustomerId = Id<struct CustomerTag, std::int64_t>;
using ProductId = Id<struct ProductTag, std::int64_t>;
using CashbackRuleId = Id<struct CashbackRuleTag, std::int64_t>;
using CashbackId = Id<struct CashbackTag, std::int64_t>;
using ReversalId = Id<struct ReversalTag, std::int64_t>;
using LedgerEntryId = Id<struct LedgerEntryTag, std::int64_t>;
using ReconciliationId = Id<struct ReconciliationTag, std::int64_t>;
using DestinationId = Id<struct DestinationTag, std::int64_t>;
using DeliveryId = Id<struct DeliveryTag, std::int64_t>;
using AttemptId = Id<struct AttemptTag, std::int64_t>;

}  // namespace eyed

template <class Tag, class Number>
struct std::hash<eyed::Id<Tag, Number>> {
    std::size_t operator()(const eyed::Id<Tag, Number>& id) const noexcept {
        return std::hash<Number>{}(id.value);
    }
};
