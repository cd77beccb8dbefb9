#pragma once

#include "base/result.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "ingest/committer.h"
#include "ingest/types.h"
#include "log/log.h"

namespace eyed::app {

/// `--demo` on an empty log: a few visits of an invented shop, sent as the application `demo`, so
/// that there is something to look at. Does nothing when the log has events. Blocks; at start.
[[nodiscard]] Status add_demo_events(log::Log& log, catalog::Catalog& catalog, ingest::Types& types,
                                     ingest::Committer& committer, const Clock& clock);

}  // namespace eyed::app
