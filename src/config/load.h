#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace eyed::config {

/// One setting as a source gives it. `name` is dotted.
struct Given {
    std::string name;
    std::string value;
    std::string source;  ///< for errors: `eyed.toml:12`, `EYED_STORE_MEMORY`, `--store.memory`
};

/// A command line, parted into the settings' flags and the rest.
struct Arguments {
    std::optional<std::string> config;  ///< --config FILE
    std::vector<Given> settings;
    std::vector<std::string> rest;  ///< in order; what stands after `--` is all here, with the `--`
};

/// Takes `--section.key VALUE`, `--section.key=VALUE`, `--data`, `--listen`, `--config` and
/// `--demo` out of a command line (without the program's name). A switch (true/false) takes no
/// separate value: `--demo` or `--demo=false`. kInvalidArgument: an unknown dotted flag, or no
/// value.
[[nodiscard]] Result<Arguments> part_arguments(const std::vector<std::string>& arguments);

/// The variable of the token that commands send to a server; no setting.
inline constexpr std::string_view kTokenVariable = "EYED_TOKEN";

/// The environment as `NAME=value` texts, as execve hands it over.
std::vector<std::string> process_environment();

/// A setting as it came out, for `eyed config`.
struct Effective {
    enum class Shown { kOpenly, kNever };
    std::string name;
    std::string value;   ///< as one writes it in a file, without quotes
    std::string source;  ///< as in Given, or `default`
    Shown shown = Shown::kOpenly;

    /// The value, or of a secret that is set, that it is.
    std::string shown_value() const {
        return shown == Shown::kNever && !value.empty() ? "(set)" : value;
    }
};

struct Loaded {
    Settings settings;
    std::vector<Effective> effective;  ///< in the table's order
};

/// Reads the file named by --config, else by EYED_CONFIG, if any; then applies file, environment
/// and flags, the later over the earlier; where none of them gives it, SECRET_KEY, the name under
/// which services that share a JWT secret keep it, and with that secret ALGORITHM. kInvalidArgument
/// names the setting, its source and what is allowed: an unknown name (in the file, an EYED_…
/// variable), a value of the wrong kind or out of bounds, TLS with one half missing, a file that is
/// not there or is not TOML. Variables that begin with EYED_TEST_ are not ours and are left alone.
[[nodiscard]] Result<Loaded> load(const Arguments& arguments,
                                  const std::vector<std::string>& environment);

/// docs/reference/config.md, from the table.
std::string reference_page();

}  // namespace eyed::config
