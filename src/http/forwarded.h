#pragma once

#include <span>
#include <string_view>

#include "base/network.h"
#include "http/message.h"

namespace eyed::http {

/// Takes what a reverse proxy says of its client: `X-Forwarded-For` (the last address that is no
/// trusted proxy's becomes the peer), `X-Forwarded-Proto` and `X-Forwarded-Host` (their last
/// values become channel and host). Only when `request.peer` is in `trusted`; what is malformed
/// counts as absent. Call it once a request, with the connection's own peer in place.
void take_forwarded(std::span<const Network> trusted, Request& request);

}  // namespace eyed::http
