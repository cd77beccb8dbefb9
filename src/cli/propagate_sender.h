#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/http_client.h"
#include "cli/propagate_packer.h"
#include "cli/propagate_plan.h"

namespace eyed::cli {

/// What became of a parcel. The first three add up to its events.
struct Delivery {
    std::uint32_t accepted = 0;
    std::uint32_t refused = 0;              ///< answered, and not taken
    std::uint32_t failed = 0;               ///< not answered, or put off, as often as it was tried
    std::optional<std::size_t> refused_at;  ///< the first refused one in the parcel, if told
    std::uint32_t known = 0;                ///< of the accepted: duplicates of what the server had
    std::uint32_t retries = 0;
    int status = 0;  ///< of the last answer; 0: there was none
    /// Of the last answer, from the whole request to the whole answer; none: there was none.
    std::optional<std::chrono::microseconds> latency;
    std::string detail;  ///< ids of what was taken, or the server's words on what was not
};

/// What an answer says about a parcel; its status is no reason to send it again.
Delivery judge(const HttpClient::Response& response, const Parcel& parcel);
/// Whether the same request may fare better later.
bool worth_another_try(int status);
/// How long to wait before try number `retry`, from 1: it doubles from 100 ms to 10 s, less up to a
/// half at random, so that many do not come back at once; at least what the server asked for, up
/// to 5 minutes.
std::chrono::milliseconds pause_before(std::uint32_t retry,
                                       std::optional<std::chrono::seconds> asked,
                                       std::mt19937_64& random);
/// Waits; false when it was told to stop meanwhile.
bool wait_for(std::chrono::nanoseconds time, const std::stop_token& stop);

/// Sends parcels over a connection of its own. One thread.
class PropagateSender {
  public:
    /// Told why it will try again.
    using Notice = std::function<void(const std::string&)>;
    /// kInvalidArgument. When told to stop, a request may still take kGrace to end.
    [[nodiscard]] static Result<std::unique_ptr<PropagateSender>> create(const PropagatePlan& plan,
                                                                         std::stop_token stop,
                                                                         Notice notice);
    static constexpr std::chrono::seconds kGrace{2};

    /// Tries until it is answered for good, `retries` are used up, or it is told to stop.
    Delivery send(const Parcel& parcel);
    /// Asks until the server is ready. False: told to stop. kUnauthenticated, kForbidden: the token
    /// does not do. kTimeout: it was not within the plan's `duration`, or after `ready_tries`. A
    /// server that has no such route is taken to be ready.
    [[nodiscard]] Result<bool> wait_until_ready();

  private:
    PropagateSender(const PropagatePlan& plan, std::stop_token stop, Notice notice);
    bool given_up();
    Result<bool> ask_until_ready();
    std::string path_for(const Parcel& parcel) const;

    const PropagatePlan& plan_;
    const std::stop_token stop_;
    const Notice notice_;
    std::unique_ptr<HttpClient> client_;
    std::mt19937_64 random_{std::random_device{}()};
    std::optional<std::chrono::steady_clock::time_point> stopped_at_;
    std::optional<std::chrono::steady_clock::time_point> ready_by_;  ///< while it asks
};

}  // namespace eyed::cli
