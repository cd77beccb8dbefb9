#include "base/logger.h"

namespace eyed {

std::string_view log_level_name(LogLevel level) {
    switch (level) {
        case LogLevel::kDebug:
            return "debug";
        case LogLevel::kInfo:
            return "info";
        case LogLevel::kWarning:
            return "warning";
        case LogLevel::kError:
            return "error";
    }
    return "error";
}

void CapturingLogger::log(LogLevel level, std::string_view message,
                          std::initializer_list<LogField> fields) {
    std::string line(log_level_name(level));
    line.append(": ").append(message);
    const char* separator = " (";
    for (const LogField& field : fields) {
        line.append(separator).append(field.name).append("=").append(field.value);
        separator = " ";
    }
    if (fields.size() > 0) line.append(")");
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
