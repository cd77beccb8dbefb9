#include "catalog/audit.h"

#include "catalog/audit_lines.h"
#include "catalog/columns.h"
#include "catalog/conditions.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

/// One row on its way out.
struct Row {
    long long id = 0;
    long long at = 0;
    NullableNumber user;
    NullableNumber key;
    std::string via;
    std::string action;
    std::string kind;
    NullableNumber subject_id;
    std::string subject;
    std::string details;

    model::AuditEntry entry() const {
        return {.id = AuditId{id},
                .at = Micros{at},
                .actor = {UserId{user.id()}, KeyId{key.id()}, via_of(via)},
                .action = action,
                .kind = kind,
                .subject_id = subject_id.id(),
                .subject = subject,
                .details = details};
    }

  private:
    static model::Via via_of(const std::string& name) {
        using enum model::Via;
        for (const model::Via via : {kApi, kAdmin, kCli, kSetup, kStart, kProgram})
            if (model::via_name(via) == name) return via;
        return kApi;
    }
};

template <class Id>
std::optional<long long> value_of(const std::optional<Id>& id) {
    return id ? std::optional<long long>(id->value) : std::nullopt;
}

Conditions conditions_of(const Audit::Filter& filter, const RowPage& page) {
    Conditions conditions;
    const auto add = [&](const std::string& before, const auto& value) {
        if (value) conditions.add(before, *value);
    };
    add("kind = ", filter.kind);
    add("action = ", filter.action);
    add("subject_id = ",
        filter.subject_id ? std::optional<long long>(*filter.subject_id) : std::nullopt);
    add("user_id = ", value_of(filter.user));
    add("at >= ", value_of(filter.from));
    add("at < ", value_of(filter.to));
    RowPage by_id = page;
    by_id.order = RowPage::Order::kId;
    conditions.page("audit", by_id);
    return conditions;
}

}  // namespace

void append_audit(soci::session& sql, const model::AuditEntry& entry) {
    const long long at = entry.at.value;
    NullableNumber user(entry.actor.user.value);
    NullableNumber key(entry.actor.key.value);
    NullableNumber subject(entry.subject_id);
    const std::string via(model::via_name(entry.actor.via));
    sql << "INSERT INTO audit (at, user_id, key_id, via, action, kind, subject_id, subject, "
           "details) VALUES (:at, :user, :key, :via, :action, :kind, :id, :subject, :details)",
        soci::use(at), soci::use(user.value, user.indicator), soci::use(key.value, key.indicator),
        soci::use(via), soci::use(entry.action), soci::use(entry.kind),
        soci::use(subject.value, subject.indicator), soci::use(entry.subject),
        soci::use(entry.details);
}

Result<Audit::Found> Audit::list(const Filter& filter, const RowPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        const Conditions conditions = conditions_of(filter, page);
        Row row;
        soci::statement statement(sql);
        statement.exchange(soci::into(row.id));
        statement.exchange(soci::into(row.at));
        statement.exchange(soci::into(row.user.value, row.user.indicator));
        statement.exchange(soci::into(row.key.value, row.key.indicator));
        statement.exchange(soci::into(row.via));
        statement.exchange(soci::into(row.action));
        statement.exchange(soci::into(row.kind));
        statement.exchange(soci::into(row.subject_id.value, row.subject_id.indicator));
        statement.exchange(soci::into(row.subject));
        statement.exchange(soci::into(row.details));
        conditions.bind(statement);
        statement.alloc();
        statement.prepare(
            "SELECT id, at, user_id, key_id, via, action, kind, subject_id, subject, details "
            "FROM audit " +
            conditions.text());
        statement.define_and_bind();
        statement.execute();
        Found found;
        while (statement.fetch())
            found.rows.push_back(row.entry());
        found.more = found.rows.size() > page.limit;
        if (found.more) found.rows.pop_back();
        return found;
    });
}

}  // namespace eyed::catalog
