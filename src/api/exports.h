#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/services.h"
#include "base/result.h"
#include "http/message.h"

namespace eyed::api {

/// Where files for download are written: `exports` in the data directory.
std::string export_directory(const config::Settings& settings);

/// A new file for download that `write(path)` makes; gone again when that fails.
[[nodiscard]] Result<http::FileBody> make_export(
    Services& services, std::string_view extension,
    const std::function<Status(const std::string& path)>& write);

/// kDiskFull when so little is free that an export must stop.
[[nodiscard]] Status check_export_space(Services& services);

/// Makes the directory, and removes what an earlier run left there. kIo, kDiskFull.
[[nodiscard]] Status prepare_exports(Services& services);

}  // namespace eyed::api
