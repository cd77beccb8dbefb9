#include "catalog/destinations.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_text.h"
#include "catalog/audit_lines.h"
#include "catalog/connection.h"
#include "catalog/delivery_rows.h"
#include "catalog/destination_rows.h"

namespace eyed::catalog {
namespace {

void append_line(soci::session& sql, const model::Destination& destination,
                 const std::string& action, const std::string& details,
                 const model::Change& change) {
    append_audit(sql, {.at = change.at,
                       .actor = change.by,
                       .action = action,
                       .kind = "destination",
                       .subject_id = destination.id.value,
                       .subject = destination.fields.name,
                       .details = details});
}

/// `https://host:port`: paths and queries of webhooks hold secrets.
std::string_view origin_of(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    return url.substr(0, url.find_first_of("/?#", scheme + 3));
}

/// The names of what differs, as a JSON array.
std::string differences(const model::Destination& old, const model::Destination& now) {
    const model::DestinationFields& a = old.fields;
    const model::DestinationFields& b = now.fields;
    std::string names = "[";
    const auto note = [&](const char* name, bool differs) {
        if (!differs) return;
        if (names.size() > 1) names += ',';
        append_json_string(name, names);
    };
    note("name", a.name != b.name);
    note("url", a.url != b.url);
    note("method", a.method != b.method);
    note("headers", a.sealed_headers != b.sealed_headers);
    note("content_type", a.content_type != b.content_type);
    note("body_template", a.body_template != b.body_template);
    note("success", a.success != b.success);
    note("unknown", a.unknown != b.unknown);
    note("is_signed", a.is_signed != b.is_signed);
    note("timeout", a.timeout != b.timeout);
    note("rate_per_second", a.rate_per_second != b.rate_per_second);
    note("concurrency", a.concurrency != b.concurrency);
    note("ordering", a.ordering != b.ordering);
    note("schedule", a.schedule != b.schedule);
    note("on_unknown", a.on_unknown != b.on_unknown);
    note("lookup_url", a.lookup_url != b.lookup_url);
    note("lookup_delay", a.lookup_delay != b.lookup_delay);
    note("breaker_failures", a.breaker_failures != b.breaker_failures);
    note("filter", a.filter != b.filter);
    note("secrets", old.sealed_secrets != now.sealed_secrets);
    return names + "]";
}

Status refuse_taken_name(soci::session& sql, const std::string& name, DestinationId own) {
    Conditions taken;
    taken.add("name = ", name);
    taken.add("id <> ", static_cast<long long>(own.value));
    if (count_rows(sql, "destinations", taken) == 0) return {};
    return failure(Code::kConflict, "name: There is a destination of that name already.");
}

Status refuse_second(soci::session& sql, model::DestinationKind kind) {
    if (kind == model::DestinationKind::kWebhook) return {};
    Conditions same;
    same.add("kind = ", std::string(model::destination_kind_name(kind)));
    if (count_rows(sql, "destinations", same) == 0) return {};
    return failure(Code::kConflict, "There is a destination of that kind already.");
}

Status refuse_too_many(soci::session& sql) {
    if (count_rows(sql, "destinations", {}) < Destinations::kMost) return {};
    return failure(Code::kConflict, fmt::format("There are {} destinations, and there may be no "
                                                "more: remove what is not used.",
                                                Destinations::kMost));
}

Result<model::Destination> only(Result<std::vector<model::Destination>> found) {
    if (!found) return std::unexpected(std::move(found).error());
    if (found->empty()) return failure(Code::kNotFound, "There is no such destination.");
    return std::move(found->front());
}

const char* action_of(model::DestinationState state) {
    switch (state) {
        case model::DestinationState::kActive:
            return "enabled";
        case model::DestinationState::kPaused:
            return "paused";
        case model::DestinationState::kDisabled:
            break;
    }
    return "disabled";
}

/// Stores the destination, which differs from `old`; gives it as it is now.
model::Destination store(soci::session& sql, const model::Destination& old, model::Destination now,
                         const model::Change& change) {
    now.id = old.id;
    now.kind = old.kind;
    now.created_at = old.created_at;
    now.revision = old.revision + 1;
    now.updated_at = change.at;
    update_destination(sql, now);
    if (old.fields.ordering != now.fields.ordering) unpark_all(sql, now.id, change.at);
    return now;
}

}  // namespace

Result<model::Destination> Destinations::create(const New& wanted, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<model::Destination> {
        EYED_TRY(refuse_taken_name(sql, wanted.fields.name, {}));
        EYED_TRY(refuse_second(sql, wanted.kind));
        EYED_TRY(refuse_too_many(sql));
        model::Destination made;
        made.kind = wanted.kind;
        made.fields = wanted.fields;
        made.sealed_secrets = wanted.sealed_secrets;
        made.cursor = wanted.cursor;
        made.created_at = change.at;
        made.updated_at = change.at;
        made.revision = 1;
        made.id = insert_destination(sql, made);
        append_line(sql, made, "created",
                    AuditDetails()
                        .text("kind", model::destination_kind_name(made.kind))
                        .text("origin", origin_of(made.fields.url))
                        .str(),
                    change);
        return made;
    });
}

Result<model::Destination> Destinations::change(
    DestinationId id, const std::optional<std::vector<std::uint64_t>>& revisions, const Edit& edit,
    const std::string& action, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<model::Destination> {
        EYED_ASSIGN(auto old, load_destination(sql, id));
        if (revisions && std::ranges::find(*revisions, old.revision) == revisions->end())
            return failure(Code::kPreconditionFailed,
                           "The destination has changed since it was read.");
        model::Destination now = old;
        EYED_TRY(edit(now));
        if (now.fields == old.fields && now.sealed_secrets == old.sealed_secrets) return old;
        if (now.fields.name != old.fields.name)
            EYED_TRY(refuse_taken_name(sql, now.fields.name, id));
        model::Destination next = old;
        next.fields = now.fields;
        next.sealed_secrets = now.sealed_secrets;
        next = store(sql, old, std::move(next), change);
        AuditDetails details;
        details.json("changed", differences(old, next));
        const auto from = origin_of(old.fields.url);
        const auto to = origin_of(next.fields.url);
        if (from != to) details.changed("origin", from, to);
        append_line(sql, next, action, details.str(), change);
        return next;
    });
}

Result<model::Destination> Destinations::set_state(DestinationId id, model::DestinationState state,
                                                   const std::string& reason,
                                                   const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<model::Destination> {
        EYED_ASSIGN(auto old, load_destination(sql, id));
        const bool closes = state == model::DestinationState::kActive &&
                            (old.failures != 0 || old.open_until.has_value());
        if (old.state == state && old.reason == reason && !closes) return old;
        model::Destination now = old;
        now.state = state;
        now.reason = reason;
        if (closes) {
            now.failures = 0;
            now.open_until.reset();
        }
        now = store(sql, old, std::move(now), change);
        AuditDetails details;
        if (!reason.empty()) details.text("reason", reason);
        append_line(sql, now, action_of(state), details.str(), change);
        return now;
    });
}

Status Destinations::remove(DestinationId id, const model::Change& change) {
    // Nothing is to begin any more while its deliveries go, some at a time.
    EYED_ASSIGN(const auto found, by_id(id));
    if (found.kind != model::DestinationKind::kWebhook)
        return failure(Code::kConflict,
                       "This destination is of cashback: what it paid stays on record.");
    EYED_TRY(set_state(id, model::DestinationState::kDisabled, std::string(kBeingRemoved), change));
    for (;;) {
        const auto gone = connection_.transact([&](soci::session& sql) -> Result<bool> {
            EYED_ASSIGN(auto old, load_destination(sql, id));
            Conditions of_it;
            of_it.add("destination_id = ", static_cast<long long>(id.value));
            if (remove_deliveries(sql, of_it, kRemovedAtOnce) == kRemovedAtOnce) return false;
            const long long number = id.value;
            sql << "DELETE FROM destinations WHERE id = :id", soci::use(number);
            append_line(sql, old, "removed", "{}", change);
            return true;
        });
        EYED_TRY(gone);
        if (*gone) return {};
    }
}

Result<model::Destination> Destinations::by_id(DestinationId id) {
    return connection_.run([&](soci::session& sql) { return load_destination(sql, id); });
}

Result<model::Destination> Destinations::by_name(std::string_view name) {
    return connection_.run([&](soci::session& sql) {
        Conditions one;
        one.add("name = ", std::string(name));
        return only(select_destinations(sql, one));
    });
}

Result<model::Destination> Destinations::by_kind(model::DestinationKind kind) {
    return connection_.run([&](soci::session& sql) {
        Conditions one;
        one.add("kind = ", std::string(model::destination_kind_name(kind)));
        return only(select_destinations(sql, one, " ORDER BY id LIMIT 1"));
    });
}

Result<std::vector<model::Destination>> Destinations::all() {
    return connection_.run(
        [](soci::session& sql) { return select_destinations(sql, {}, " ORDER BY id"); });
}

Result<Destinations::Found> Destinations::list(const Filter& filter, const RowPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        Conditions conditions;
        if (!filter.text.empty()) conditions.contains("name", filter.text);
        if (filter.state)
            conditions.add("state = ", std::string(model::destination_state_name(*filter.state)));
        if (filter.kind)
            conditions.add("kind = ", std::string(model::destination_kind_name(*filter.kind)));
        conditions.page("destinations", page);
        EYED_ASSIGN(auto rows, select_destinations(sql, conditions));
        const bool more = rows.size() > page.limit;
        if (more) rows.pop_back();
        return Found{std::move(rows), more};
    });
}

}  // namespace eyed::catalog
