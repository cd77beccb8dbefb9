#include <unistd.h>

#include <iostream>

#include "app/serve.h"
#include "cli/commands.h"
#include "config/load.h"

int main(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    const eyed::cli::Start start{
        .arguments = {argv + (argc > 0 ? 1 : 0), argv + argc},
        .environment = eyed::config::process_environment(),
        .in = std::cin,
        .out = std::cout,
        .err = std::cerr,
        .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
        .in_is_terminal = ::isatty(STDIN_FILENO) == 1,
    };
    return eyed::cli::run(start, eyed::app::serve);
}
