#include "catalog/applications.h"

#include <string>

#include "catalog/columns.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

template <class... Use>
std::vector<model::Application> select(soci::session& sql, const std::string& where,
                                       const Use&... parameter) {
    long long id = 0;
    std::string name;
    NullableNumber owner;
    long long created_at = 0;
    long long reads_all = 0;
    soci::statement statement(sql);
    prepare(statement,
            "SELECT id, name, owner_id, created_at, reads_all FROM applications " + where,
            soci::into(id), soci::into(name), soci::into(owner.value, owner.indicator),
            soci::into(created_at), soci::into(reads_all), soci::use(parameter)...);
    statement.execute();
    std::vector<model::Application> found;
    while (statement.fetch())
        found.push_back(
            {ApplicationId{id}, name, UserId{owner.id()}, Micros{created_at}, reads_all != 0});
    return found;
}

}  // namespace

Result<model::Application> Applications::find_or_create(const New& application) {
    return connection_.transact([&](soci::session& sql) -> Result<model::Application> {
        auto found = select(sql, "WHERE name = :name", application.name);
        if (!found.empty()) return std::move(found.front());
        NullableNumber owner(application.owner.value);
        const long long created_at = application.created_at.value;
        long long id = 0;
        sql << "INSERT INTO applications (name, owner_id, created_at) "
               "VALUES (:name, :owner, :at) RETURNING id",
            soci::use(application.name), soci::use(owner.value, owner.indicator),
            soci::use(created_at), soci::into(id);
        return model::Application{ApplicationId{id}, application.name, application.owner,
                                  application.created_at, false};
    });
}

Result<model::Application> Applications::by_name(std::string_view name) {
    return connection_.run([&](soci::session& sql) -> Result<model::Application> {
        auto found = select(sql, "WHERE name = :name", std::string(name));
        if (found.empty()) return failure(Code::kNotFound, "there is no such application");
        return std::move(found.front());
    });
}

Result<std::vector<model::Application>> Applications::all() {
    return connection_.run([](soci::session& sql) -> Result<std::vector<model::Application>> {
        return select(sql, "ORDER BY id");
    });
}

}  // namespace eyed::catalog
