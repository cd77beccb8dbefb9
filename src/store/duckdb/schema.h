#pragma once

#include <cstdint>

#include "base/hash.h"
#include "base/ids.h"
#include "base/result.h"
#include "store/duckdb/connection.h"

namespace eyed::store {

/// The version of the tables. A change of their meaning takes the next number; the store is then
/// rebuilt from the log. See docs/internals/store.md.
inline constexpr std::uint64_t kStoreFormat = 1;

/// What `session_tag` holds for a session: makes looking for one read two bytes a row.
inline std::uint16_t session_tag(const Uuid& session) {
    return static_cast<std::uint16_t>(
        hash64({reinterpret_cast<const char*>(session.bytes.data()), session.bytes.size()}));
}

/// Makes the tables in an empty database, else checks that they are ours. kCorrupt: they are not;
/// kUnsupported: of a newer format.
[[nodiscard]] Status prepare_schema(Connection& connection);

/// The position committed with the last rows.
[[nodiscard]] Result<Position> read_applied(Connection& connection);

}  // namespace eyed::store
