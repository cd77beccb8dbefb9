#pragma once

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "config/load.h"

namespace eyed::cli {

/// What a command comes to. Usage (2): the command line or a setting is wrong.
enum ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2 };

/// What the program was started with; `main` fills it, tests fill their own.
struct Start {
    std::vector<std::string> arguments;    ///< without the program's name
    std::vector<std::string> environment;  ///< `NAME=value`
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool out_is_terminal = false;
    bool in_is_terminal = false;
};

/// Runs the server until it is told to stop; gives the exit code.
using Serve = std::function<int(const config::Loaded&)>;

/// The whole program: parts the command line, loads the settings, runs the command; `serve` is
/// handed in. Gives the exit code. Errors go to `start.err`, one line each.
int run(const Start& start, const Serve& serve);

}  // namespace eyed::cli
