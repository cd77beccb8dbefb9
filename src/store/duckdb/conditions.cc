#include "store/duckdb/conditions.h"

#include <algorithm>

#include "store/duckdb/reads.h"
#include "store/duckdb/schema.h"

namespace eyed::store {

namespace {

/// RFC 6901: what DuckDB's JSON functions take for keys of any characters and array indices alike.
std::string json_pointer(const std::vector<std::string>& path) {
    std::string pointer;
    for (const std::string& segment : path) {
        pointer += '/';
        for (const char c : segment) {
            if (c == '~')
                pointer += "~0";
            else if (c == '/')
                pointer += "~1";
            else
                pointer += c;
        }
    }
    return pointer;
}

/// One meaning of a wanted value, as a condition on the scalar at ?.
struct Meaning {
    const std::string& pointer;
    std::string& sql;
    Parameters& parameters;

    void operator()(std::nullptr_t) const {
        sql += "TRY(json_type(data, ?)) = 'NULL'";
        parameters.emplace_back(pointer);
    }
    void operator()(bool value) const {
        sql += "(TRY(json_type(data, ?)) = 'BOOLEAN' AND TRY(json_extract_string(data, ?)) = ?)";
        parameters.emplace_back(pointer);
        parameters.emplace_back(pointer);
        parameters.emplace_back(std::string(value ? "true" : "false"));
    }
    void operator()(std::int64_t value) const {
        // As BIGINT first: a double cannot tell large integers apart.
        sql +=
            "(TRY(json_type(data, ?)) IN ('BIGINT', 'UBIGINT', 'DOUBLE', 'HUGEINT') AND "
            "CASE WHEN json_type(data, ?) = 'DOUBLE' "
            "THEN TRY_CAST(json_extract_string(data, ?) AS DOUBLE) = ?::DOUBLE "
            "ELSE TRY_CAST(json_extract_string(data, ?) AS BIGINT) = ? END)";
        parameters.insert(parameters.end(), {pointer, pointer, pointer, value, pointer, value});
    }
    void operator()(double value) const {
        sql +=
            "(TRY(json_type(data, ?)) IN ('BIGINT', 'UBIGINT', 'DOUBLE', 'HUGEINT') AND "
            "TRY_CAST(json_extract_string(data, ?) AS DOUBLE) = ?)";
        parameters.insert(parameters.end(), {pointer, pointer, value});
    }
    void operator()(const std::string& value) const {
        // The text stands in the data as it is unless something there is escaped: looking for it
        // first spares reading most rows as JSON.
        sql +=
            "((contains(data, ?) OR contains(data, '\\')) AND "
            "TRY(json_type(data, ?)) = 'VARCHAR' AND TRY(json_extract_string(data, ?)) = ?)";
        parameters.insert(parameters.end(), {value, pointer, pointer, value});
    }
};

}  // namespace

void Conditions::add_applications(const std::vector<ApplicationId>& applications) {
    if (applications.empty()) return;
    std::string any;
    for (const ApplicationId& application : applications) {
        any += any.empty() ? "application IN (?" : ", ?";
        parameters_.emplace_back(application.value);
    }
    add(any + ")");
}

namespace {

void add_data(const DataMatch& match, Conditions& conditions) {
    const std::string pointer = json_pointer(match.path);
    std::string sql;
    Parameters parameters;
    for (const Scalar& scalar : match.any_of) {
        sql += sql.empty() ? "(" : " OR ";
        std::visit(Meaning{pointer, sql, parameters}, scalar);
    }
    conditions.add(sql.empty() ? "false" : sql + ")");
    for (Parameter& parameter : parameters)
        conditions.bind(std::move(parameter));
}

}  // namespace

void Conditions::add_session(const Uuid& session) {
    // The tag is two bytes to the session's sixteen, and leaves one row of 65 536 to compare.
    add("session_tag = ?::USMALLINT AND session = ?", std::uint64_t{session_tag(session)}, session);
}

void Conditions::add_event_id(const std::string& event_id) {
    add("event_tag = ?::USMALLINT AND event_id = ?", std::uint64_t{event_tag(event_id)}, event_id);
}

Conditions event_conditions(const EventFilter& filter) {
    Conditions all;
    all.add_applications(filter.applications);
    if (filter.category) all.add("category = ?", *filter.category);
    if (filter.name) all.add("name = ?", *filter.name);
    if (filter.session) all.add_session(*filter.session);
    if (filter.from) all.add("timestamp >= ?", *filter.from);
    if (filter.to) all.add("timestamp < ?", *filter.to);
    if (filter.violation && filter.violation->reason)
        all.add("violation = ?", static_cast<std::uint64_t>(*filter.violation->reason) + 1);
    else if (filter.violation)
        all.add("violation > 0");
    for (const DataMatch& match : filter.data)
        add_data(match, all);
    return all;
}

Conditions rejection_conditions(const RejectionFilter& filter) {
    Conditions all;
    all.add_applications(filter.applications);
    if (filter.reason) all.add("reason = ?", static_cast<std::uint64_t>(*filter.reason));
    if (filter.category) all.add("category = ?", *filter.category);
    if (filter.name) all.add("name = ?", *filter.name);
    if (filter.dialect) all.add("dialect = ?", static_cast<std::uint64_t>(*filter.dialect));
    if (filter.key) all.add("key_id = ?", filter.key->value);
    if (filter.state) all.add("state = ?", static_cast<std::uint64_t>(*filter.state));
    if (filter.type_version) all.add("type_version = ?", std::uint64_t{*filter.type_version});
    if (filter.event_id) all.add_event_id(*filter.event_id);
    if (filter.message) all.add("contains(lower(message), lower(?))", *filter.message);
    if (filter.from) all.add("received_at >= ?", *filter.from);
    if (filter.to) all.add("received_at < ?", *filter.to);
    if (filter.min_id) all.add("id >= ?", filter.min_id->value);
    if (filter.max_id) all.add("id <= ?", filter.max_id->value);
    if (!filter.ids.empty()) {
        std::vector<std::uint64_t> ids;
        for (const RejectionId id : filter.ids)
            ids.push_back(id.value);
        std::ranges::sort(ids);
        ids.erase(std::ranges::unique(ids).begin(), ids.end());
        all.add(id_list(ids));
    }
    return all;
}

}  // namespace eyed::store
