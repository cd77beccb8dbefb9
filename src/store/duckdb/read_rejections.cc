#include <fmt/format.h>

#include <algorithm>

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
    return rejection;
}

}  // namespace

Result<Rows<model::Rejection>> read_rejections(Connection& connection,
                                               const RejectionFilter& filter,
                                               const RejectionPage& page) {
    Rows<model::Rejection> out;
    if (page.limit == 0) return out;
    Conditions where = rejection_conditions(filter);
    if (filter.id) where.add("id = ?", filter.id->value);
    if (page.after) where.add("id < ?", page.after->value);
    EYED_ASSIGN(Answer found,
                connection.query({fmt::format("SELECT id FROM rejections {} ORDER BY id DESC "
                                              "LIMIT {}",
                                              where.sql(), page.limit + std::size_t{1}),
                                  where.parameters()}));
    std::vector<std::uint64_t> ids;
    while (auto chunk = found.next())
        for (std::size_t row = 0; row < chunk->size(); ++row)
            ids.push_back(chunk->u64(0, row));
    if (ids.empty()) return out;
    out.more = ids.size() > page.limit;
    if (out.more) ids.pop_back();
    EYED_ASSIGN(const std::size_t fit,
                fit_bytes(connection, "rejections", "octet_length(payload)", ids, page.byte_limit));
    out.more = out.more || fit < ids.size();
    ids.resize(fit);
    EYED_ASSIGN(Answer answer, connection.query(fmt::format(
                                   "SELECT id, application, key_id, dialect, reason, received_at, "
                                   "message, pointer, category, name, payload, type_version, "
                                   "event_id, target, state, event, settled_at, settled_by "
                                   "FROM rejections "
                                   "WHERE {}",
                                   id_list(ids))));
    while (auto chunk = answer.next())
        for (std::size_t row = 0; row < chunk->size(); ++row)
            out.rows.push_back(rejection_of(*chunk, row));
    std::ranges::sort(out.rows, std::greater{}, &model::Rejection::id);
    return out;
}

}  // namespace eyed::store
