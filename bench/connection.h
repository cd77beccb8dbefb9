#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "request.h"

namespace eyed::bench {

/// One keep-alive connection that has at most one request under way. Owned by one thread, which
/// calls writable() and readable() as epoll says.
class Connection {
  public:
    Connection(const sockaddr_in& peer, const RequestOptions& options,
               std::atomic<std::uint64_t>& sequence);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Connects anew, blocking. False: refused.
    bool connect();
    int descriptor() const { return descriptor_; }
    bool busy() const { return busy_; }

    /// Starts the next request. `due`: when it should have gone, for the latency.
    void send_next(std::uint64_t due_ns);
    /// Writes more of the request under way.
    void write_more();

    enum class Progress { kWaiting, kAnswered, kBroken };
    /// Reads what there is. After kAnswered `status()` and `due()` tell of the answer.
    Progress read_more();
    int status() const { return status_; }
    std::uint64_t due() const { return due_; }
    bool wants_write() const { return !unsent_.empty(); }

  private:
    bool take_answer();

    const sockaddr_in peer_;
    Request request_;
    int descriptor_ = -1;
    bool busy_ = false;
    bool broken_ = false;
    std::uint64_t due_ = 0;
    std::string_view unsent_;
    std::string received_;
    int status_ = 0;
};

}  // namespace eyed::bench
