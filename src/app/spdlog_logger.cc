#include "app/spdlog_logger.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <iterator>

#include "base/json_text.h"
#include "base/time.h"

namespace eyed::app {
namespace {

spdlog::level::level_enum spdlog_level(Level level) {
    switch (level) {
        case Level::kTrace:
            return spdlog::level::trace;
        case Level::kDebug:
            return spdlog::level::debug;
        case Level::kInfo:
            return spdlog::level::info;
        case Level::kWarning:
            return spdlog::level::warn;
        case Level::kError:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

spdlog::level::level_enum spdlog_level(config::LogLevel level) {
    switch (level) {
        case config::LogLevel::kTrace:
            return spdlog::level::trace;
        case config::LogLevel::kDebug:
            return spdlog::level::debug;
        case config::LogLevel::kInfo:
            return spdlog::level::info;
        case config::LogLevel::kWarn:
            return spdlog::level::warn;
        case config::LogLevel::kError:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

/// Appends a field's value as JSON.
struct JsonValue {
    std::string& out;
    void operator()(std::string_view text) const { append_json_string(text, out); }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    template <class Number>
    void operator()(Number value) const {
        fmt::format_to(std::back_inserter(out), "{}", value);
    }
};

bool needs_quotes(std::string_view text) {
    if (text.empty()) return true;
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\x7f')
            return true;
    return false;
}

/// Appends a field's value for people; quotes what could be taken for something else.
struct TextValue {
    std::string& out;
    void operator()(std::string_view text) const {
        if (needs_quotes(text))
            append_json_string(text, out);
        else
            out += text;
    }
    void operator()(bool value) const { out += value ? "true" : "false"; }
    template <class Number>
    void operator()(Number value) const {
        fmt::format_to(std::back_inserter(out), "{}", value);
    }
};

class SpdlogLogger final : public Logger {
  public:
    explicit SpdlogLogger(const config::Settings::Logging& settings) {
        const bool terminal = ::isatty(STDERR_FILENO) == 1;
        json_ = settings.format == config::LogFormat::kJson ||
                (settings.format == config::LogFormat::kAuto && !terminal);
        if (json_) {
            logger_ = std::make_shared<spdlog::logger>(
                "eyed", std::make_shared<spdlog::sinks::stderr_sink_mt>());
            logger_->set_pattern("%v");
        } else {
            logger_ = std::make_shared<spdlog::logger>(
                "eyed", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
            logger_->set_pattern("%H:%M:%S.%e %^%-7l%$ %v");
        }
        logger_->set_level(spdlog_level(settings.level));
        logger_->flush_on(spdlog::level::trace);
    }

    bool enabled(Level level) const override { return logger_->should_log(spdlog_level(level)); }

    void log(Level level, std::string_view message, std::initializer_list<Field> fields) override {
        if (!enabled(level)) return;
        thread_local std::string line;
        line.clear();
        if (json_)
            append_json_line(to_iso8601(SystemClock().now()), level, message, fields, line);
        else
            append_text_line(message, fields, line);
        logger_->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
    }

  private:
    std::shared_ptr<spdlog::logger> logger_;
    bool json_ = false;
};

}  // namespace

void append_json_line(std::string_view time, Level level, std::string_view message,
                      std::initializer_list<Field> fields, std::string& out) {
    out += R"({"time":)";
    append_json_string(time, out);
    out += R"(,"level":")";
    out += level_name(level);
    out += R"(","msg":)";
    append_json_string(message, out);
    for (const Field& field : fields) {
        out += ',';
        append_json_string(field.key, out);
        out += ':';
        std::visit(JsonValue{out}, field.value);
    }
    out += '}';
}

void append_text_line(std::string_view message, std::initializer_list<Field> fields,
                      std::string& out) {
    for (const char c : message)
        out += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
    for (const Field& field : fields) {
        out += ' ';
        out += field.key;
        out += '=';
        std::visit(TextValue{out}, field.value);
    }
}

std::unique_ptr<Logger> make_logger(const config::Settings::Logging& settings) {
    return std::make_unique<SpdlogLogger>(settings);
}

}  // namespace eyed::app
