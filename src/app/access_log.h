#pragma once

#include <string>

#include "base/logger.h"
#include "http/server.h"

namespace eyed::app {

/// The path as a log may have it: of a feed's address, which is a secret, the front; documents of
/// customers (CPF) masked.
std::string shown_path(const http::Request& request);

/// One line a request: method, path (never the query: it may carry a secret), status, sizes,
/// duration, request id, peer, user. Successes at debug, refusals (4xx) at info, our own faults
/// (5xx) at warning. Any thread.
void log_access(const http::Exchange& exchange, Logger& logger);

}  // namespace eyed::app
