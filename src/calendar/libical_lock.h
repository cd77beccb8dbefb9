#pragma once

#include <mutex>

namespace eyed::calendar {

/// Held by whoever calls libical: its parser changes a table of the whole process while it works
/// (what an error does), which every other function of it reads.
[[nodiscard]] std::unique_lock<std::mutex> lock_libical();

}  // namespace eyed::calendar
