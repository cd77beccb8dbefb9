#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/network.h"
#include "base/result.h"
#include "http/message.h"
#include "http/router.h"

namespace eyed::http {

/// Every bound of the server. Sizes in bytes.
struct Limits {
    std::size_t header = 16 * 1024;               ///< request line and fields; 431, 414
    std::size_t body = 16 * 1024 * 1024;          ///< as it comes over the wire; 413
    std::size_t decompressed = 64 * 1024 * 1024;  ///< after gzip or deflate; 413
    std::size_t open_body = 64 * 1024;            ///< on open routes, either way; 413
    /// Of all bodies being read or handled, beyond the first 64 KiB of each; 503.
    std::size_t bodies_in_flight = 192 * 1024 * 1024;
    std::size_t connections = 10'000;  ///< one more drops the oldest idle one, or is refused: 503

    std::chrono::milliseconds header_timeout{10'000};  ///< TLS handshake too; 408
    std::chrono::milliseconds body_timeout{30'000};    ///< the whole body; 408
    std::chrono::milliseconds idle_timeout{75'000};    ///< between two requests; closes silently
    std::chrono::milliseconds write_timeout{30'000};   ///< without any progress; closes
    /// Bytes a second that a client must read in the long run: for each such number of bytes an
    /// answer may wait a second more than write_timeout, and no longer; closes.
    std::uint32_t write_rate = 4096;
    std::chrono::milliseconds linger_timeout{5'000};  ///< draining after an early refusal
};

struct Options {
    std::string host = "127.0.0.1";  ///< an address or a name; `::` and `0.0.0.0`: all interfaces
    std::uint16_t port = 0;          ///< 0: any free one, see Server::port()
    unsigned threads = 0;            ///< io threads; 0: one a core
    std::string tls_certificate;     ///< PEM file with the chain; empty: plain HTTP
    std::string tls_key;             ///< PEM file
    std::vector<std::string> cors_origins;  ///< `https://app.example`; `*`: any; none: no CORS
    std::vector<Network> trusted_proxies;   ///< whose X-Forwarded-… fields count
    Limits limits;
};

/// A request that no handler sees, as the renderer is told: 400, 404, 405, 408, 413 …
struct Failure {
    int status = 500;
    std::string_view detail;  ///< a sentence for the client
    MethodSet allow;          ///< 405: the server adds the `Allow` header
};

/// One answered request, for the access log and metrics.
struct Exchange {
    const Request& request;  ///< with route and principal as far as they are known
    int status = 0;
    std::uint64_t request_bytes = 0;       ///< of the body as handled
    std::uint64_t response_bytes = 0;      ///< of the body as sent
    std::chrono::nanoseconds duration{0};  ///< from the whole header read to the answer rendered
};

/// What the server asks of its owner. All are called on io threads, several at once, and must not
/// block. An unset one does nothing (failures are then plain text).
struct Hooks {
    /// After a route was found, before the body is read: sets `request.principal`, or refuses with
    /// a response. Called for open routes too.
    std::function<std::optional<Response>(Request&)> guard;
    std::function<Response(const Request&, const Failure&)> render_failure;
    /// Whether answers to this, whatever they are, depend on `Accept`: they say so by `Vary`.
    std::function<bool(const Request&)> varies_by_accept;
    std::function<void(const Exchange&)> finished;
};

/// Since start, but for `open` and `body_bytes`, which are now, and the limit, which is fixed.
struct Counters {
    std::uint64_t accepted = 0;       ///< connections
    std::uint64_t refused = 0;        ///< connections over the limit
    std::uint64_t accept_errors = 0;  ///< such as too many open files
    std::uint64_t timeouts = 0;       ///< deadlines that ended a connection, idle ones aside
    std::uint64_t requests = 0;       ///< answered, failures included
    std::uint64_t open = 0;           ///< connections
    std::uint64_t open_limit = 0;     ///< Limits::connections
    std::uint64_t body_bytes = 0;     ///< counted towards Limits::bodies_in_flight
};

/// The HTTP server: one io thread a core, each with its own connections; HTTP/1.1 and 1.0
/// (RFC 9112), TLS 1.2 and later. The router and hooks must outlive it. Made and stopped by one
/// thread; port(), executors() and counters() are for any.
class Server {
  public:
    /// Binds and listens, so that port() is known. kIo: the address is taken, unknown or not ours.
    /// kInvalidArgument: certificate or key do not load or do not fit; a limit is out of range.
    [[nodiscard]] static Result<std::unique_ptr<Server>> create(Options options,
                                                                const Router& router, Hooks hooks);
    /// stop() with no patience when it was not called; then waits for handlers that still run:
    /// whatever they await must be able to end.
    ~Server();

    /// Starts the io threads.
    [[nodiscard]] Status start();

    /// Stops accepting, closes idle connections, lets requests that have begun end and their
    /// answers go out, for `patience` at most; then closes what is left. Gives how many handlers
    /// still run: they go on, and executors() stay usable until the server is destroyed.
    std::size_t stop(std::chrono::milliseconds patience);

    std::uint16_t port() const;
    /// One for each io thread. Valid as long as the server.
    std::vector<Executor*> executors();
    Counters counters() const;

  private:
    class Impl;
    explicit Server(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace eyed::http
