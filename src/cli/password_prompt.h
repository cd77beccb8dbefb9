#pragma once

#include <string>

#include "base/result.h"
#include "cli/commands.h"

namespace eyed::cli {

enum class PasswordFrom { kTerminal, kStandardInput };

/// A new password: the first line of standard input, or asked for twice on the terminal without
/// echo. kInvalidArgument: no line, no terminal, or the two differ.
[[nodiscard]] Result<std::string> read_new_password(const Start& start, PasswordFrom from);

}  // namespace eyed::cli
