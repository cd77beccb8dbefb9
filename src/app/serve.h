#pragma once

#include "config/load.h"

namespace eyed::app {

/// `eyed serve`: runs until SIGTERM or SIGINT, then stops in order. 0: stopped as asked; 1: could
/// not start (said on standard error), or did not stop in time. Call from the main thread.
int serve(const config::Loaded& loaded);

}  // namespace eyed::app
