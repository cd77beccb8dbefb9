#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/command_line.h"

namespace eyed::cli {

/// For the sources of parse_command_line alone: heavy to include.

inline constexpr const char* kTokenHelp = "For the server (default: EYED_TOKEN of the environment)";

/// Of an option that is a number without an upper bound: CLI11's own say a hundred digits of it.
CLI::Validator whole_number(const std::string& fault = "must be a whole number of 1 or more");

/// For commands that only a running server can answer.
void add_server(CLI::App& command, Remote& remote);

/// `destination`, `delivery` and `attempt`, with all their commands.
void add_delivery_commands(CLI::App& app, CommandLine& out);

}  // namespace eyed::cli
