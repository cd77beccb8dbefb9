#include "catalog/event_types.h"

#include <algorithm>

#include "catalog/conditions.h"
#include "catalog/connection.h"
#include "catalog/event_type_rows.h"

namespace eyed::catalog {
namespace {

std::optional<model::EventType> find(soci::session& sql, const std::string& category,
                                     const std::string& name) {
    Conditions conditions;
    conditions.add("category = ", category);
    conditions.add("name = ", name);
    auto found = select_types(sql, conditions);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

void add_sender(soci::session& sql, const EventTypes::New& wanted, model::EventType& type) {
    const auto at = std::ranges::lower_bound(type.senders, wanted.application);
    if (at != type.senders.end() && *at == wanted.application) return;
    type.senders.insert(at, wanted.application);
    const long long id = type.id.value;
    const long long application = wanted.application.value;
    const long long seen = wanted.first_seen.value;
    sql << "INSERT OR IGNORE INTO event_type_senders (type_id, application_id, first_seen) "
           "VALUES (:id, :application, :seen)",
        soci::use(id), soci::use(application), soci::use(seen);
}

model::EventType insert(soci::session& sql, const EventTypes::New& wanted) {
    const long long application = wanted.application.value;
    const long long revision = next_revision(sql);
    const long long at = wanted.first_seen.value;
    long long id = 0;
    sql << "INSERT INTO event_types (application_id, category, name, description, mode, version, "
           "revision, first_seen, updated_at) "
           "VALUES (:application, :category, :name, '', 'off', 1, :revision, :seen, :updated) "
           "RETURNING id",
        soci::use(application), soci::use(wanted.category), soci::use(wanted.name),
        soci::use(revision), soci::use(at), soci::use(at), soci::into(id);
    model::EventType type;
    type.id = EventTypeId{id};
    type.application = wanted.application;
    type.category = wanted.category;
    type.name = wanted.name;
    type.version = 1;
    type.revision = static_cast<std::uint64_t>(revision);
    type.first_seen = wanted.first_seen;
    type.updated_at = wanted.first_seen;
    keep_version(sql, type);
    return type;
}

Conditions conditions_of(const EventTypes::Page& page) {
    Conditions conditions;
    if (page.category) conditions.add("category = ", *page.category);
    if (page.name) conditions.add("name = ", *page.name);
    if (page.mode) conditions.add("mode = ", std::string(model::mode_name(*page.mode)));
    std::string ids;
    for (const ApplicationId id : page.applications)
        ids += (ids.empty() ? "" : ", ") + std::to_string(id.value);
    if (!ids.empty())
        conditions.add("id IN (SELECT type_id FROM event_type_senders WHERE application_id IN (" +
                       ids + "))");
    if (!page.search.empty())
        conditions.contains(std::vector<std::string>{"category", "name"}, page.search);
    return conditions;
}

/// Every order is total: ties are broken by id.
std::string order_of(const EventTypes::Page& page) {
    const std::string direction =
        page.direction == EventTypes::Page::Direction::kAscending ? " ASC" : " DESC";
    std::string columns;
    switch (page.order) {
        case EventTypes::OrderBy::kCategoryName:
            columns = "category" + direction + ", name";
            break;
        case EventTypes::OrderBy::kName:
            columns = "name";
            break;
        case EventTypes::OrderBy::kFirstSeen:
            columns = "first_seen";
            break;
        case EventTypes::OrderBy::kUpdatedAt:
            columns = "updated_at";
            break;
    }
    return " ORDER BY " + columns + direction + ", id" + direction;
}

}  // namespace

Result<std::vector<std::optional<model::EventType>>> EventTypes::create_if_absent(
    const std::vector<New>& wanted, std::uint32_t limit_per_application) {
    using Types = std::vector<std::optional<model::EventType>>;
    return connection_.transact([&](soci::session& sql) -> Result<Types> {
        Types types;
        for (const New& one : wanted) {
            auto type = find(sql, one.category, one.name);
            if (!type) {
                const long long application = one.application.value;
                long long made = 0;
                sql << "SELECT count(*) FROM event_types WHERE application_id = :application",
                    soci::use(application), soci::into(made);
                if (made < static_cast<long long>(limit_per_application)) type = insert(sql, one);
            }
            if (type) add_sender(sql, one, *type);
            types.push_back(std::move(type));
        }
        return types;
    });
}

Result<std::vector<model::EventType>> EventTypes::changes_since(std::uint64_t revision) {
    return connection_.run([&](soci::session& sql) -> Result<std::vector<model::EventType>> {
        Conditions conditions;
        conditions.add("revision > ", static_cast<long long>(revision));
        return select_types(sql, conditions, " ORDER BY revision");
    });
}

Result<EventTypes::Found> EventTypes::list(const Page& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        const Conditions conditions = conditions_of(page);
        Found found;
        long long total = 0;
        soci::statement count(sql);
        count.exchange(soci::into(total));
        conditions.bind(count);
        count.alloc();
        count.prepare("SELECT count(*) FROM event_types " + conditions.text());
        count.define_and_bind();
        count.execute(true);
        found.total = static_cast<std::uint64_t>(total);
        found.rows = select_types(sql, conditions,
                                  order_of(page) + " LIMIT " + std::to_string(page.limit) +
                                      " OFFSET " + std::to_string(page.offset));
        return found;
    });
}

}  // namespace eyed::catalog
