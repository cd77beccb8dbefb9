#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash.h"
#include "base/ids.h"
#include "base/result.h"
#include "store/duckdb/connection.h"

namespace eyed::store {

/// The version of the tables. A change of them takes the next number, and a step in schema.cc that
/// brings older files there: the log may no longer have all that they hold. See
/// docs/internals/store.md.
inline constexpr std::uint64_t kStoreFormat = 2;

/// What `session_tag` holds for a session: makes looking for one read two bytes a row.
inline std::uint16_t session_tag(const Uuid& session) {
    return static_cast<std::uint16_t>(
        hash64({reinterpret_cast<const char*>(session.bytes.data()), session.bytes.size()}));
}

/// What `event_tag` holds for an event_id, to the same end.
inline std::uint16_t event_tag(std::string_view event_id) {
    return static_cast<std::uint16_t>(hash64(event_id));
}

/// Makes the tables in an empty database, else brings them to today's format. kCorrupt: they are
/// not ours; kUnsupported: of a newer format.
[[nodiscard]] Status prepare_schema(Connection& connection);

/// The position committed with the last rows.
[[nodiscard]] Result<Position> read_applied(Connection& connection);

}  // namespace eyed::store
