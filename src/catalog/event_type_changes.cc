// What a change makes of an event type, and the versions that it leaves.
#include <limits>

#include "catalog/audit_lines.h"
#include "catalog/columns.h"
#include "catalog/connection.h"
#include "catalog/event_type_rows.h"
#include "catalog/event_types.h"

namespace eyed::catalog {
namespace {

Result<model::EventType> get(soci::session& sql, EventTypeId id) {
    Conditions conditions;
    conditions.add("id = ", static_cast<long long>(id.value));
    auto found = select_types(sql, conditions);
    if (found.empty()) return failure(Code::kNotFound, "there is no such event type");
    return std::move(found.front());
}

/// What a type becomes by a change; see EventTypes::change().
Result<model::EventType> changed(const model::EventType& old, const EventTypes::Change& change) {
    model::EventType type = old;
    const bool had = old.example || old.schema;
    if (change.example && *change.example && change.schema && *change.schema)
        return failure(Code::kInvalidArgument,
                       "Events are checked against an example or a schema, not both.");
    if (change.description) type.description = *change.description;
    if (change.example) type.example = *change.example;
    if (change.schema) type.schema = *change.schema;
    if (change.example && *change.example) type.schema.reset();
    if (change.schema && *change.schema) type.example.reset();
    const bool has = type.example || type.schema;
    if (change.mode)
        type.mode = *change.mode;
    else if (!has)
        type.mode = model::CheckMode::kOff;
    else if (!had)
        type.mode = model::CheckMode::kObserve;
    if (!has && type.mode != model::CheckMode::kOff)
        return failure(Code::kInvalidArgument,
                       "There is nothing to check against: set an example or a schema.");
    return type;
}

bool same(const model::EventType& a, const model::EventType& b) {
    return a.description == b.description && a.mode == b.mode && a.example == b.example &&
           a.schema == b.schema;
}

/// For the audit log: `{"version":[1,2],"mode":["off","enforce"],"example":"changed"}`.
std::string details_of(const model::EventType& old, const model::EventType& now) {
    std::string text =
        "{\"version\":[" + std::to_string(old.version) + "," + std::to_string(now.version) + "]";
    if (old.mode != now.mode)
        text += ",\"mode\":[\"" + std::string(model::mode_name(old.mode)) + "\",\"" +
                std::string(model::mode_name(now.mode)) + "\"]";
    const auto tell = [&](const char* what, const auto& before, const auto& after) {
        if (before == after) return;
        const char* how = !before ? "set" : after ? "changed" : "removed";
        text += std::string(",\"") + what + "\":\"" + how + "\"";
    };
    tell("example", old.example, now.example);
    tell("schema", old.schema, now.schema);
    if (old.description != now.description) text += ",\"description\":\"changed\"";
    return text + "}";
}

void update(soci::session& sql, const model::EventType& type) {
    const std::string mode(model::mode_name(type.mode));
    NullableText example(type.example);
    NullableText schema(type.schema);
    const long long version = type.version;
    const auto revision = static_cast<long long>(type.revision);
    const long long at = type.updated_at.value;
    NullableNumber by(type.updated_by.value);
    const long long id = type.id.value;
    sql << "UPDATE event_types SET description = :description, mode = :mode, example = :example, "
           "schema = :schema, version = :version, revision = :revision, updated_at = :at, "
           "updated_by = :by WHERE id = :id",
        soci::use(type.description), soci::use(mode), soci::use(example.value, example.indicator),
        soci::use(schema.value, schema.indicator), soci::use(version), soci::use(revision),
        soci::use(at), soci::use(by.value, by.indicator), soci::use(id);
}

/// One row of the versions on its way out.
struct VersionRow {
    long long version = 0;
    std::string description;
    std::string mode;
    NullableText example;
    NullableText schema;
    long long changed_at = 0;
    NullableNumber changed_by;

    std::uint64_t bytes() const {
        return description.size() + example.text().value_or("").size() +
               schema.text().value_or("").size();
    }
    model::EventTypeVersion version_of() const {
        return {.version = static_cast<std::uint32_t>(version),
                .description = description,
                .mode = model::mode_named(mode).value_or(model::CheckMode::kOff),
                .example = example.text(),
                .schema = schema.text(),
                .changed_at = Micros{changed_at},
                .changed_by = UserId{changed_by.id()}};
    }
};

}  // namespace

Result<model::EventType> EventTypes::by_id(EventTypeId id) {
    return connection_.run([&](soci::session& sql) { return get(sql, id); });
}

Result<model::EventType> EventTypes::change(const Change& change) {
    return connection_.transact([&](soci::session& sql) -> Result<model::EventType> {
        EYED_ASSIGN(model::EventType old, get(sql, change.id));
        if (change.expected_version && *change.expected_version != old.version)
            return failure(Code::kConflict,
                           "The event type has been changed meanwhile: its version is " +
                               std::to_string(old.version) + ".");
        EYED_ASSIGN(model::EventType type, changed(old, change));
        if (same(old, type)) return old;
        ++type.version;
        type.revision = static_cast<std::uint64_t>(next_revision(sql));
        type.updated_at = change.at;
        type.updated_by = change.by.user;
        update(sql, type);
        keep_version(sql, type);
        append_audit(sql, {.at = change.at,
                           .actor = change.by,
                           .action = "changed",
                           .kind = "event_type",
                           .subject_id = type.id.value,
                           .subject = type.category + ": " + type.name,
                           .details = details_of(old, type)});
        return type;
    });
}

Result<EventTypes::Versions> EventTypes::versions(EventTypeId id, const VersionPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Versions> {
        const long long type = id.value;
        const long long before = page.after ? *page.after : std::numeric_limits<long long>::max();
        const long long limit = page.limit + 1LL;
        VersionRow row;
        soci::statement statement(sql);
        prepare(statement,
                "SELECT version, description, mode, example, schema, changed_at, changed_by "
                "FROM event_type_versions WHERE type_id = :type AND version < :before "
                "ORDER BY version DESC LIMIT :limit",
                soci::into(row.version), soci::into(row.description), soci::into(row.mode),
                soci::into(row.example.value, row.example.indicator),
                soci::into(row.schema.value, row.schema.indicator), soci::into(row.changed_at),
                soci::into(row.changed_by.value, row.changed_by.indicator), soci::use(type),
                soci::use(before), soci::use(limit));
        statement.execute();
        Versions found;
        std::uint64_t bytes = 0;
        while (!found.more && statement.fetch()) {
            bytes += row.bytes();
            found.more =
                found.rows.size() == page.limit || (bytes > page.byte_limit && !found.rows.empty());
            if (!found.more) found.rows.push_back(row.version_of());
        }
        return found;
    });
}

}  // namespace eyed::catalog
