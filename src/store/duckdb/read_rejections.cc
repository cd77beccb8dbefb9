#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "store/duckdb/conditions.h"
#include "store/duckdb/reads.h"

namespace eyed::store {

namespace {

model::Rejection rejection_of(const Chunk& chunk, std::size_t row) {
    model::Rejection rejection;
    rejection.id = {chunk.u64(0, row)};
    rejection.application = {chunk.i64(1, row)};
    rejection.key = {chunk.i64(2, row)};
    rejection.dialect = static_cast<model::Dialect>(chunk.u8(3, row));
    rejection.reason = static_cast<model::Reason>(chunk.u8(4, row));
    rejection.received_at = chunk.micros(5, row);
    rejection.message = chunk.bytes(6, row);
    rejection.pointer = chunk.bytes(7, row);
    rejection.category = chunk.bytes(8, row);
    rejection.name = chunk.bytes(9, row);
    rejection.payload = chunk.bytes(10, row);
    rejection.type_version = chunk.u32(11, row);
    rejection.event_id = chunk.bytes(12, row);
    rejection.target = {chunk.u64(13, row)};
    rejection.state = static_cast<model::RejectionState>(chunk.u8(14, row));
    rejection.event = {chunk.u64(15, row)};
    if (!chunk.is_null(16, row)) rejection.settled_at = chunk.micros(16, row);
    rejection.settled_by = {chunk.i64(17, row)};
    if (!chunk.is_null(18, row)) rejection.dedup_key = {chunk.u64(18, row), chunk.u64(19, row)};
    return rejection;
}

}  // namespace

Result<Rows<model::Rejection>> read_rejections(Connection& connection,
                                               const RejectionFilter& filter,
                                               const RejectionPage& page) {
    Rows<model::Rejection> out;
    if (page.limit == 0) return out;
    const bool newest_first = page.direction == Direction::kDescending;
    Conditions where = rejection_conditions(filter);
    if (page.after) where.add(newest_first ? "id < ?" : "id > ?", page.after->value);
    EYED_ASSIGN(Answer found,
                connection.query({fmt::format("SELECT id FROM rejections {} ORDER BY id {} "
                                              "LIMIT {}",
                                              where.sql(), newest_first ? "DESC" : "ASC",
                                              page.limit + std::size_t{1}),
                                  where.parameters()}));
    std::vector<std::uint64_t> ids;
    while (auto chunk = found.next())
        for (std::size_t row = 0; row < chunk->size(); ++row)
            ids.push_back(chunk->u64(0, row));
    if (ids.empty()) return out;
    out.more = ids.size() > page.limit;
    if (out.more) ids.pop_back();
    const bool payload = page.payload == RejectionPage::Payload::kRead;
    if (payload) {
        EYED_ASSIGN(
            const std::size_t fit,
            fit_bytes(connection, "rejections", "octet_length(payload)", ids, page.byte_limit));
        out.more = out.more || fit < ids.size();
        ids.resize(fit);
    }
    EYED_ASSIGN(Answer answer, connection.query(fmt::format(
                                   "SELECT id, application, key_id, dialect, reason, received_at, "
                                   "message, pointer, category, name, {}, type_version, "
                                   "event_id, target, state, event, settled_at, settled_by, "
                                   "dedup_high, dedup_low "
                                   "FROM rejections WHERE {}",
                                   payload ? "payload" : "''::BLOB", id_list(ids))));
    while (auto chunk = answer.next())
        for (std::size_t row = 0; row < chunk->size(); ++row)
            out.rows.push_back(rejection_of(*chunk, row));
    std::ranges::sort(out.rows, {}, &model::Rejection::id);
    if (newest_first) std::ranges::reverse(out.rows);
    return out;
}

namespace {

using Bucket = RejectionSummaryQuery::Bucket;

/// Buckets of a chart: more do not help.
constexpr std::int64_t kFittingBuckets = 200;

/// The smallest bucket of which not too many cover what is found.
Result<Bucket> fitting_bucket(Connection& connection, const Conditions& where) {
    EYED_ASSIGN(Answer answer, connection.query({fmt::format("SELECT min(received_at), "
                                                             "max(received_at) FROM rejections {}",
                                                             where.sql()),
                                                 where.parameters()}));
    const auto chunk = answer.next();
    if (!chunk || chunk->size() == 0 || chunk->is_null(0, 0)) return Bucket::kDay;
    const std::chrono::microseconds range = chunk->micros(1, 0) - chunk->micros(0, 0);
    if (range <= kFittingBuckets * std::chrono::minutes(1)) return Bucket::kMinute;
    return range <= kFittingBuckets * std::chrono::hours(1) ? Bucket::kHour : Bucket::kDay;
}

const char* unit_of(Bucket bucket) {
    switch (bucket) {
        case Bucket::kMinute:
            return "minute";
        case Bucket::kHour:
            return "hour";
        case Bucket::kDay:
        case Bucket::kFitting:
            break;
    }
    return "day";
}

/// One row of the summary's answer: the total, a bucket of time, or a group.
void take_row(const Chunk& chunk, std::size_t row, const RejectionSummaryQuery& query,
              RejectionSummary& out) {
    const std::uint64_t rejections = chunk.u64(5, row);
    const std::uint64_t open = chunk.u64(6, row);
    if (!chunk.is_null(1, row)) {
        if (out.counts.size() < query.counts)
            out.counts.push_back({chunk.micros(1, row), rejections, open});
        else
            out.truncated = true;
    } else if (chunk.is_null(2, row)) {
        out.rejections = rejections;
        out.open = open;
    } else if (out.groups.size() < query.groups) {
        out.groups.push_back({static_cast<model::Reason>(chunk.u8(2, row)),
                              std::string(chunk.bytes(3, row)),
                              std::string(chunk.bytes(4, row)),
                              rejections,
                              open,
                              chunk.micros(7, row),
                              chunk.micros(8, row),
                              {chunk.u64(9, row)}});
    } else {
        out.truncated = true;
    }
}

}  // namespace

Result<RejectionSummary> read_rejection_summary(Connection& connection,
                                                const RejectionSummaryQuery& query) {
    const Conditions where = rejection_conditions(query.filter);
    RejectionSummary out;
    out.bucket = query.bucket;
    if (out.bucket == Bucket::kFitting) {
        EYED_ASSIGN(out.bucket, fitting_bucket(connection, where));
    }
    // The total first, then the buckets from the latest on, then the groups from the largest on:
    // each kind is cut by its number in its order.
    EYED_ASSIGN(
        Answer answer,
        connection.query(
            {fmt::format(
                 "WITH found AS (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY "
                 "bucket DESC, rejections DESC, example DESC) AS place FROM ("
                 "SELECT grouping(reason, bucket) AS kind, bucket, reason, category, name, "
                 "count(*)::UBIGINT AS rejections, "
                 "count(*) FILTER (WHERE state = 0)::UBIGINT AS open, min(received_at) AS first, "
                 "max(received_at) AS last, max(id) AS example "
                 "FROM (SELECT id, reason, category, name, state, received_at, "
                 "date_trunc('{}', received_at)::TIMESTAMP AS bucket FROM rejections {}) "
                 "GROUP BY GROUPING SETS ((), (bucket), (reason, category, name)))) "
                 "SELECT kind, bucket, reason, category, name, rejections, open, first, last, "
                 "example FROM found WHERE place <= {} ORDER BY place",
                 unit_of(out.bucket), where.sql(), 1 + std::max(query.groups, query.counts)),
             where.parameters()}));
    while (auto chunk = answer.next())
        for (std::size_t row = 0; row < chunk->size(); ++row)
            take_row(*chunk, row, query, out);
    std::ranges::reverse(out.counts);
    return out;
}

}  // namespace eyed::store
