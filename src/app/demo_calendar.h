#pragma once

#include "base/result.h"
#include "base/time.h"
#include "calendar/service.h"
#include "catalog/catalog.h"

namespace eyed::app {

/// `--demo` on a calendar without events: a few weeks of events of an invented community centre
/// around now, series among them, all or none; before them their categories and locations, unless
/// there are some of these names. Blocks; at start.
[[nodiscard]] Status add_demo_calendar(catalog::Catalog& catalog, calendar::Service& calendar,
                                       const Clock& clock);

}  // namespace eyed::app
