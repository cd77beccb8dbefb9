#include "store/duckdb/type_tally.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/duckdb/conditions.h"

namespace eyed::store {
namespace {

void add(const TypeCounts& more, TypeCounts& to) {
    to.events += more.events;
    to.violations += more.violations;
    if (more.last_seen && (!to.last_seen || *to.last_seen < *more.last_seen))
        to.last_seen = more.last_seen;
}

/// Adds the rejections that are open to the counts of `types`.
Status add_rejections(Connection& connection, const std::vector<TypeName>& types,
                      const std::vector<ApplicationId>& applications,
                      std::vector<TypeCounts>& counts) {
    Conditions where;
    where.add("state = 0");
    where.add_applications(applications);
    std::string names;
    for (const TypeName& type : types) {
        names += names.empty() ? "name IN (?" : ", ?";
        where.bind(type.name);
    }
    where.add(names + ")");
    EYED_ASSIGN(Answer answer, connection.query({fmt::format("SELECT category, name, "
                                                             "count(*)::UBIGINT FROM rejections "
                                                             "{} GROUP BY category, name",
                                                             where.sql()),
                                                 where.parameters()}));
    std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> places;
    for (std::size_t i = 0; i < types.size(); ++i)
        places[{types[i].category, types[i].name}].push_back(i);
    while (auto chunk = answer.next())
        for (std::size_t row = 0; row < chunk->size(); ++row) {
            const auto found = places.find({chunk->bytes(0, row), chunk->bytes(1, row)});
            if (found == places.end()) continue;
            for (const std::size_t place : found->second)
                counts[place].open_rejections = chunk->u64(2, row);
        }
    return {};
}

}  // namespace

void TypeTally::clear() {
    counted_.clear();
    upto_ = 0;
}

void TypeTally::forget() {
    const std::lock_guard lock(mutex_);
    clear();
}

/// The highest id that is read is where the next reading begins: rows become visible in the order
/// of their ids.
Status TypeTally::catch_up(Connection& connection, std::uint64_t amendments) {
    const auto now = Clock::now();
    if (amendments != amendments_ && now - read_all_at_ >= kRecountAfter) clear();
    if (upto_ == 0) {
        amendments_ = amendments;
        read_all_at_ = now;
    }
    EYED_ASSIGN(Answer answer,
                connection.query({"SELECT category, name, application, count(*)::UBIGINT, "
                                  "(count(*) FILTER (violation > 0))::UBIGINT, max(received_at), "
                                  "max(id) FROM events WHERE id > ? "
                                  "GROUP BY category, name, application",
                                  Parameters{upto_}}));
    std::uint64_t highest = upto_;
    while (auto chunk = answer.next())
        for (std::size_t row = 0; row < chunk->size(); ++row) {
            Key key{chunk->bytes(0, row), chunk->bytes(1, row)};
            TypeCounts more;
            more.events = chunk->u64(3, row);
            more.violations = chunk->u64(4, row);
            more.last_seen = chunk->micros(5, row);
            add(more, counted_[std::move(key)][ApplicationId{chunk->i64(2, row)}]);
            highest = std::max(highest, chunk->u64(6, row));
        }
    upto_ = highest;
    return {};
}

Result<std::vector<TypeCounts>> TypeTally::counts(Connection& connection, std::uint64_t amendments,
                                                  const std::vector<TypeName>& types,
                                                  const std::vector<ApplicationId>& applications) {
    std::vector<TypeCounts> counts(types.size());
    if (types.empty()) return counts;
    {
        const std::lock_guard lock(mutex_);
        EYED_TRY(catch_up(connection, amendments));
        for (std::size_t i = 0; i < types.size(); ++i) {
            const auto found = counted_.find({types[i].category, types[i].name});
            if (found == counted_.end()) continue;
            for (const auto& [application, more] : found->second)
                if (applications.empty() ||
                    std::ranges::find(applications, application) != applications.end())
                    add(more, counts[i]);
        }
    }
    EYED_TRY(add_rejections(connection, types, applications, counts));
    return counts;
}

}  // namespace eyed::store
