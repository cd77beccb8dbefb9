#include "catalog/event_type_rows.h"

#include <algorithm>
#include <unordered_map>

#include "catalog/columns.h"

namespace eyed::catalog {
namespace {

/// One row on its way out.
struct Row {
    long long id = 0;
    long long application = 0;
    std::string category;
    std::string name;
    std::string description;
    NullableText example;
    NullableText schema;
    std::string mode;
    long long version = 0;
    long long revision = 0;
    long long first_seen = 0;
    long long updated_at = 0;
    NullableNumber updated_by;

    model::EventType type() const {
        model::EventType type;
        type.id = EventTypeId{id};
        type.application = ApplicationId{application};
        type.category = category;
        type.name = name;
        type.description = description;
        type.example = example.text();
        type.schema = schema.text();
        type.mode = model::mode_named(mode).value_or(model::CheckMode::kOff);
        type.version = static_cast<std::uint32_t>(version);
        type.revision = static_cast<std::uint64_t>(revision);
        type.first_seen = Micros{first_seen};
        type.updated_at = Micros{updated_at};
        type.updated_by = UserId{updated_by.id()};
        return type;
    }
};

/// Fills in who sends each of the types.
void add_senders(soci::session& sql, std::vector<model::EventType>& types) {
    if (types.empty()) return;
    std::unordered_map<std::int64_t, model::EventType*> by_id;
    long long first = types.front().id.value;
    long long last = first;
    for (model::EventType& type : types) {
        by_id.emplace(type.id.value, &type);
        first = std::min<long long>(first, type.id.value);
        last = std::max<long long>(last, type.id.value);
    }
    // A few are named; of many, all between are read: SQLite takes 32 766 parameters at most.
    std::string which = "BETWEEN " + std::to_string(first) + " AND " + std::to_string(last);
    if (types.size() <= 1000) {
        which = "IN (";
        for (const model::EventType& type : types)
            which += (which.ends_with('(') ? "" : ", ") + std::to_string(type.id.value);
        which += ")";
    }
    long long id = 0;
    long long application = 0;
    soci::statement statement(sql);
    prepare(statement,
            "SELECT type_id, application_id FROM event_type_senders WHERE type_id " + which +
                " ORDER BY type_id, application_id",
            soci::into(id), soci::into(application));
    statement.execute();
    while (statement.fetch())
        if (const auto found = by_id.find(id); found != by_id.end())
            found->second->senders.push_back(ApplicationId{application});
}

}  // namespace

std::vector<model::EventType> select_types(soci::session& sql, const Conditions& conditions,
                                           const std::string& ending) {
    Row row;
    soci::statement statement(sql);
    statement.exchange(soci::into(row.id));
    statement.exchange(soci::into(row.application));
    statement.exchange(soci::into(row.category));
    statement.exchange(soci::into(row.name));
    statement.exchange(soci::into(row.description));
    statement.exchange(soci::into(row.example.value, row.example.indicator));
    statement.exchange(soci::into(row.schema.value, row.schema.indicator));
    statement.exchange(soci::into(row.mode));
    statement.exchange(soci::into(row.version));
    statement.exchange(soci::into(row.revision));
    statement.exchange(soci::into(row.first_seen));
    statement.exchange(soci::into(row.updated_at));
    statement.exchange(soci::into(row.updated_by.value, row.updated_by.indicator));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT id, application_id, category, name, description, example, schema, mode, version, "
        "revision, first_seen, updated_at, updated_by FROM event_types " +
        conditions.text() + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<model::EventType> types;
    while (statement.fetch())
        types.push_back(row.type());
    add_senders(sql, types);
    return types;
}

long long next_revision(soci::session& sql) {
    long long revision = 0;
    sql << "SELECT coalesce(max(revision), 0) + 1 FROM event_types", soci::into(revision);
    return revision;
}

void keep_version(soci::session& sql, const model::EventType& type) {
    const long long id = type.id.value;
    const long long version = type.version;
    const std::string mode(model::mode_name(type.mode));
    NullableText example(type.example);
    NullableText schema(type.schema);
    const long long at = type.updated_at.value;
    NullableNumber by(type.updated_by.value);
    sql << "INSERT INTO event_type_versions (type_id, version, description, mode, example, "
           "schema, changed_at, changed_by) "
           "VALUES (:id, :version, :description, :mode, :example, :schema, :at, :by)",
        soci::use(id), soci::use(version), soci::use(type.description), soci::use(mode),
        soci::use(example.value, example.indicator), soci::use(schema.value, schema.indicator),
        soci::use(at), soci::use(by.value, by.indicator);
}

}  // namespace eyed::catalog
