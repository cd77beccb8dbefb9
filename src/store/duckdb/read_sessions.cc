#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "store/duckdb/conditions.h"
#include "store/duckdb/reads.h"

namespace eyed::store {

namespace {

constexpr std::uint64_t kWidening = 8;

SessionRow session_of(const Chunk& chunk, std::size_t row) {
    return {chunk.uuid(0, row), chunk.micros(1, row), chunk.micros(2, row), chunk.u64(3, row)};
}

/// A statement built of several clauses, their values in the order of their appearance.
struct Builder {
    Statement statement;
    void add(std::string_view sql) { statement.sql += sql; }
    void add(const Conditions& where) {
        statement.sql += where.sql();
        statement.parameters.insert(statement.parameters.end(), where.parameters().begin(),
                                    where.parameters().end());
    }
};

Conditions of(const std::vector<ApplicationId>& applications) {
    Conditions where;
    where.add_applications(applications);
    where.add("session IS NOT NULL");
    return where;
}

/// Sessions with any time of theirs in [oldest, newest].
struct Span {
    std::optional<Micros> oldest;
    std::optional<Micros> newest;
};

Conditions within(const SessionFilter& filter, const Span& span, std::string_view column) {
    Conditions where = of(filter.applications);
    if (span.oldest) where.add(fmt::format("{} >= ?", column), *span.oldest);
    if (span.newest) where.add(fmt::format("{} <= ?", column), *span.newest);
    return where;
}

/// How far back the newest `rows` times reach; nullopt: to the beginning.
Result<std::optional<Micros>> reach(Connection& connection, const SessionFilter& filter,
                                    const Span& span, std::uint64_t rows) {
    Builder b;
    b.add(
        "SELECT epoch_us(min(moment))::BIGINT, count(*)::UBIGINT FROM (SELECT moment FROM "
        "(SELECT timestamp AS moment FROM events ");
    b.add(within(filter, span, "timestamp"));
    b.add(" UNION ALL SELECT created_at FROM made_sessions ");
    b.add(within(filter, span, "created_at"));
    b.add(fmt::format(") ORDER BY moment DESC LIMIT {})", rows));
    EYED_ASSIGN(Answer answer, connection.query(b.statement));
    const auto chunk = answer.next();
    if (!chunk || chunk->size() == 0 || chunk->u64(1, 0) < rows) return std::nullopt;
    return Micros{chunk->i64(0, 0)};
}

/// The totals of all sessions in `span`, the first `limit` after `page.after` in the list's order.
Statement totals(const SessionFilter& filter, const SessionPage& page, const Span& span) {
    Builder b;
    b.add("WITH wanted AS (SELECT session FROM events ");
    b.add(within(filter, span, "timestamp"));
    b.add(" UNION SELECT session FROM made_sessions ");
    b.add(within(filter, span, "created_at"));
    b.add(
        "), sent AS (SELECT session, min(timestamp) AS first_at, max(timestamp) AS last_at, "
        "count(*)::UBIGINT AS events FROM events ");
    Conditions wanted = of(filter.applications);
    wanted.add("session IN (SELECT session FROM wanted)");
    b.add(wanted);
    b.add(
        " GROUP BY session), made AS (SELECT session, min(created_at) AS made_at "
        "FROM made_sessions ");
    b.add(wanted);
    b.add(
        " GROUP BY session), merged AS (SELECT coalesce(sent.session, made.session) AS session, "
        "coalesce(sent.first_at, made.made_at) AS first_at, coalesce(sent.last_at, made.made_at) "
        "AS last_at, "
        "coalesce(sent.events, 0::UBIGINT) AS events "
        "FROM sent FULL JOIN made ON sent.session = made.session) "
        "SELECT session, first_at, last_at, events FROM merged ");
    Conditions where;
    if (filter.from) where.add("last_at >= ?", *filter.from);
    if (filter.to) where.add("first_at < ?", *filter.to);
    if (span.oldest) where.add("last_at >= ?", *span.oldest);
    if (page.after)
        where.add("(last_at < ? OR (last_at = ? AND session > ?))", page.after->last,
                  page.after->last, page.after->session);
    b.add(where);
    b.add(fmt::format(" ORDER BY last_at DESC, session LIMIT {}", page.limit + std::size_t{1}));
    return b.statement;
}

}  // namespace

/// The newest times of all name the sessions of the page: a session whose last event is within them
/// is found there, whatever else it has. If they name too few, more of them are taken.
Result<Rows<SessionRow>> read_sessions(Connection& connection, const SessionFilter& filter,
                                       const SessionPage& page) {
    Rows<SessionRow> out;
    if (page.limit == 0) return out;
    Span span;
    if (page.after) span.newest = page.after->last;
    for (std::uint64_t rows = 4 * (std::uint64_t{page.limit} + 1);; rows *= kWidening) {
        EYED_ASSIGN(span.oldest, reach(connection, filter, span, rows));
        const bool all = !span.oldest || (filter.from && *span.oldest <= *filter.from);
        EYED_ASSIGN(Answer answer, connection.query(totals(filter, page, span)));
        out.rows.clear();
        while (auto chunk = answer.next())
            for (std::size_t row = 0; row < chunk->size(); ++row)
                out.rows.push_back(session_of(*chunk, row));
        if (all || out.rows.size() > page.limit) break;
        span.oldest.reset();
    }
    out.more = out.rows.size() > page.limit;
    if (out.more) out.rows.pop_back();
    return out;
}

Result<SessionRow> read_session(Connection& connection, const Uuid& id,
                                const std::vector<ApplicationId>& applications) {
    Conditions sent;
    sent.add_session(id);
    sent.add_applications(applications);
    Conditions made;
    made.add("session = ?", id);
    made.add_applications(applications);
    Builder b;
    b.add(
        "SELECT coalesce(sent.first_at, made.made_at), coalesce(sent.last_at, made.made_at), "
        "sent.events FROM "
        "(SELECT min(timestamp) AS first_at, max(timestamp) AS last_at, count(*)::UBIGINT AS "
        "events "
        "FROM events ");
    b.add(sent);
    b.add(") AS sent, (SELECT min(created_at) AS made_at FROM made_sessions ");
    b.add(made);
    b.add(") AS made");
    EYED_ASSIGN(Answer answer, connection.query(b.statement));
    const auto chunk = answer.next();
    if (!chunk || chunk->size() == 0 || chunk->is_null(0, 0))
        return failure(Code::kNotFound, "no such session");
    return SessionRow{id, chunk->micros(0, 0), chunk->micros(1, 0), chunk->u64(2, 0)};
}

}  // namespace eyed::store
