#pragma once

#include <soci/soci.h>

#include <string>
#include <string_view>

#include "base/time.h"

namespace eyed::catalog {

/// For whoever tells the log of a change, within the change's transaction. Included by the room's
/// sources alone.
struct NewOutboxEntry {
    std::string_view application;  ///< that sends it: `eyed-calendar`, `eyed-delivery`
    std::string_view category;
    std::string_view name;
    std::string_view data;  ///< JSON object
    Micros at;
};
void append_outbox(soci::session& sql, const NewOutboxEntry& entry);

}  // namespace eyed::catalog
