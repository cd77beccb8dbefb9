#include "catalog/outbox.h"

#include "catalog/columns.h"
#include "catalog/connection.h"
#include "catalog/outbox_rows.h"

namespace eyed::catalog {

void append_outbox(soci::session& sql, const NewOutboxEntry& entry) {
    const std::string id = to_string(random_uuid());
    const std::string application(entry.application);
    const std::string category(entry.category);
    const std::string name(entry.name);
    const std::string data(entry.data);
    const long long at = entry.at.value;
    sql << "INSERT INTO outbox (id, application, category, name, at, data) "
           "VALUES (:id, :application, :category, :name, :at, :data)",
        soci::use(id), soci::use(application), soci::use(category), soci::use(name), soci::use(at),
        soci::use(data);
}

Result<std::vector<Outbox::Entry>> Outbox::first(std::size_t limit) {
    return connection_.run([&](soci::session& sql) -> Result<std::vector<Entry>> {
        const auto most = static_cast<long long>(limit);
        long long number = 0;
        std::string id;
        long long at = 0;
        Entry entry;
        soci::statement statement(sql);
        prepare(
            statement,
            "SELECT number, id, application, category, name, at, data FROM outbox ORDER BY number "
            "LIMIT :limit",
            soci::into(number), soci::into(id), soci::into(entry.application),
            soci::into(entry.category), soci::into(entry.name), soci::into(at),
            soci::into(entry.data), soci::use(most));
        statement.execute();
        std::vector<Entry> entries;
        while (statement.fetch()) {
            const auto uuid = parse_uuid(id);
            if (!uuid) return failure(Code::kCorrupt, "catalog: an entry of the outbox has no id");
            entry.number = number;
            entry.id = *uuid;
            entry.at = Micros{at};
            entries.push_back(entry);
        }
        return entries;
    });
}

Status Outbox::remove_through(std::int64_t number) {
    return connection_.transact([&](soci::session& sql) -> Status {
        const long long last = number;
        sql << "DELETE FROM outbox WHERE number <= :last", soci::use(last);
        return {};
    });
}

Result<std::uint64_t> Outbox::size() {
    return connection_.run([](soci::session& sql) -> Result<std::uint64_t> {
        long long entries = 0;
        sql << "SELECT count(*) FROM outbox", soci::into(entries);
        return static_cast<std::uint64_t>(entries);
    });
}

}  // namespace eyed::catalog
