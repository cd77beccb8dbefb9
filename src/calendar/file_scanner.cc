#include "calendar/file_scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/json_text.h"
#include "calendar/content_line.h"
#include "calendar/recurrence.h"

namespace eyed::calendar {
namespace {

constexpr std::size_t kMostDepth = 8;
/// Of one VEVENT that are read: all dates on a line each, and what else there can be.
constexpr std::size_t kMostLines = 2 * kMostDates + 100;
constexpr std::size_t kMostZones = 1'000;

class Scanner {
  public:
    Scanner(std::string_view file, std::size_t most, const Deadline& deadline)
        : lines_(file), most_(most), deadline_(deadline) {}

    Result<ScannedFile> scan() {
        while (lines_.next()) {
            const std::string name = lines_.name();
            if (name == "BEGIN") {
                EYED_TRY(begin(component_name()));
            } else if (open_.empty()) {
                return wrong("is not in a VCALENDAR");
            } else if (name == "END") {
                EYED_TRY(end(component_name()));
            } else {
                read(name);
            }
        }
        if (!open_.empty())
            return failure(Code::kInvalidArgument, "the file ends inside " + innermost());
        if (!seen_calendar_)
            return failure(Code::kInvalidArgument, "it is no iCalendar file: it has no VCALENDAR");
        return std::move(found_);
    }

  private:
    struct Open {
        std::string name;
        std::size_t line;
    };

    static std::string shown(const std::string& text) {
        return is_utf8(text) ? plain_text(shortened(text, 40)) : "?";
    }
    std::unexpected<Error> wrong(std::string_view what) const {
        return failure(Code::kInvalidArgument,
                       fmt::format("it is no iCalendar file: line {}, “{}”, {}", lines_.number(),
                                   shown(lines_.line()), what));
    }
    std::string innermost() const {
        return fmt::format("the {} that begins in line {}", shown(open_.back().name),
                           open_.back().line);
    }

    std::string component_name() const {
        std::string name(lines_.value());
        name.erase(name.find_last_not_of(" \t") + 1);
        std::ranges::transform(name, name.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        return name;
    }

    Status begin(std::string name) {
        if (open_.empty() && name != "VCALENDAR") return wrong("is not in a VCALENDAR");
        if (open_.size() == kMostDepth) return wrong("is too deep inside other components");
        seen_calendar_ = true;
        open_.push_back({std::move(name), lines_.number()});
        if (is_in("VEVENT")) {
            if (found_.events.size() == most_)
                return failure(Code::kTooLarge,
                               fmt::format("the file has more than {} events", most_));
            event_.clear();
            too_many_lines_ = false;
        }
        if (is_in("VTIMEZONE")) tzid_ = location_ = {};
        return {};
    }

    Status end(const std::string& name) {
        if (name != open_.back().name) return wrong("ends another component than " + innermost());
        if (is_in("VEVENT")) {
            EYED_TRY(deadline_.check());
            found_.events.push_back(read_vevent(event_));
            if (too_many_lines_)
                found_.events.back().faults.push_back(
                    fmt::format("it has more than {} lines", kMostLines));
        }
        if (is_in("VTIMEZONE") && !tzid_.empty() && !location_.empty() && zones_++ < kMostZones)
            found_.zones.add_location(tzid_, location_);
        open_.pop_back();
        return {};
    }

    /// Right in a component of the calendar.
    bool is_in(std::string_view name) const {
        return open_.size() == 2 && open_.back().name == name;
    }

    void read(const std::string& name) {
        if (is_in("VEVENT") && is_read(name)) {
            too_many_lines_ = too_many_lines_ || event_.size() == kMostLines;
            if (!too_many_lines_)
                event_.push_back(
                    {name, lines_.line(), std::string(lines_.value()), lines_.was_cut()});
        }
        if (is_in("VTIMEZONE") && name == "TZID") tzid_ = lines_.value();
        if (is_in("VTIMEZONE") && name == "X-LIC-LOCATION") location_ = lines_.value();
    }

    LineReader lines_;
    const std::size_t most_;
    const Deadline& deadline_;
    std::vector<Open> open_;
    bool seen_calendar_ = false;
    std::vector<EventLine> event_;
    bool too_many_lines_ = false;
    std::string tzid_, location_;
    std::size_t zones_ = 0;
    ScannedFile found_;
};

}  // namespace

Result<ScannedFile> scan_file(std::string_view file, std::size_t most, const Deadline& deadline) {
    if (file.find('\0') != std::string_view::npos)
        return failure(Code::kInvalidArgument, "it is no iCalendar file: it has a NUL character");
    return Scanner(file, most, deadline).scan();
}

}  // namespace eyed::calendar
