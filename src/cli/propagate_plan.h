#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/command_line.h"

namespace eyed::cli {

/// What `eyed propagate` was told, understood.
struct PropagatePlan {
    enum class Order : std::uint8_t { kRandom, kInOrder };
    enum class Ends : std::uint8_t { kWithFile, kWhenTold };
    enum class Tells : std::uint8_t { kEachSending, kFailures };

    std::string file;
    Order order = Order::kRandom;
    Ends ends = Ends::kWhenTold;  ///< kWithFile: in order, once
    std::uint64_t seed = 0;       ///< of the choice

    std::string server;  ///< `http://host:port`
    std::string path;    ///< to send to; empty: by the form of the events
    std::string token;
    std::uint32_t concurrency = 1;
    std::uint32_t batch = 1;
    std::uint32_t retries = 10;
    std::chrono::milliseconds timeout{30'000};
    std::optional<std::uint32_t> ready_tries;  ///< nullopt: as long as it takes, or `duration`

    std::chrono::nanoseconds interval{0};  ///< between two events; 0: as fast as it goes
    std::optional<std::uint64_t> count;
    std::optional<std::chrono::nanoseconds> duration;
    Tells tells = Tells::kFailures;
};

/// kInvalidArgument: a sentence on what is wrong.
[[nodiscard]] Result<PropagatePlan> make_plan(const Propagate& command);

/// A number, with a fraction or not, and ns, us, ms, s, m or h; without a unit, seconds. nullopt:
/// anything else, nothing, or more than a year.
std::optional<std::chrono::nanoseconds> parse_period(std::string_view text);
/// The time between two of `2000/s`, `30/m`, `1/h`; without a unit, of so many a second.
std::optional<std::chrono::nanoseconds> parse_rate(std::string_view text);

}  // namespace eyed::cli
