#include "cli/propagate_plan.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <random>

namespace eyed::cli {
namespace {

using std::chrono::nanoseconds;

/// Of the seed's propagator.
constexpr std::string_view kUsualPeriod = "5s";

struct Unit {
    std::string_view name;
    double nanoseconds;
};
constexpr std::array<Unit, 7> kUnits{
    {{"", 1e9}, {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 6e10}, {"h", 3.6e12}}};

struct Number {
    double value = 0;
    std::string_view rest;
};
/// A positive decimal number at the front; nullopt when there is none.
std::optional<Number> read_number(std::string_view text) {
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    Number number;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number.value,
                                              std::chars_format::fixed);
    if (fault != std::errc{} || number.value <= 0) return std::nullopt;
    number.rest = text.substr(static_cast<std::size_t>(end - text.data()));
    return number;
}

std::optional<nanoseconds> in_bounds(double time) {
    constexpr double kYear = 365 * 24 * 3.6e12;
    if (!(time >= 1 && time <= kYear)) return std::nullopt;
    return nanoseconds(static_cast<std::int64_t>(time));
}

std::unexpected<Error> wrong(std::string_view flag, std::string_view value, std::string_view form) {
    return failure(Code::kInvalidArgument, fmt::format("{} {}: {}", flag, value, form));
}

Status set_target(const Propagate& command, PropagatePlan& plan) {
    const std::string_view url = command.to;
    const std::size_t begin = url.starts_with("http://")    ? 7
                              : url.starts_with("https://") ? 8
                                                            : std::string_view::npos;
    if (begin == std::string_view::npos || begin == url.size() || url[begin] == '/')
        return wrong("--to", url, "a URL begins with http:// or https:// and has a host");
    const std::size_t path = std::min(url.find_first_of("/?#", begin), url.size());
    plan.server = url.substr(0, path);
    plan.path = url.substr(path, url.find('#') - path);
    if (plan.path == "/") plan.path.clear();
    if (plan.path.starts_with('?')) plan.path.insert(0, 1, '/');
    return {};
}

Status set_pace(const Propagate& command, PropagatePlan& plan) {
    const bool plain = command.every.empty() && command.rate.empty() && command.duration.empty() &&
                       !command.batch && !command.concurrency;
    const std::string_view every = plain ? kUsualPeriod : std::string_view(command.every);
    if (!every.empty()) {
        const auto period = parse_period(every);
        if (!period) return wrong("--every", every, "a time is such as 5s, 0.5 or 200ms");
        plan.interval = *period / plan.batch;
        plan.tells = PropagatePlan::Tells::kEachSending;
    }
    if (!command.rate.empty()) {
        const auto interval = parse_rate(command.rate);
        if (!interval) return wrong("--rate", command.rate, "a rate is such as 2000/s or 30/m");
        plan.interval = *interval;
    }
    if (!command.duration.empty()) {
        plan.duration = parse_period(command.duration);
        if (!plan.duration)
            return wrong("--duration", command.duration, "a time is such as 90s, 10m or 1h");
    }
    return {};
}

}  // namespace

std::optional<nanoseconds> parse_period(std::string_view text) {
    const auto number = read_number(text);
    if (!number) return std::nullopt;
    for (const Unit& unit : kUnits)
        if (unit.name == number->rest) return in_bounds(number->value * unit.nanoseconds);
    return std::nullopt;
}

std::optional<nanoseconds> parse_rate(std::string_view text) {
    const auto number = read_number(text);
    if (!number) return std::nullopt;
    if (number->rest.empty()) return in_bounds(1e9 / number->value);
    for (const Unit& unit : kUnits)
        if (!unit.name.empty() && number->rest == fmt::format("/{}", unit.name))
            return in_bounds(unit.nanoseconds / number->value);
    return std::nullopt;
}

Result<PropagatePlan> make_plan(const Propagate& command) {
    PropagatePlan plan;
    plan.file = command.file;
    plan.token = command.token;
    plan.concurrency = command.concurrency.value_or(1);
    plan.batch = command.batch.value_or(1);
    plan.retries = command.retries.value_or(plan.retries);
    if (command.retries || !command.timeout.empty()) plan.ready_tries = plan.retries + 1;
    plan.count = command.count;
    plan.seed = command.seed ? *command.seed : std::random_device{}();
    if (command.in_order) plan.order = PropagatePlan::Order::kInOrder;
    EYED_TRY(set_target(command, plan));
    EYED_TRY(set_pace(command, plan));
    if (!command.timeout.empty()) {
        const auto timeout = parse_period(command.timeout);
        if (!timeout || *timeout < std::chrono::milliseconds(1))
            return wrong("--timeout", command.timeout, "a time is such as 30s or 500ms");
        plan.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(*timeout);
    }
    if (command.in_order && !plan.count && !plan.duration)
        plan.ends = PropagatePlan::Ends::kWithFile;
    return plan;
}

}  // namespace eyed::cli
