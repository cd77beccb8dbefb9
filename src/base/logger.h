#pragma once

#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace eyed {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// One named value beside a message: `{"segment", path}`. Views live for the call only.
struct LogField {
    std::string_view name;
    std::string_view value;
};

/// Where messages for the operator go. A message is one plain sentence; what varies goes into
/// fields. Implementations are thread-safe, never throw and never block for long.
class Logger {
  public:
    virtual ~Logger() = default;
    virtual void log(LogLevel level, std::string_view message,
                     std::initializer_list<LogField> fields) = 0;

    void info(std::string_view message, std::initializer_list<LogField> fields = {}) {
        log(LogLevel::kInfo, message, fields);
    }
    void warning(std::string_view message, std::initializer_list<LogField> fields = {}) {
        log(LogLevel::kWarning, message, fields);
    }
    void error(std::string_view message, std::initializer_list<LogField> fields = {}) {
        log(LogLevel::kError, message, fields);
    }
};

/// Says nothing.
class NullLogger final : public Logger {
  public:
    void log(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

/// Keeps every message as a line `error: sentence (name=value …)`, for tests.
class CapturingLogger final : public Logger {
  public:
    void log(LogLevel level, std::string_view message,
             std::initializer_list<LogField> fields) override;
    std::vector<std::string> lines() const;
    /// Whether some line contains `part`.
    bool has(std::string_view part) const;

  private:
    mutable std::mutex mutex_;  ///< guards lines_
    std::vector<std::string> lines_;
};

/// `debug`, `info`, `warning`, `error`.
std::string_view log_level_name(LogLevel level);

}  // namespace eyed
