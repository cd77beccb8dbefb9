// What lists and searches of the calendar take, and how fast events are made, in a catalog of many
// events over ten years. Prints one JSON object: medians in milliseconds.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "catalog/calendar_events.h"
#include "catalog/calendar_labels.h"
#include "catalog/catalog.h"

namespace eyed::bench {
namespace {

using catalog::CalendarEvents;
using Order = CalendarEvents::Order;

constexpr std::int64_t kHour = 3'600'000'000;
constexpr std::int64_t kYear = 365 * 24 * kHour;
constexpr std::int64_t kYears = 10;
constexpr model::Change kChange{};
constexpr std::uint32_t kLocations = 20;
constexpr std::uint32_t kCategories = 8;
constexpr std::size_t kAtOnce = 1'000;

template <class T>
T must(Result<T> result) {
    if (result) return *std::move(result);
    fmt::print(stderr, "{}\n", result.error().detail);
    std::exit(1);
}

double milliseconds(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

/// Events as a calendar has them: of every hundred one is about planning, ten are meetings, ten are
/// series of twelve weeks, one lasts for days; everybody is asked to each.
class Generator {
  public:
    Generator() {
        for (int i = 0; i < 8'000; ++i) {
            std::string word;
            for (std::uint32_t length = 3 + below(7); length > 0; --length)
                word += static_cast<char>('a' + below(26));
            words_.push_back(std::move(word));
        }
    }
    CalendarEvents::Creation next() {
        CalendarEvents::Creation made;
        model::CalendarFields& fields = made.event.fields;
        made.event.uid = fmt::format("event-{}", ++number_);
        fields.title = text(3);
        if (number_ % 100 == 0) fields.title += " planning";
        if (number_ % 10 == 0) fields.title += " meeting";
        fields.description = "everybody " + text(30);
        fields.location = LocationId{1 + below(kLocations)};
        fields.category = CategoryId{1 + below(kCategories)};
        fields.start = Micros{static_cast<std::int64_t>(below(kYears * 365 * 24)) * kHour};
        const std::int64_t length = number_ % 100 == 1 ? 24 * (2 + below(20)) : 1 + below(8);
        fields.end = fields.start + std::chrono::microseconds(length * kHour);
        const bool series = number_ % 10 == 5;
        if (series) fields.recurrence.rule = "FREQ=WEEKLY;COUNT=12";
        for (int week = 0; week < (series ? 12 : 1); ++week) {
            const auto later = std::chrono::hours(week * 7 * 24);
            made.times.rows.push_back({{},
                                       fields.start + later,
                                       fields.start + later,
                                       fields.end + later,
                                       fields.status,
                                       fields.location});
        }
        return made;
    }

  private:
    std::uint32_t below(std::uint32_t bound) {
        return static_cast<std::uint32_t>(random_() % bound);
    }
    std::string text(int words) {
        std::string text;
        for (int i = 0; i < words; ++i)
            text += (i == 0 ? "" : " ") + words_[below(static_cast<std::uint32_t>(words_.size()))];
        return text;
    }

    std::mt19937_64 random_{1};
    std::vector<std::string> words_;
    std::uint64_t number_ = 0;
};

class Bench {
  public:
    Bench(const std::string& file, int repeat)
        : repeat_(repeat), catalog_(must(catalog::Catalog::open({file}))) {}

    void make(std::uint64_t events) {
        for (std::uint32_t i = 0; i < kLocations; ++i)
            must(catalog_->locations().create({fmt::format("location {}", i), {}}, kChange));
        for (std::uint32_t i = 0; i < kCategories; ++i)
            must(catalog_->categories().create({fmt::format("category {}", i), {}}, kChange));
        const double made_ms = milliseconds([&] {
            for (std::uint64_t made = 0; made < events; made += kAtOnce)
                make_some();
        });
        report("made_per_second", static_cast<double>(events) / made_ms * 1000);
        report("bulk_1000_ms", milliseconds([&] { make_some(); }));
        report("bulk_1000_with_clashes_ms",
               milliseconds([&] { make_some(CalendarEvents::Clashes::kTell); }));
        time("create_ms", [&] { create(); });
        remove_location();
    }

    void lists() {
        list("first_page", {}, Order::kStartDescending, 1);
        list("page_500", {}, Order::kStartDescending, 500);
        list("by_title", {}, Order::kTitle, 1);
        list("by_title_page_500", {}, Order::kTitle, 500);
        list("newest_change", {}, Order::kUpdatedDescending, 1);
        const auto in = [](double year) { return Micros{static_cast<std::int64_t>(year * kYear)}; };
        list("from_now", {.from = in(5)}, Order::kStartAscending, 1);
        list("from_now_page_500", {.from = in(5)}, Order::kStartAscending, 500);
        list("month", {.from = in(5), .to = in(5.083)}, Order::kStartAscending, 1);
        list("location", {.location = LocationId{3}}, Order::kStartDescending, 1);
        list("location_page_300", {.location = LocationId{3}}, Order::kStartDescending, 300);
        list("category", {.category = CategoryId{3}}, Order::kStartDescending, 1);
        list("month_location", {.from = in(5), .to = in(5.083), .location = LocationId{3}},
             Order::kStartAscending, 1);
        list("location_category", {.location = LocationId{3}, .category = CategoryId{3}},
             Order::kStartDescending, 1);
        list("cancelled", {.status = model::EventStatus::kCancelled}, Order::kStartDescending, 1);
        occurrences("month_occurrences", {.from = in(5), .to = in(5.083)}, 1);
        occurrences("from_now_occurrences", {.from = in(5)}, 1);
        occurrences("from_now_occurrences_page_500", {.from = in(5)}, 500);
        occurrences("month_location_occurrences",
                    {.from = in(5), .to = in(5.083), .location = LocationId{3}}, 1);
        occurrences("month_category_occurrences",
                    {.from = in(5), .to = in(5.083), .category = CategoryId{3}}, 1);
    }

    void searches() {
        for (const char* word :
             {"planning", "meeting", "everybody", "plan", "e", "\"everybody\""}) {
            const auto terms = catalog::parse_search(word);
            list(fmt::format("search_{}", word), {.search = terms}, Order::kBestMatch, 1);
        }
        const auto planning = catalog::parse_search("planning");
        const auto everybody = catalog::parse_search("everybody");
        list("search_planning_by_start", {.search = planning}, Order::kStartDescending, 1);
        list("search_everybody_by_start", {.search = everybody}, Order::kStartDescending, 1);
        list("search_planning_in_location", {.location = LocationId{3}, .search = planning},
             Order::kBestMatch, 1);
        list("search_everybody_in_location", {.location = LocationId{3}, .search = everybody},
             Order::kBestMatch, 1);
        list("search_two_words", {.search = catalog::parse_search("planning everybody")},
             Order::kBestMatch, 1);
    }

    void print() const { fmt::print("{{{}}}\n", out_); }

  private:
    void make_some(CalendarEvents::Clashes clashes = CalendarEvents::Clashes::kAllow) {
        std::vector<CalendarEvents::Creation> some;
        while (some.size() < kAtOnce)
            some.push_back(generator_.next());
        must(catalog_->calendar_events().create_all(some, clashes, kChange));
    }
    void create() {
        const auto one = generator_.next();
        must(catalog_->calendar_events().create(one.event, one.times,
                                                CalendarEvents::Clashes::kRefuse, kChange));
    }
    /// Its events lose it, each with a line of history.
    void remove_location() {
        auto& locations = catalog_->locations();
        const auto made = must(locations.create({"removed", {}}, kChange));
        std::vector<CalendarEvents::Creation> some;
        while (some.size() < kAtOnce) {
            some.push_back(generator_.next());
            some.back().event.fields.location = made.id;
        }
        must(
            catalog_->calendar_events().create_all(some, CalendarEvents::Clashes::kAllow, kChange));
        const auto check = [](const model::Location&) { return Status(); };
        report("remove_location_of_1000_ms", milliseconds([&] {
                   if (!locations.remove(made.id, check, kChange)) std::exit(1);
               }));
    }
    void report(const std::string& name, double value) {
        std::string key;
        for (const char c : name)
            key += c == '"' ? '\'' : c;
        out_ += fmt::format("{}\"{}\":{:.2f}", out_.empty() ? "" : ",\n ", key, value);
    }
    void time(const std::string& name, const std::function<void()>& work) {
        std::vector<double> times;
        for (int i = 0; i < repeat_; ++i)
            times.push_back(milliseconds(work));
        std::ranges::sort(times);
        report(name, times[times.size() / 2]);
    }
    void list(const std::string& name, const CalendarEvents::Filter& filter, Order order,
              std::uint32_t page) {
        std::uint64_t found = 0;
        time(name, [&] {
            found = must(catalog_->calendar_events().list(filter, order, {page, 10})).count;
        });
        report(name + "_found", static_cast<double>(found));
    }
    void occurrences(const std::string& name, const CalendarEvents::Filter& filter,
                     std::uint32_t page) {
        std::uint64_t found = 0;
        time(name, [&] {
            found = must(catalog_->calendar_events().occurrences(filter, {page, 10})).count;
        });
        report(name + "_found", static_cast<double>(found));
    }

    int repeat_;
    std::unique_ptr<catalog::Catalog> catalog_;
    Generator generator_;
    std::string out_;
};

}  // namespace
}  // namespace eyed::bench

int main(int argc, char** argv) {
    std::uint64_t events = 100'000;
    int repeat = 31;
    std::string file;
    CLI::App app("Measures the calendar's lists and searches");
    app.add_option("--file", file, "a catalog, made when absent")->required();
    app.add_option("--events", events)->check(CLI::PositiveNumber);
    app.add_option("--repeat", repeat)->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    const bool made = std::filesystem::exists(file);
    eyed::bench::Bench bench(file, repeat);
    if (!made) bench.make(events);
    bench.lists();
    bench.searches();
    bench.print();
    return 0;
}
