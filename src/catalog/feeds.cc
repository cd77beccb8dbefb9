#include "catalog/feeds.h"

#include <fmt/format.h>

#include <chrono>

#include "catalog/audit_lines.h"
#include "catalog/calendar_feed_rows.h"
#include "catalog/columns.h"
#include "catalog/connection.h"

namespace eyed::catalog {
namespace {

constexpr std::chrono::hours kNoteEvery{1};

/// The name of a label in the audit line; kInvalidArgument when there is none of that id.
Result<std::string> label_name(soci::session& sql, const std::string& table,
                               const std::string& field, long long id) {
    std::string name;
    sql << "SELECT name FROM " + table + " WHERE id = :id", soci::use(id), soci::into(name);
    if (sql.got_data()) return name;
    return failure(Code::kInvalidArgument, field + ": There is no such " + field + ".");
}

Status refuse_too_many(soci::session& sql, UserId user) {
    Conditions theirs;
    if (user)
        theirs.add("user_id = ", static_cast<long long>(user.value));
    else
        theirs.add("user_id IS NULL");
    if (count_rows(sql, "calendar_feeds", theirs) < Feeds::kMostOfAUser) return {};
    return failure(Code::kConflict, fmt::format("There are {} feeds of this user, and there may be "
                                                "no more: remove what is not used.",
                                                Feeds::kMostOfAUser));
}

void append_line(soci::session& sql, const model::Feed& feed, const std::string& action,
                 const std::string& details, const model::Change& change) {
    append_audit(sql, {.at = change.at,
                       .actor = change.by,
                       .action = action,
                       .kind = "feed",
                       .subject_id = feed.id.value,
                       .subject = feed.name,
                       .details = details});
}

Result<model::Feed> insert(soci::session& sql, const Feeds::New& wanted,
                           const model::Change& change) {
    AuditDetails details;
    details.text("hint", wanted.hint);
    if (wanted.location) {
        EYED_ASSIGN(const auto name,
                    label_name(sql, "locations", "location", wanted.location.value));
        details.text("location", name);
    }
    if (wanted.category) {
        EYED_ASSIGN(const auto name,
                    label_name(sql, "categories", "category", wanted.category.value));
        details.text("category", name);
    }
    EYED_TRY(refuse_too_many(sql, change.by.user));
    NullableNumber location(wanted.location.value);
    NullableNumber category(wanted.category.value);
    NullableNumber user(change.by.user.value);
    const long long at = change.at.value;
    long long id = 0;
    sql << "INSERT INTO calendar_feeds (digest, name, hint, location_id, category_id, user_id, "
           "created_at) VALUES (:digest, :name, :hint, :location, :category, :user, :at) "
           "RETURNING id",
        soci::use(wanted.digest), soci::use(wanted.name), soci::use(wanted.hint),
        soci::use(location.value, location.indicator),
        soci::use(category.value, category.indicator), soci::use(user.value, user.indicator),
        soci::use(at), soci::into(id);
    model::Feed feed{.id = FeedId{id},
                     .name = wanted.name,
                     .hint = wanted.hint,
                     .location = wanted.location,
                     .category = wanted.category,
                     .user = change.by.user,
                     .created_at = change.at,
                     .last_used_at = {}};
    append_line(sql, feed, "created", details.str(), change);
    return feed;
}

Result<model::Feed> only(std::vector<model::Feed> found) {
    if (found.empty()) return failure(Code::kNotFound, "There is no such feed.");
    return std::move(found.front());
}

Conditions with_id(FeedId id) {
    Conditions one;
    one.add("id = ", static_cast<long long>(id.value));
    return one;
}

}  // namespace

std::vector<model::Feed> select_feeds(soci::session& sql, const Conditions& conditions,
                                      const std::string& ending) {
    long long id = 0;
    long long created_at = 0;
    std::string name;
    std::string hint;
    NullableNumber location;
    NullableNumber category;
    NullableNumber user;
    NullableNumber last_used_at;
    soci::statement statement(sql);
    for (auto* number : {&id, &created_at})
        statement.exchange(soci::into(*number));
    for (auto* text : {&name, &hint})
        statement.exchange(soci::into(*text));
    for (auto* number : {&location, &category, &user, &last_used_at})
        statement.exchange(soci::into(number->value, number->indicator));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare(
        "SELECT id, created_at, name, hint, location_id, category_id, user_id, last_used_at "
        "FROM calendar_feeds " +
        conditions.text() + ending);
    statement.define_and_bind();
    statement.execute();
    std::vector<model::Feed> found;
    while (statement.fetch())
        found.push_back({FeedId{id}, name, hint, LocationId{location.id()},
                         CategoryId{category.id()}, UserId{user.id()}, Micros{created_at},
                         last_used_at.instant()});
    return found;
}

void remove_feeds(soci::session& sql, const Conditions& conditions, const model::Change& change) {
    for (const model::Feed& feed : select_feeds(sql, conditions, " ORDER BY id")) {
        const long long id = feed.id.value;
        sql << "DELETE FROM calendar_feeds WHERE id = :id", soci::use(id);
        append_line(sql, feed, "removed", AuditDetails().text("hint", feed.hint).str(), change);
    }
}

Result<model::Feed> Feeds::create(const New& feed, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) { return insert(sql, feed, change); });
}

Status Feeds::remove(FeedId id, const model::Change& change) {
    return connection_.transact([&](soci::session& sql) -> Status {
        EYED_TRY(only(select_feeds(sql, with_id(id))));
        remove_feeds(sql, with_id(id), change);
        return {};
    });
}

Result<model::Feed> Feeds::by_id(FeedId id) {
    return connection_.run(
        [&](soci::session& sql) { return only(select_feeds(sql, with_id(id))); });
}

Result<model::Feed> Feeds::by_digest(std::string_view digest, Micros now) {
    EYED_ASSIGN(auto feed, connection_.run([&](soci::session& sql) {
        Conditions one;
        one.add("digest = ", std::string(digest));
        return only(select_feeds(sql, one));
    }));
    if (feed.last_used_at && now - *feed.last_used_at < kNoteEvery) return feed;
    const Status noted = connection_.run([&](soci::session& sql) -> Status {
        const long long at = now.value;
        const long long id = feed.id.value;
        sql << "UPDATE calendar_feeds SET last_used_at = :at WHERE id = :id", soci::use(at),
            soci::use(id);
        return {};
    });
    // Reading goes on where writing cannot: the next use tries again.
    if (noted) feed.last_used_at = now;
    return feed;
}

Result<Feeds::Found> Feeds::list(std::optional<UserId> user, const NumberPage& page) {
    return connection_.run([&](soci::session& sql) -> Result<Found> {
        Conditions conditions;
        if (user) conditions.add("user_id = ", static_cast<long long>(user->value));
        return Found{select_feeds(sql, conditions, " ORDER BY id" + page_text(page)),
                     count_rows(sql, "calendar_feeds", conditions)};
    });
}

}  // namespace eyed::catalog
