// What selects refusals: of a query string, or of a body that settles them.
#include "query/parameter_reader.h"

namespace eyed::query {

namespace {

constexpr std::size_t kMaxText = 200;  ///< bytes of what is looked for within messages

bool take_message(Reader& reader, const Parameter& given, store::RejectionFilter& filter) {
    if (given.value.empty()) return reader.fail(given.name, "This text is empty.");
    if (given.value.size() > kMaxText)
        return reader.fail(given.name, fmt::format("This text has over {} bytes.", kMaxText));
    filter.message = given.value;
    return true;
}

/// What a list and a settling body have in common.
bool take_filter(Reader& reader, const Parameter& given, store::RejectionFilter& filter,
                 std::optional<std::string>& application) {
    const std::string& name = given.name;
    if (name == "reason")
        return reader.one_of(given, model::kLastReason, model::reason_name, filter.reason);
    if (name == "dialect")
        return reader.one_of(given, model::kLastDialect, model::dialect_name, filter.dialect);
    if (name == "key") return reader.id(given, filter.key);
    if (name == "type_version") return reader.id(given, filter.type_version);
    if (name == "q") return take_message(reader, given, filter);
    if (name == "from") return reader.instant(given, filter.from);
    if (name == "to") return reader.instant(given, filter.to);
    if (name == "min_id") return reader.id(given, filter.min_id);
    if (name == "max_id") return reader.id(given, filter.max_id);
    auto* text = name == "category"      ? &filter.category
                 : name == "name"        ? &filter.name
                 : name == "event_id"    ? &filter.event_id
                 : name == "application" ? &application
                                         : nullptr;
    if (text == nullptr) return false;
    *text = given.value;
    return true;
}

bool take_state(Reader& reader, const Parameter& given, store::RejectionFilter& filter) {
    return reader.one_of(given, model::kLastRejectionState, model::rejection_state_name,
                         filter.state);
}

/// Reads a cursor once the order is known: one of another order would skip rows.
void take_cursor(Reader& reader, const std::optional<std::string>& text,
                 store::RejectionPage& page) {
    if (!text) return;
    const auto cursor = decode_rejection_cursor(*text);
    if (!cursor) {
        reader.fail("cursor", cursor.error().detail);
    } else if (cursor->direction != page.direction) {
        reader.fail("cursor", "This cursor is of another order.");
    } else {
        page.after = cursor->id;
    }
}

}  // namespace

RejectionsQuery native_rejections(std::string_view query, ParameterErrors& errors) {
    RejectionsQuery out;
    std::optional<std::string> cursor;
    Reader reader(Style::kNative, errors);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "limit") return reader.limit(given, out.page.limit);
        if (given.name == "state") return take_state(reader, given, out.filter);
        if (given.name == "order") {
            if (given.value != "id" && given.value != "-id")
                return reader.fail(given.name, "The order must be id or -id.");
            out.page.direction =
                given.value == "id" ? store::Direction::kAscending : store::Direction::kDescending;
            return true;
        }
        if (given.name != "cursor") return take_filter(reader, given, out.filter, out.application);
        cursor = given.value;
        return true;
    });
    take_cursor(reader, cursor, out.page);
    return out;
}

RejectionsQuery seed_rejections(std::string_view query, ParameterErrors& errors) {
    RejectionsQuery out;
    std::optional<std::string> cursor;
    Reader reader(Style::kSeed, errors);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "limit") return reader.limit(given, out.page.limit);
        if (given.name == "cursor") cursor = given.value;
        return true;
    });
    take_cursor(reader, cursor, out.page);
    return out;
}

SummaryQuery rejection_summary(std::string_view query, ParameterErrors& errors) {
    using Bucket = store::RejectionSummaryQuery::Bucket;
    SummaryQuery out;
    Reader reader(Style::kNative, errors);
    reader.read(query, [&](const Parameter& given) {
        if (given.name == "limit") return reader.limit(given, out.summary.groups);
        if (given.name == "state") return take_state(reader, given, out.summary.filter);
        if (given.name != "bucket")
            return take_filter(reader, given, out.summary.filter, out.application);
        out.summary.bucket = given.value == "minute" ? Bucket::kMinute
                             : given.value == "hour" ? Bucket::kHour
                             : given.value == "day"  ? Bucket::kDay
                                                     : Bucket::kFitting;
        if (out.summary.bucket != Bucket::kFitting) return true;
        return reader.fail(given.name, "The bucket must be minute, hour or day.");
    });
    return out;
}

std::optional<std::string> receipt_application(std::string_view query, ParameterErrors& errors) {
    std::optional<std::string> application;
    Reader reader(Style::kNative, errors);
    reader.read(query, [&](const Parameter& given) {
        if (given.name != "application") return false;
        application = given.value;
        return true;
    });
    return application;
}

RejectionsQuery settled_rejections(const std::vector<Parameter>& members, ParameterErrors& errors) {
    RejectionsQuery out;
    out.page.limit = kDefaultSettled;
    out.page.direction = store::Direction::kAscending;
    std::optional<std::string> cursor;
    Reader reader(Style::kNative, errors);
    reader.read(members, [&](const Parameter& given) {
        if (given.name == "limit") return reader.limit(given, out.page.limit, kMaxSettled);
        if (given.name != "cursor") return take_filter(reader, given, out.filter, out.application);
        cursor = given.value;
        return true;
    });
    take_cursor(reader, cursor, out.page);
    return out;
}

}  // namespace eyed::query
