#include "query/parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "query/parameter_reader.h"

namespace eyed::query {
namespace {

/// What the text of `data.<path>=…` may mean: always the text, and the scalar it spells.
std::vector<store::Scalar> meanings(const std::string& text) {
    std::vector<store::Scalar> any_of{text};
    const char* end = text.data() + text.size();
    std::int64_t whole = 0;
    double fraction = 0;
    if (text == "true" || text == "false") {
        any_of.emplace_back(text == "true");
    } else if (text == "null") {
        any_of.emplace_back(nullptr);
    } else if (const auto as_whole = std::from_chars(text.data(), end, whole);
               as_whole.ec == std::errc() && as_whole.ptr == end && !text.empty()) {
        any_of.emplace_back(whole);
    } else if (const auto as_fraction = std::from_chars(text.data(), end, fraction);
               as_fraction.ec == std::errc() && as_fraction.ptr == end && std::isfinite(fraction)) {
        any_of.emplace_back(fraction);
    }
    return any_of;
}

bool take_data(Reader& reader, const Parameter& given, store::EventFilter& filter) {
    constexpr std::size_t kMaxSegments = 16;
    constexpr std::size_t kMaxMatches = 8;
    store::DataMatch match;
    std::string_view path = std::string_view(given.name).substr(std::string_view("data.").size());
    for (bool more = true; more;) {
        const std::size_t dot = path.find('.');
        more = dot != std::string_view::npos;
        match.path.emplace_back(path.substr(0, dot));
        if (match.path.back().empty())
            return reader.fail(given.name, "A part of the path is empty.");
        if (more) path.remove_prefix(dot + 1);
    }
    if (match.path.size() > kMaxSegments)
        return reader.fail(given.name, "The path has more than 16 parts.");
    if (filter.data.size() == kMaxMatches)
        return reader.fail(given.name, "There are more than 8 conditions on the data.");
    match.any_of = meanings(given.value);
    filter.data.push_back(std::move(match));
    return true;
}

bool take_violation(Reader& reader, const Parameter& given, store::EventFilter& filter) {
    filter.violation.emplace();
    if (given.value == "any") return true;
    return reader.one_of(given, model::kLastReason, model::reason_name, filter.violation->reason);
}

bool take_filter(Reader& reader, const Parameter& given, EventsQuery& out) {
    const std::string& name = given.name;
    store::EventFilter& filter = out.filter;
    if (name == "category") {
        filter.category = given.value;
    } else if (name == "name") {
        filter.name = given.value;
    } else if (name == "application") {
        out.application = given.value;
    } else if (name == "session_id") {
        return reader.session(given, filter.session);
    } else if (name == "from") {
        return reader.instant(given, filter.from);
    } else if (name == "to") {
        return reader.instant(given, filter.to);
    } else if (name == "min_id") {
        return reader.id(given, filter.min_id);
    } else if (name == "max_id") {
        return reader.id(given, filter.max_id);
    } else if (name == "violation") {
        return take_violation(reader, given, filter);
    } else if (name.starts_with("data.")) {
        return take_data(reader, given, filter);
    } else {
        return false;
    }
    return true;
}

bool take_order(Reader& reader, const Parameter& given, store::EventPage& page) {
    const std::string_view order =
        given.value.starts_with('-') ? std::string_view(given.value).substr(1) : given.value;
    if (order != "id" && order != "timestamp")
        return reader.fail(given.name, "The order must be id, -id, timestamp or -timestamp.");
    page.order = order == "id" ? store::OrderBy::kId : store::OrderBy::kTimestamp;
    page.direction = order.size() == given.value.size() ? store::Direction::kAscending
                                                        : store::Direction::kDescending;
    return true;
}

/// Reads a cursor once the order is known: one of another order would skip rows.
void take_event_cursor(Reader& reader, ListKind kind, const std::optional<std::string>& text,
                       store::EventPage& page) {
    if (!text) return;
    const auto cursor = decode_event_cursor(kind, *text);
    if (!cursor) {
        reader.fail("cursor", cursor.error().detail);
    } else if (cursor->order != page.order || cursor->direction != page.direction) {
        reader.fail("cursor", "This cursor is of another order.");
    } else {
        page.after = cursor->key;
    }
}

SessionsQuery sessions(Style style, std::string_view query, ParameterErrors& errors) {
    SessionsQuery out;
    Reader reader(style, errors);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "limit") return reader.limit(given, out.page.limit);
        if (given.name == "cursor") {
            const auto key = decode_session_cursor(given.value);
            if (!key) return reader.fail(given.name, key.error().detail);
            out.page.after = *key;
            return true;
        }
        if (style == Style::kSeed) return false;
        if (given.name == "from") return reader.instant(given, out.filter.from);
        if (given.name == "to") return reader.instant(given, out.filter.to);
        if (given.name != "application") return false;
        out.application = given.value;
        return true;
    });
    return out;
}

bool take_type_order(Reader& reader, const Parameter& given, TypesQuery& out) {
    static constexpr std::pair<std::string_view, TypeOrder> kOrders[] = {
        {"category", TypeOrder::kCategory},
        {"name", TypeOrder::kName},
        {"first_seen", TypeOrder::kFirstSeen},
        {"updated_at", TypeOrder::kUpdatedAt}};
    const bool descending = given.value.starts_with('-');
    const std::string_view name = std::string_view(given.value).substr(descending ? 1 : 0);
    for (const auto& [known, order] : kOrders) {
        if (name != known) continue;
        out.order = order;
        out.direction = descending ? store::Direction::kDescending : store::Direction::kAscending;
        return true;
    }
    return reader.fail(given.name,
                       "The order must be category, name, first_seen or updated_at, with - before "
                       "it for descending.");
}

bool take_type_filter(Reader& reader, const Parameter& given, TypesQuery& out) {
    if (given.name == "category") {
        out.category = given.value;
    } else if (given.name == "name") {
        out.name = given.value;
    } else if (given.name == "application") {
        out.application = given.value;
    } else if (given.name == "q") {
        out.search = given.value;
    } else if (given.name == "order") {
        return take_type_order(reader, given, out);
    } else if (given.name == "mode") {
        out.mode = model::mode_named(given.value);
        return out.mode || reader.fail(given.name, "The mode must be off, observe or enforce.");
    } else {
        return false;
    }
    return true;
}

}  // namespace

std::optional<Micros> parse_instant(std::string_view text) {
    if (const auto at = parse_iso8601(text)) return at;
    return parse_date(text);
}

EventsQuery native_events(std::string_view query, ParameterErrors& errors) {
    EventsQuery out;
    std::optional<std::string> cursor;
    Reader reader(Style::kNative, errors);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "limit") return reader.limit(given, out.page.limit);
        if (given.name == "order") return take_order(reader, given, out.page);
        if (given.name != "cursor") return take_filter(reader, given, out);
        cursor = given.value;
        return true;
    });
    take_event_cursor(reader, ListKind::kEvents, cursor, out.page);
    return out;
}

EventsQuery session_events(const Uuid& session, std::string_view query, ParameterErrors& errors) {
    EventsQuery out;
    std::optional<std::string> cursor;
    out.filter.session = session;
    out.page.order = store::OrderBy::kTimestamp;
    out.page.direction = store::Direction::kAscending;
    Reader reader(Style::kNative, errors);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "limit") return reader.limit(given, out.page.limit);
        if (given.name != "cursor") return false;
        cursor = given.value;
        return true;
    });
    take_event_cursor(reader, ListKind::kSessionEvents, cursor, out.page);
    return out;
}

EventsQuery export_events(std::string_view query, ParameterErrors& errors) {
    EventsQuery out;
    out.format = "ndjson";
    Reader reader(Style::kNative, errors);
    reader.read(query, [&](const Parameter& given) {
        if (given.name != "format") return take_filter(reader, given, out);
        out.format = given.value;
        if (out.format == "ndjson" || out.format == "csv" || out.format == "parquet") return true;
        return reader.fail(given.name, "The format must be ndjson, csv or parquet.");
    });
    return out;
}

EventsQuery seed_events(std::string_view query, ParameterErrors& errors) {
    EventsQuery out;
    std::optional<std::string> cursor;
    out.page.order = store::OrderBy::kTimestamp;
    Reader reader(Style::kSeed, errors);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "limit") return reader.limit(given, out.page.limit);
        if (given.name == "cursor") {
            cursor = given.value;
        } else if (given.value.empty()) {
            return true;  // as the seed: an empty filter is none
        } else if (given.name == "timestamp") {
            return reader.instant(given, out.filter.from);
        } else if (given.name == "session_id") {
            return reader.session(given, out.filter.session);
        } else if (given.name == "category") {
            out.filter.category = given.value;
        } else if (given.name == "name") {
            out.filter.name = given.value;
        }
        return true;
    });
    take_event_cursor(reader, ListKind::kEvents, cursor, out.page);
    return out;
}

SessionsQuery native_sessions(std::string_view query, ParameterErrors& errors) {
    return sessions(Style::kNative, query, errors);
}
SessionsQuery seed_sessions(std::string_view query, ParameterErrors& errors) {
    return sessions(Style::kSeed, query, errors);
}

TypesQuery native_types(std::string_view query, ParameterErrors& errors) {
    TypesQuery out;
    Reader reader(Style::kNative, errors);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "limit") return reader.limit(given, out.limit);
        if (given.name != "cursor") return take_type_filter(reader, given, out);
        const auto offset = decode_offset_cursor(ListKind::kEventTypes, given.value);
        if (!offset) return reader.fail(given.name, offset.error().detail);
        out.offset = *offset;
        return true;
    });
    return out;
}

PageQuery native_page(ListKind kind, std::string_view query, ParameterErrors& errors) {
    PageQuery out;
    Reader reader(Style::kNative, errors);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "limit") return reader.limit(given, out.limit);
        if (given.name != "cursor") return false;
        const auto cursor = decode_offset_cursor(kind, given.value);
        if (!cursor) return reader.fail(given.name, cursor.error().detail);
        out.cursor = *cursor;
        return true;
    });
    return out;
}

DialectQuery native_dialect(std::string_view query, ParameterErrors& errors) {
    DialectQuery out;
    Reader(Style::kNative, errors).read(query, [&](const Parameter& given) {
        if (given.name != "dialect") return false;
        out.dialect = given.value;
        return true;
    });
    return out;
}

}  // namespace eyed::query
