#include "query/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json_text.h"

namespace eyed::query {
namespace {

enum class Style { kNative, kSeed };

/// What must be known of a list to read its query string: a reader of one parameter, which says
/// whether it knows it.
class Reader {
  public:
    Reader(Style style, ParameterErrors& errors) : style_(style), errors_(errors) {}

    template <class Take>
    void read(std::string_view query, Take take) {
        const std::vector<Parameter> parameters = parse_query_string(query);
        if (parameters.size() > kMaxParameters) {
            fail("query", "There are more than 64 parameters.");
            return;
        }
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            const Parameter& parameter = parameters[i];
            const bool printable = is_utf8(parameter.value) && is_utf8(parameter.name) &&
                                   parameter.value.find('\0') == std::string::npos;
            if (!printable) {
                fail(is_utf8(parameter.name) ? parameter.name : "query",
                     "The query string must be UTF-8 without null characters.");
                continue;
            }
            const bool later = std::any_of(
                parameters.begin() + static_cast<std::ptrdiff_t>(i) + 1, parameters.end(),
                [&](const Parameter& other) { return other.name == parameter.name; });
            if (later && style_ == Style::kSeed) continue;
            if (later) {
                fail(parameter.name, "This parameter is given twice.");
                continue;
            }
            if (!take(parameter) && style_ == Style::kNative) {
                fail(parameter.name, "There is no such parameter.");
            }
        }
    }

    bool fail(std::string_view parameter, std::string message) {
        errors_.push_back({std::string(parameter), std::move(message)});
        return true;  // it was known, and wrong
    }

    bool limit(const Parameter& given, std::uint32_t& out) {
        std::int64_t value = 0;
        if (!integer(given, value)) return true;
        if (style_ == Style::kSeed && value > kMaxLimit) value = kMaxLimit;
        if (value < 1) return fail(given.name, "Ensure this value is greater than or equal to 1.");
        if (value > kMaxLimit)
            return fail(given.name,
                        fmt::format("Ensure this value is less than or equal to {}.", kMaxLimit));
        out = static_cast<std::uint32_t>(value);
        return true;
    }

    bool id(const Parameter& given, std::optional<EventId>& out) {
        std::int64_t value = 0;
        if (!integer(given, value)) return true;
        if (value < 0) return fail(given.name, "Ensure this value is greater than or equal to 0.");
        out = EventId{static_cast<std::uint64_t>(value)};
        return true;
    }

    bool session(const Parameter& given, std::optional<Uuid>& out) {
        out = parse_uuid(given.value);
        const bool nil = out && out->is_nil();
        if (nil && style_ == Style::kNative)
            return fail(given.name, "The nil UUID names no session.");
        if (nil || !out) fail(given.name, fmt::format("“{}” is not a valid UUID.", given.value));
        return true;
    }

    bool instant(const Parameter& given, std::optional<Micros>& out) {
        std::string text = given.value;
        out = parse_instant(text);
        if (!out) {  // a + that was not escaped has become a space
            const std::size_t space = text.rfind(' ');
            if (space != std::string::npos && space > 10) text[space] = '+';
            out = parse_instant(text);
        }
        if (!out)
            fail(given.name,
                 "Datetime has wrong format. Use one of these formats instead: "
                 "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].");
        return true;
    }

  private:
    static constexpr std::size_t kMaxParameters = 64;  // each is compared with the others

    bool integer(const Parameter& given, std::int64_t& out) {
        const std::string& text = given.value;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
        if (read.ec == std::errc() && read.ptr == text.data() + text.size() && !text.empty())
            return true;
        fail(given.name, "A valid integer is required.");
        return false;
    }

    Style style_;
    ParameterErrors& errors_;
};

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

bool take_reason(Reader& reader, const Parameter& given, std::optional<model::Reason>& out) {
    for (int i = 0; i <= static_cast<int>(model::kLastReason); ++i)
        if (model::reason_name(static_cast<model::Reason>(i)) == given.value)
            out = static_cast<model::Reason>(i);
    return out ? true : reader.fail(given.name, "There is no such reason.");
}

RejectionsQuery rejections(Style style, std::string_view query, ParameterErrors& errors) {
    RejectionsQuery out;
    Reader reader(style, errors);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "limit") return reader.limit(given, out.page.limit);
        if (given.name == "cursor") {
            const auto id = decode_rejection_cursor(given.value);
            if (!id) return reader.fail(given.name, id.error().detail);
            out.page.after = *id;
            return true;
        }
        if (style == Style::kSeed) return false;
        if (given.name == "reason") return take_reason(reader, given, out.filter.reason);
        if (given.name == "from") return reader.instant(given, out.filter.from);
        if (given.name == "to") return reader.instant(given, out.filter.to);
        auto* text = given.name == "category"      ? &out.filter.category
                     : given.name == "name"        ? &out.filter.name
                     : given.name == "application" ? &out.application
                                                   : nullptr;
        if (!text) return false;
        *text = given.value;
        return true;
    });
    return out;
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
RejectionsQuery native_rejections(std::string_view query, ParameterErrors& errors) {
    return rejections(Style::kNative, query, errors);
}
RejectionsQuery seed_rejections(std::string_view query, ParameterErrors& errors) {
    return rejections(Style::kSeed, query, errors);
}

namespace {

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
