#include "base/time.h"

#include <array>
#include <charconv>

namespace eyed {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

constexpr std::int64_t seconds_at(std::chrono::year year) {
    using std::chrono::January, std::chrono::sys_days;
    return sys_days(year / January / 1).time_since_epoch().count() * kSecondsPerDay;
}
/// What four digits can tell.
constexpr std::int64_t kEarliest = seconds_at(std::chrono::year(1));
constexpr std::int64_t kEnd = seconds_at(std::chrono::year(10'000));

/// Reads fixed-width parts of a timestamp from front to back.
struct Scanner {
    std::string_view text;

    bool number(std::size_t digits, int& out) {
        if (text.size() < digits) return false;
        out = 0;
        for (std::size_t i = 0; i < digits; ++i) {
            if (text[i] < '0' || text[i] > '9') return false;
            out = out * 10 + (text[i] - '0');
        }
        text.remove_prefix(digits);
        return true;
    }
    bool literal(char c) {
        if (text.empty() || text.front() != c) return false;
        text.remove_prefix(1);
        return true;
    }
};

bool scan_date(Scanner& in, std::int64_t& days) {
    int year = 0, month = 0, day = 0;
    if (!in.number(4, year) || !in.literal('-') || !in.number(2, month) || !in.literal('-') ||
        !in.number(2, day))
        return false;
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (year < 1 || !date.ok()) return false;
    days = std::chrono::sys_days(date).time_since_epoch().count();
    return true;
}

bool scan_fraction(Scanner& in, int& micros) {
    micros = 0;
    if (!in.literal('.') && !in.literal(',')) return true;
    int digits = 0;
    while (!in.text.empty() && in.text.front() >= '0' && in.text.front() <= '9') {
        if (digits < 6) micros = micros * 10 + (in.text.front() - '0');
        ++digits;
        in.text.remove_prefix(1);
    }
    for (int i = digits; i < 6; ++i)
        micros *= 10;
    return digits > 0;
}

bool scan_offset(Scanner& in, int& offset_seconds) {
    offset_seconds = 0;
    if (in.text.empty() || in.literal('Z') || in.literal('z')) return in.text.empty();
    const int sign = in.literal('+') ? 1 : in.literal('-') ? -1 : 0;
    int hours = 0, minutes = 0;
    if (sign == 0 || !in.number(2, hours)) return false;
    if (!in.text.empty()) {
        in.literal(':');
        if (!in.number(2, minutes)) return false;
    }
    if (!in.text.empty() || hours > 23 || minutes > 59) return false;
    offset_seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

void put(char* at, int value, int digits) {
    for (int i = digits - 1; i >= 0; --i) {
        at[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

}  // namespace

std::optional<Micros> parse_iso8601(std::string_view text) {
    Scanner in{text};
    std::int64_t days = 0;
    int hour = 0, minute = 0, second = 0, micros = 0, offset = 0;
    if (!scan_date(in, days)) return std::nullopt;
    if (!in.literal('T') && !in.literal('t') && !in.literal(' ')) return std::nullopt;
    if (!in.number(2, hour) || !in.literal(':') || !in.number(2, minute)) return std::nullopt;
    if (in.literal(':') && (!in.number(2, second) || !scan_fraction(in, micros)))
        return std::nullopt;
    if (!scan_offset(in, offset) || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const std::int64_t seconds =
        days * kSecondsPerDay + hour * 3600 + minute * 60 + second - offset;
    if (seconds < kEarliest || seconds >= kEnd) return std::nullopt;
    return Micros{seconds * kMicrosPerSecond + micros};
}

std::optional<Micros> parse_date(std::string_view text) {
    Scanner in{text};
    std::int64_t days = 0;
    if (!scan_date(in, days) || !in.text.empty()) return std::nullopt;
    return Micros{days * kSecondsPerDay * kMicrosPerSecond};
}

void append_iso8601(Micros at, std::string& out) {
    std::int64_t seconds = at.value / kMicrosPerSecond;
    std::int64_t micros = at.value % kMicrosPerSecond;
    if (micros < 0) {
        micros += kMicrosPerSecond;
        --seconds;
    }
    std::int64_t days = seconds / kSecondsPerDay;
    std::int64_t rest = seconds % kSecondsPerDay;
    if (rest < 0) {
        rest += kSecondsPerDay;
        --days;
    }
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
    std::array<char, 27> text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0', '0', ':',
                              '0', '0', ':', '0', '0', '.', '0', '0', '0', '0', '0', '0', 'Z'};
    put(text.data(), static_cast<int>(date.year()), 4);
    put(text.data() + 5, static_cast<int>(static_cast<unsigned>(date.month())), 2);
    put(text.data() + 8, static_cast<int>(static_cast<unsigned>(date.day())), 2);
    put(text.data() + 11, static_cast<int>(rest / 3600), 2);
    put(text.data() + 14, static_cast<int>(rest / 60 % 60), 2);
    put(text.data() + 17, static_cast<int>(rest % 60), 2);
    put(text.data() + 20, static_cast<int>(micros), 6);
    out.append(text.data(), text.size());
}

std::string to_iso8601(Micros at) {
    std::string out;
    append_iso8601(at, out);
    return out;
}

Micros SystemClock::now() const {
    return {std::chrono::duration_cast<std::chrono::microseconds>(
                std::chrono::system_clock::now().time_since_epoch())
                .count()};
}

std::chrono::nanoseconds SystemClock::steady() const {
    return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace eyed
