#include "app/serve.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

#include "app/program.h"
#include "app/spdlog_logger.h"
#include "app/stop_signals.h"
#include "base/version.h"
#include "cli/commands.h"

namespace eyed::app {
namespace {

/// For the person at the terminal; a log collector gets the same from the log lines.
void greet(const Program& program, const config::Settings& settings) {
    const std::string address = program.address();
    fmt::print(stderr, "\n  eyed {} listens on {}, data in {}\n", kVersion, address, settings.data);
    const std::string link = program.setup_link();
    if (!link.empty())
        fmt::print(stderr,
                   "\n  There is no user yet. Make the first administrator here (works once):\n"
                   "    {}\n  or with:\n    eyed user create admin --superuser --data {}\n",
                   link, settings.data);
    fmt::print(stderr, "\n  Is it well?  curl {}/readyz\n\n", address);
    std::fflush(stderr);
}

void say_started(const Program& program, const config::Settings& settings, Logger& logger) {
    const std::string address = program.address();
    const std::string_view host_and_port = std::string_view(address).substr(address.find("//") + 2);
    const std::string link = program.setup_link();
    logger.info("listening", {{"address", host_and_port},
                              {"url", std::string_view(address)},
                              {"data", std::string_view(settings.data)},
                              {"version", kVersion}});
    if (!link.empty())
        logger.info(
            "there is no user yet: make the first administrator with this one-time link, "
            "or with `eyed user create NAME --superuser`",
            {{"link", std::string_view(link)}});
}

/// What a newcomer's convenience is an operator's risk.
void warn_of_open_doors(const config::Settings& settings, Logger& logger) {
    const bool open = settings.demo || settings.calendar.access == config::CalendarAccess::kOpen;
    if (open)
        logger.warning("everybody may change the calendar, without credentials",
                       {{"because", settings.demo ? "--demo" : "calendar.access = open"}});
}

int cannot_start(const Error& error, Logger& logger) {
    logger.error("cannot start", {{"why", std::string_view(error.detail)}});
    return error.code == Code::kInvalidArgument ? cli::kUsage : cli::kFailed;  // a setting is wrong
}

}  // namespace

int serve(const config::Loaded& loaded) {
    const StopSignals signals;
    const config::Settings& settings = loaded.settings;
    const std::unique_ptr<Logger> logger = make_logger(settings.logging);
    Result<std::unique_ptr<Program>> program = Program::create(loaded, *logger);
    if (!program) return cannot_start(program.error(), *logger);
    if (const Status started = (*program)->start(); !started) {
        const int code = cannot_start(started.error(), *logger);
        (*program)->stop();
        return code;
    }
    warn_of_open_doors(settings, *logger);
    if (::isatty(STDERR_FILENO) == 1)
        greet(**program, settings);
    else
        say_started(**program, settings, *logger);

    const int number = signals.wait();
    logger->info("stopping", {{"signal", std::int64_t{number}}});
    const std::size_t left = (*program)->stop();
    if (left > 0) {
        logger->error("requests had not ended in time",
                      {{"requests", static_cast<std::uint64_t>(left)}});
        std::fflush(nullptr);
        ::_exit(1);  // what they wait for may never end, and a destructor would wait with them
    }
    program->reset();
    logger->info("stopped", {});
    return 0;
}

}  // namespace eyed::app
