#pragma once

#include "base/logger.h"
#include "http/server.h"

namespace eyed::app {

/// One line a request: method, path (never the query: it may carry a secret), status, sizes,
/// duration, request id, peer, user. Successes at debug, refusals (4xx) at info, our own faults
/// (5xx) at warning. Any thread.
void log_access(const http::Exchange& exchange, Logger& logger);

}  // namespace eyed::app
