#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "store/duckdb/conditions.h"
#include "store/duckdb/reads.h"

namespace eyed::store {

namespace {

/// Most pages end within the first window or the second, which is about a row group.
constexpr std::uint64_t kFirstWindow = 16 * 1024;
constexpr std::uint64_t kWidening = 16;

constexpr std::string_view kColumns =
    "id, application, session, category, name, timestamp, received_at, data, event_id, dialect, "
    "type_version, violation, replays";

model::Event event_of(const Chunk& chunk, std::size_t row) {
    model::Event event;
    event.id = {chunk.u64(0, row)};
    event.application = {chunk.i64(1, row)};
    event.session = chunk.uuid(2, row);
    event.category = chunk.bytes(3, row);
    event.name = chunk.bytes(4, row);
    event.timestamp = chunk.micros(5, row);
    event.received_at = chunk.micros(6, row);
    event.data = chunk.bytes(7, row);
    event.event_id = chunk.bytes(8, row);
    event.dialect = static_cast<model::Dialect>(chunk.u8(9, row));
    event.judgement.type_version = chunk.u32(10, row);
    if (const std::uint8_t violation = chunk.u8(11, row); violation != 0)
        event.judgement.violation = static_cast<model::Reason>(violation - 1);
    event.replays = {chunk.u64(12, row)};
    return event;
}

/// A page's place among the ids: what is left to search, and from which end.
struct Range {
    std::uint64_t low = 1;
    std::uint64_t high = 0;
    Direction direction;
    std::uint64_t window = kFirstWindow;

    bool empty() const { return low > high; }
    /// The next window, taken off the range.
    std::pair<std::uint64_t, std::uint64_t> take() {
        const std::uint64_t span = std::min(window, high - low + 1);
        window *= kWidening;
        if (direction == Direction::kDescending) {
            high -= span;
            return {high + 1, high + span};
        }
        low += span;
        return {low - span, low - 1};
    }
};

Range whole_range(EventId highest, const EventFilter& filter, const EventPage& page) {
    Range range{.direction = page.direction};
    range.low = std::max<std::uint64_t>(1, filter.min_id.value_or(EventId{1}).value);
    range.high = std::min(highest.value, filter.max_id.value_or(highest).value);
    return range;
}

const char* word(Direction direction) {
    return direction == Direction::kDescending ? "DESC" : "ASC";
}

Result<std::vector<EventKey>> keys(Connection& connection, const Conditions& where,
                                   std::string_view order, std::size_t limit) {
    EYED_ASSIGN(Answer answer,
                connection.query({fmt::format("SELECT id, timestamp FROM events {} ORDER BY {} "
                                              "LIMIT {}",
                                              where.sql(), order, limit),
                                  where.parameters()}));
    std::vector<EventKey> found;
    while (auto chunk = answer.next())
        for (std::size_t row = 0; row < chunk->size(); ++row)
            found.push_back({chunk->micros(1, row), {chunk->u64(0, row)}});
    return found;
}

std::string between(std::uint64_t low, std::uint64_t high) {
    return fmt::format("id BETWEEN {} AND {}", low, high);
}

/// The first `want` keys by id: window after window.
Result<std::vector<EventKey>> keys_by_id(Connection& connection, Range range,
                                         const EventFilter& filter, const EventPage& page,
                                         std::size_t want) {
    if (page.after && page.direction == Direction::kDescending)
        range.high = std::min(range.high, page.after->id.value - 1);
    if (page.after && page.direction == Direction::kAscending)
        range.low = std::max(range.low, page.after->id.value + 1);
    const Conditions conditions = event_conditions(filter);
    const std::string order = fmt::format("id {}", word(page.direction));
    std::vector<EventKey> found;
    while (!range.empty() && found.size() < want) {
        const auto [low, high] = range.take();
        Conditions where = conditions;
        where.add(between(low, high));
        EYED_ASSIGN(const auto more, keys(connection, where, order, want - found.size()));
        found.insert(found.end(), more.begin(), more.end());
    }
    return found;
}

void sort_by_time(std::vector<EventKey>& found, Direction direction, std::size_t want) {
    const auto place = [](const EventKey& key) { return std::pair(key.timestamp, key.id); };
    if (direction == Direction::kDescending)
        std::ranges::sort(found, std::greater{}, place);
    else
        std::ranges::sort(found, std::less{}, place);
    if (found.size() > want) found.resize(want);
}

/// The first `want` keys by time. Times follow ids only roughly, so a window of ids cannot give
/// the page; but the last of `want` matches found in windows bounds the page's times, and with
/// that bound the zone maps skip most of the rest of the table.
Result<std::vector<EventKey>> keys_by_time(Connection& connection, const Range& whole,
                                           const EventFilter& filter, const EventPage& page,
                                           std::size_t want) {
    const bool newest_first = page.direction == Direction::kDescending;
    Conditions conditions = event_conditions(filter);
    if (page.after) {
        // The first half alone says it all to the zone maps.
        conditions.add(newest_first ? "timestamp <= ?" : "timestamp >= ?", page.after->timestamp);
        conditions.add(newest_first ? "(timestamp < ? OR id < ?)" : "(timestamp > ? OR id > ?)",
                       page.after->timestamp, page.after->id.value);
    }
    const std::string order = fmt::format("timestamp {0}, id {0}", word(page.direction));
    Range range = whole;
    if (page.after && newest_first) range.high = std::min(range.high, page.after->id.value);
    if (page.after && !newest_first) range.low = std::max(range.low, page.after->id.value);
    const Range begin = range;
    std::vector<EventKey> found;
    while (!range.empty() && found.size() < want) {
        const auto [low, high] = range.take();
        Conditions window = conditions;
        window.add(between(low, high));
        EYED_ASSIGN(const auto more, keys(connection, window, order, want));
        found.insert(found.end(), more.begin(), more.end());
    }
    sort_by_time(found, page.direction, want);
    // Searched so far: what `begin` has and `range` no longer.
    const std::uint64_t low = newest_first ? range.high + 1 : begin.low;
    const std::uint64_t high = newest_first ? begin.high : range.low - 1;
    if (low <= whole.low && high >= whole.high) return found;
    Conditions rest = conditions;
    rest.add(between(whole.low, whole.high));
    if (low <= high) rest.add(fmt::format("(id < {} OR id > {})", low, high));
    if (found.size() == want)
        rest.add(newest_first ? "timestamp >= ?" : "timestamp <= ?", found.back().timestamp);
    EYED_ASSIGN(const auto more, keys(connection, rest, order, want));
    found.insert(found.end(), more.begin(), more.end());
    sort_by_time(found, page.direction, want);
    return found;
}

/// A page that begins at a time begins about there among the ids too: leaves out the ids before
/// the first, and after the last, that the filter's times allow.
Status narrow(Connection& connection, const EventFilter& filter, Range& range) {
    const bool newest_first = range.direction == Direction::kDescending;
    if (range.empty() || !(newest_first ? filter.to : filter.from)) return {};
    Conditions where;
    if (filter.from) where.add("timestamp >= ?", *filter.from);
    if (filter.to) where.add("timestamp < ?", *filter.to);
    EYED_ASSIGN(const auto end,
                connection.number({fmt::format("SELECT {}(id) FROM events {}",
                                               newest_first ? "max" : "min", where.sql()),
                                   where.parameters()}));
    if (!end)
        range.high = 0;  // none at all
    else if (newest_first)
        range.high = std::min(range.high, *end);
    else
        range.low = std::max(range.low, *end);
    return {};
}

/// The rows of `ids`, in that order; one that went meanwhile is left out.
Result<std::vector<model::Event>> fetch(Connection& connection,
                                        const std::vector<std::uint64_t>& ids) {
    std::vector<model::Event> rows;
    if (ids.empty()) return rows;
    EYED_ASSIGN(Answer answer, connection.query(fmt::format("SELECT {} FROM events WHERE {}",
                                                            kColumns, id_list(ids))));
    rows.reserve(ids.size());
    while (auto chunk = answer.next())
        for (std::size_t row = 0; row < chunk->size(); ++row)
            rows.push_back(event_of(*chunk, row));
    std::unordered_map<std::uint64_t, std::size_t> place;
    for (std::size_t i = 0; i < ids.size(); ++i)
        place.emplace(ids[i], i);
    std::ranges::sort(rows, {}, [&](const model::Event& e) { return place[e.id.value]; });
    return rows;
}

}  // namespace

std::string id_list(const std::vector<std::uint64_t>& ids) {
    const auto [low, high] = std::ranges::minmax(ids);
    std::string sql = between(low, high);
    if (high - low + 1 == ids.size()) return sql;
    sql += " AND id IN (";
    for (const std::uint64_t id : ids)
        fmt::format_to(std::back_inserter(sql), "{},", id);
    sql.back() = ')';
    return sql;
}

Result<std::size_t> fit_bytes(Connection& connection, std::string_view table, std::string_view size,
                              const std::vector<std::uint64_t>& ids, std::uint64_t byte_limit) {
    if (byte_limit == 0 || ids.empty()) return ids.size();
    EYED_ASSIGN(Answer answer,
                connection.query(fmt::format("SELECT id, ({})::UBIGINT FROM {} WHERE {}", size,
                                             table, id_list(ids))));
    std::unordered_map<std::uint64_t, std::uint64_t> bytes;
    while (auto chunk = answer.next())
        for (std::size_t row = 0; row < chunk->size(); ++row)
            bytes.emplace(chunk->u64(0, row), chunk->u64(1, row));
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (const auto found = bytes.find(ids[i]); found != bytes.end()) sum += found->second;
        if (sum > byte_limit) return std::max<std::size_t>(i, 1);
    }
    return ids.size();
}

Result<Rows<model::Event>> read_events(Connection& connection, EventId highest,
                                       const EventFilter& filter, const EventPage& page) {
    Rows<model::Event> out;
    Range range = whole_range(highest, filter, page);
    EYED_TRY(narrow(connection, filter, range));
    if (range.empty() || page.limit == 0) return out;
    const std::size_t want = page.limit + std::size_t{1};
    EYED_ASSIGN(const auto found, page.order == OrderBy::kId
                                      ? keys_by_id(connection, range, filter, page, want)
                                      : keys_by_time(connection, range, filter, page, want));
    out.more = found.size() == want;
    std::vector<std::uint64_t> ids;
    for (const EventKey& key : found)
        if (ids.size() < page.limit) ids.push_back(key.id.value);
    EYED_ASSIGN(const std::size_t fit,
                fit_bytes(connection, "events", "strlen(data)", ids, page.byte_limit));
    out.more = out.more || fit < ids.size();
    ids.resize(fit);
    EYED_ASSIGN(out.rows, fetch(connection, ids));
    return out;
}

Result<model::Event> read_event(Connection& connection, EventId id,
                                const std::vector<ApplicationId>& applications) {
    Conditions where;
    where.add("id = ?", id.value);
    where.add_applications(applications);
    EYED_ASSIGN(Answer answer,
                connection.query({fmt::format("SELECT {} FROM events {}", kColumns, where.sql()),
                                  where.parameters()}));
    const auto chunk = answer.next();
    if (!chunk || chunk->size() == 0) return failure(Code::kNotFound, "no such event");
    return event_of(*chunk, 0);
}

Result<std::vector<EventTrace>> read_trace(Connection& connection, const std::string& event_id,
                                           const std::vector<ApplicationId>& applications,
                                           std::uint32_t limit) {
    EYED_ASSIGN(const auto untagged, connection.number({"SELECT untagged FROM meta", {}}));
    Conditions tagged;
    tagged.add_event_id(event_id);
    Conditions old;  // of before the store kept tags: a few, or none
    old.add("id <= ? AND event_tag IS NULL AND event_id = ?", untagged.value_or(0), event_id);
    std::vector<EventTrace> found;
    for (Conditions* where : {&tagged, &old}) {
        if (where == &old && untagged.value_or(0) == 0) break;
        where->add_applications(applications);
        EYED_ASSIGN(Answer answer,
                    connection.query({fmt::format("SELECT id, application, received_at, replays "
                                                  "FROM events {} ORDER BY id LIMIT {}",
                                                  where->sql(), limit),
                                      where->parameters()}));
        while (auto chunk = answer.next())
            for (std::size_t row = 0; row < chunk->size(); ++row)
                found.push_back({{chunk->u64(0, row)},
                                 {chunk->i64(1, row)},
                                 chunk->micros(2, row),
                                 {chunk->u64(3, row)}});
    }
    std::ranges::sort(found, {}, &EventTrace::id);
    if (found.size() > limit) found.resize(limit);
    return found;
}

Result<std::vector<TimeCount>> read_counts(Connection& connection, const CountByTime& count) {
    const Conditions found = event_conditions(count.filter);
    Conditions where = found;
    if (count.filter.min_id) where.add("id >= ?", count.filter.min_id->value);
    if (count.filter.max_id) where.add("id <= ?", count.filter.max_id->value);
    const std::int64_t width = std::max<std::int64_t>(1, count.bucket.count()) * 1'000'000;
    // Rounds down before 1970 too.
    EYED_ASSIGN(Answer answer,
                connection.query(
                    {fmt::format("SELECT moment - ((moment % {0}) + {0}) % {0} AS bucket, "
                                 "count(*)::UBIGINT FROM (SELECT epoch_us(timestamp) AS moment "
                                 "FROM events {1}) GROUP BY bucket ORDER BY bucket",
                                 width, where.sql()),
                     where.parameters()}));
    std::vector<TimeCount> buckets;
    while (auto chunk = answer.next())
        for (std::size_t row = 0; row < chunk->size(); ++row)
            buckets.push_back({{chunk->i64(0, row)}, chunk->u64(1, row)});
    return buckets;
}

}  // namespace eyed::store
