#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/load.h"

namespace eyed::config {

/// Every value of a TOML file with its dotted name and `file:line`, in the file's order of names;
/// numbers and booleans as text, arrays of texts joined by commas. kInvalidArgument: the file
/// cannot be read, is not TOML, or has a value of a kind that no setting has.
[[nodiscard]] Result<std::vector<Given>> read_toml(const std::string& path);

}  // namespace eyed::config
