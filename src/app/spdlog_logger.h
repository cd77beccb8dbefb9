#pragma once

#include <memory>
#include <string_view>

#include "base/logger.h"
#include "config/settings.h"

namespace eyed::app {

/// A logger on standard error: lines for people on a terminal, else one JSON object a line
/// (`time`, `level`, `msg`, then the fields). kAuto looks at what standard error is.
std::unique_ptr<Logger> make_logger(const config::Settings::Logging& settings);

/// One JSON object, without the line's end; what make_logger writes. Any thread.
void append_json_line(std::string_view time, Level level, std::string_view message,
                      std::initializer_list<Field> fields, std::string& out);

/// `message key=value key="two words"`, control characters escaped, so that nothing that came from
/// outside can begin a line of its own.
void append_text_line(std::string_view message, std::initializer_list<Field> fields,
                      std::string& out);

}  // namespace eyed::app
