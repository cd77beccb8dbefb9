#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace eyed {

enum class Level { kDebug, kInfo, kWarning, kError };

/// One named value of a log line.
struct Field {
    std::string_view key;
    std::string value;
};

/// Where the program says what it does. Thread-safe; never fails, never blocks for long.
class Logger {
  public:
    virtual ~Logger() = default;
    virtual void log(Level level, std::string_view message,
                     std::initializer_list<Field> fields = {}) = 0;
};

}  // namespace eyed
