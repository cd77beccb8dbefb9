#include "catalog/outbox.h"

#include "catalog/columns.h"
#include "catalog/connection.h"

namespace eyed::catalog {

Result<std::vector<Outbox::Entry>> Outbox::first(std::size_t limit) {
    return connection_.run([&](soci::session& sql) -> Result<std::vector<Entry>> {
        const auto most = static_cast<long long>(limit);
        long long number = 0;
        std::string id;
        long long at = 0;
        Entry entry;
        soci::statement statement(sql);
        prepare(statement,
                "SELECT number, id, category, name, at, data FROM outbox ORDER BY number "
                "LIMIT :limit",
                soci::into(number), soci::into(id), soci::into(entry.category),
                soci::into(entry.name), soci::into(at), soci::into(entry.data), soci::use(most));
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
