#include "catalog/audit.h"

#include "catalog/audit_lines.h"
#include "catalog/columns.h"
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
        for (const model::Via via : {kApi, kAdmin, kCli, kSetup, kStart})
            if (model::via_name(via) == name) return via;
        return kApi;
    }
};

/// Conditions and what is bound to them, in order: first the texts, then the numbers.
struct Where {
    std::string text = "WHERE 1 = 1";
    std::vector<std::string> texts;
    std::vector<long long> numbers;

    void equal(const std::string& column, const std::optional<std::string>& value) {
        if (!value) return;
        text += " AND " + column + " = :" + column;
        texts.push_back(*value);
    }
    void number(const std::string& condition, std::optional<long long> value) {
        if (!value) return;
        text += " AND " + condition;
        numbers.push_back(*value);
    }
};

template <class Id>
std::optional<long long> value_of(const std::optional<Id>& id) {
    return id ? std::optional<long long>(id->value) : std::nullopt;
}

Where where_of(const Audit::Filter& filter, const Audit::Page& page) {
    Where where;
    where.equal("kind", filter.kind);
    where.equal("action", filter.action);
    where.number("subject_id = :subject", filter.subject_id);
    where.number("user_id = :user", value_of(filter.user));
    where.number("at >= :from", value_of(filter.from));
    where.number("at < :to", value_of(filter.to));
    where.number("id < :after", value_of(page.after));
    where.number("1 = 1 ORDER BY id DESC LIMIT :limit", page.limit + 1LL);
    return where;
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

Result<Audit::Found> Audit::list(const Filter& filter, const Page& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        const Where where = where_of(filter, page);
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
        for (const auto& text : where.texts)
            statement.exchange(soci::use(text));
        for (const auto& number : where.numbers)
            statement.exchange(soci::use(number));
        statement.alloc();
        statement.prepare(
            "SELECT id, at, user_id, key_id, via, action, kind, subject_id, subject, details "
            "FROM audit " +
            where.text);
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

Status Audit::add(const model::AuditEntry& entry) {
    return connection_.transact([&](soci::session& sql) -> Status {
        append_audit(sql, entry);
        return {};
    });
}

}  // namespace eyed::catalog
