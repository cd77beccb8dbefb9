#pragma once

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace eyed {

enum class Level { kTrace, kDebug, kInfo, kWarning, kError };

/// One named value of a log line. Views: valid for the call.
struct Field {
    std::string_view key;
    std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool> value;
};

/// Where the program tells its operator what it does. Thread-safe; never fails, may drop.
/// Nothing secret goes in: no passwords, tokens, cookies or payloads.
class Logger {
  public:
    virtual ~Logger() = default;
    /// Whether a line of this level would be seen: ask before working for one.
    virtual bool enabled(Level) const { return true; }
    /// `message` is a fixed sentence; what varies goes into fields.
    virtual void log(Level level, std::string_view message,
                     std::initializer_list<Field> fields = {}) = 0;

    void info(std::string_view message, std::initializer_list<Field> fields = {}) {
        log(Level::kInfo, message, fields);
    }
    void warning(std::string_view message, std::initializer_list<Field> fields = {}) {
        log(Level::kWarning, message, fields);
    }
    void error(std::string_view message, std::initializer_list<Field> fields = {}) {
        log(Level::kError, message, fields);
    }
};

/// Says nothing: for tests and tools.
class NullLogger final : public Logger {
  public:
    bool enabled(Level) const override { return false; }
    void log(Level, std::string_view, std::initializer_list<Field>) override {}
};

/// Keeps every message as a line `error: sentence (name=value …)`, for tests.
class CapturingLogger final : public Logger {
  public:
    void log(Level level, std::string_view message, std::initializer_list<Field> fields) override;
    std::vector<std::string> lines() const;
    /// Whether some line contains `part`.
    bool has(std::string_view part) const;

  private:
    mutable std::mutex mutex_;  ///< guards lines_
    std::vector<std::string> lines_;
};

/// `trace`, `debug`, `info`, `warning`, `error`.
std::string_view level_name(Level level);

}  // namespace eyed
