#include "base/logger.h"

#include <fmt/format.h>

#include <iterator>

namespace eyed {

std::string_view level_name(Level level) {
    switch (level) {
        case Level::kTrace:
            return "trace";
        case Level::kDebug:
            return "debug";
        case Level::kInfo:
            return "info";
        case Level::kWarning:
            return "warning";
        case Level::kError:
            return "error";
    }
    return "error";
}

void CapturingLogger::log(Level level, std::string_view message,
                          std::initializer_list<Field> fields) {
    std::string line = fmt::format("{}: {}", level_name(level), message);
    std::string_view separator = " (";
    for (const Field& field : fields) {
        fmt::format_to(std::back_inserter(line), "{}{}=", separator, field.key);
        std::visit([&](auto value) { fmt::format_to(std::back_inserter(line), "{}", value); },
                   field.value);
        separator = " ";
    }
    if (separator == " ") line += ')';
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
}

std::vector<std::string> CapturingLogger::lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
}

bool CapturingLogger::has(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    for (const std::string& line : lines_)
        if (line.find(part) != std::string::npos) return true;
    return false;
}

}  // namespace eyed
