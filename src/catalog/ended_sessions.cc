#include "catalog/ended_sessions.h"

#include "catalog/connection.h"

namespace eyed::catalog {

Status EndedSessions::add(const EndedSession& session) {
    return connection_.transact([&](soci::session& sql) -> Status {
        const long long expires_at = session.expires_at.value;
        sql << "INSERT INTO ended_sessions (nonce, expires_at) VALUES (:nonce, :at) "
               "ON CONFLICT (nonce) DO NOTHING",
            soci::use(session.nonce), soci::use(expires_at);
        return {};
    });
}

Result<std::vector<EndedSession>> EndedSessions::all() {
    return connection_.run([](soci::session& sql) -> Result<std::vector<EndedSession>> {
        std::string nonce;
        long long expires_at = 0;
        soci::statement statement = (sql.prepare << "SELECT nonce, expires_at FROM ended_sessions",
                                     soci::into(nonce), soci::into(expires_at));
        statement.execute();
        std::vector<EndedSession> sessions;
        while (statement.fetch())
            sessions.push_back({nonce, Micros{expires_at}});
        return sessions;
    });
}

Status EndedSessions::purge(Micros now) {
    return connection_.transact([&](soci::session& sql) -> Status {
        const long long at = now.value;
        sql << "DELETE FROM ended_sessions WHERE expires_at < :at", soci::use(at);
        return {};
    });
}

}  // namespace eyed::catalog
