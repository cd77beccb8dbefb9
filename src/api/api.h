#pragma once

#include "api/services.h"
#include "base/result.h"
#include "http/router.h"
#include "http/server.h"

namespace eyed::api {

/// The route table with its handlers, for http::Server. `services` must outlive it. Removes what
/// earlier exports left in the data directory. kConflict, kInvalidArgument: a fault in the table;
/// kIo: the directory for exports cannot be made. At start, once.
[[nodiscard]] Result<http::Router> make_router(Services& services);

/// Who is calling, and what errors look like that no handler sees. `services` must outlive it.
http::Hooks make_hooks(Services& services);

}  // namespace eyed::api
