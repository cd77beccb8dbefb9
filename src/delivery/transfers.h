#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "delivery/address.h"
#include "delivery/resolver.h"

namespace eyed::delivery {

/// One request.
struct TransferRequest {
    std::uint64_t id = 0;  ///< the caller's
    Target target;
    std::string method = "POST";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::chrono::milliseconds timeout{15'000};  ///< of all of it: name, connection, answer
    /// False: it leaves once at most. A kept connection may turn out to be dead once the request is
    /// on it; libcurl then sends the request again on a new one, though the server may have read
    /// it. Where that must not be, such a request ends as kSent; and connections that were idle for
    /// over a second, which servers close, are not used for it.
    bool may_repeat = true;
};
/// How it ended.
struct TransferResult {
    std::uint64_t id = 0;
    enum class Reached : std::uint8_t {
        kNotSent,   ///< surely nobody got it: refused, no address, no connection, TLS failed
        kSent,      ///< some of it left, and no status came back: nobody knows
        kAnswered,  ///< a final status came, whatever became of the body
    };
    Reached reached = Reached::kNotSent;
    std::chrono::microseconds latency{0};
    int status = 0;
    std::string response;                             ///< the first 4 KiB of the answer's body
    std::string error;                                ///< in words; empty: the answer is whole
    std::optional<std::chrono::seconds> retry_after;  ///< of the answer: seconds, or a date
    std::string address;                              ///< that it went to; empty: none
};

/// HTTP/1.1 requests by libcurl's multi interface on a thread of its own (`transfers`), thousands
/// at once: it waits by epoll, so that those that hang cost nothing. Names are looked up by
/// Lookups; all addresses are checked, the connection goes to the checked ones alone, and once more
/// each address is checked as it is connected to. http and https alone, no redirects, no proxy, no
/// cookies; of an answer at most 1 MiB is read. Thread-safe.
class Transfers {
  public:
    struct Options {
        AddressPolicy policy;
        std::size_t most = 4'000;  ///< at once, and waiting for a name
        std::string user_agent = "eyed";
    };
    /// On the transfer thread, or one of Lookups'; must not block.
    using Done = std::function<void(TransferResult)>;
    [[nodiscard]] static Result<std::unique_ptr<Transfers>> create(
        Options options, std::shared_ptr<Resolver> resolver, const Clock& clock, Done done);
    /// stop()s.
    ~Transfers();
    Transfers(const Transfers&) = delete;
    Transfers& operator=(const Transfers&) = delete;

    /// False: `most` are under way, or it was stopped.
    bool start(TransferRequest request);
    std::size_t under_way() const;
    /// Takes no more; gives what is under way until then, and ends the rest: each is told to Done
    /// (what had left is kSent).
    void stop(std::chrono::milliseconds within);

  private:
    Transfers();
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace eyed::delivery
