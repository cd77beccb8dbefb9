#pragma once

#include <string>

#include "api/services.h"
#include "base/result.h"

namespace eyed::api {

/// Where files for download are written: `exports` in the data directory.
std::string export_directory(const config::Settings& settings);

/// Makes the directory, and removes what an earlier run left there. kIo, kDiskFull.
[[nodiscard]] Status prepare_exports(Services& services);

}  // namespace eyed::api
