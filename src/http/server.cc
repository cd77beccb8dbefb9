#include "http/server.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "http/connection.h"
#include "http/io_thread.h"
#include "http/site.h"
#include "http/sockets.h"

namespace eyed::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::size_t kWorkers = 2;
/// Connections on their way to a busy thread, over the limit: one more is refused where it is
/// accepted, so that a burst does not use up the files that others need.
constexpr std::size_t kOnTheirWay = 32;
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n"
    "Connection: close\r\n\r\n";

Status check_limits(const Limits& limits) {
    const auto positive = {limits.header_timeout, limits.body_timeout, limits.idle_timeout,
                           limits.write_timeout, limits.linger_timeout};
    if (std::any_of(positive.begin(), positive.end(), [](auto timeout) {
            return timeout.count() <= 0 || timeout > std::chrono::hours(24);
        }))
        return failure(Code::kInvalidArgument, "a timeout of http is not within a day");
    if (limits.header < 512 || limits.header > 1024 * 1024)
        return failure(Code::kInvalidArgument, "the limit of a header is not 512 B to 1 MiB");
    constexpr std::size_t kMost = 1024 * 1024 * 1024;
    if (limits.body > kMost || limits.decompressed > kMost || limits.connections == 0 ||
        limits.write_rate == 0)
        return failure(Code::kInvalidArgument, "a limit of http is out of range (a body: 1 GiB)");
    return {};
}

}  // namespace

class Server::Impl {
  public:
    Impl(Options options, const Router& router, Hooks hooks);
    ~Impl();

    Status listen();
    Status start();
    std::size_t stop(std::chrono::milliseconds patience);
    std::vector<Executor*> executors();
    Counters counters() const;
    std::uint16_t port() const { return port_; }

  private:
    class Opening;

    Result<tcp::endpoint> resolve();
    void accept();
    void accepted(Socket socket, IoThread& thread);
    void begin(Socket socket, IoThread& thread);
    void refuse(Socket& socket);
    IoThread& least_loaded();
    void ended();
    bool wait_until_all_ended(std::chrono::milliseconds patience);
    void on_each_thread(void (Shard::*act)());

    const Options options_;
    const Hooks hooks_;
    WorkerPool workers_;
    Site site_;
    std::unique_ptr<asio::ssl::context> tls_;
    std::vector<std::unique_ptr<IoThread>> threads_;
    std::unique_ptr<Acceptor> acceptor_;  ///< on the first thread, once started
    std::unique_ptr<asio::steady_timer> accept_pause_;
    std::size_t next_thread_ = 0;  ///< of the accepting thread
    std::uint16_t port_ = 0;
    bool started_ = false;
    bool stopped_ = false;

    std::mutex mutex_;  ///< guards all_ended_ with site_.open
    std::condition_variable all_ended_;
};

Server::Impl::Impl(Options options, const Router& router, Hooks hooks)
    : options_(std::move(options)),
      hooks_(std::move(hooks)),
      workers_({"eyed-http", kWorkers, options_.limits.connections * 2 + 64}),
      site_{options_, router, hooks_, workers_, [this] { ended(); }} {
    const unsigned count = options_.threads != 0
                               ? options_.threads
                               : std::max(1u, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < count; ++i)
        threads_.push_back(std::make_unique<IoThread>(site_, i));
}

Server::Impl::~Impl() {
    stop(std::chrono::milliseconds(0));
    if (started_) {
        std::unique_lock lock(mutex_);
        all_ended_.wait(lock, [this] { return site_.open == 0; });
    }
    for (const auto& thread : threads_)
        thread->join();
    acceptor_.reset();  // before the context it lives in
    accept_pause_.reset();
}

Result<tcp::endpoint> Server::Impl::resolve() {
    tcp::resolver resolver(threads_.front()->context());
    error_code error;
    const auto found = resolver.resolve(options_.host, std::to_string(options_.port),
                                        tcp::resolver::passive, error);
    if (error || found.empty())
        return failure(Code::kIo, "cannot resolve " + options_.host + ": " + error.message());
    return found.begin()->endpoint();
}

Status Server::Impl::listen() {
    EYED_TRY(check_limits(options_.limits));
    if (options_.tls_certificate.empty() != options_.tls_key.empty())
        return failure(Code::kInvalidArgument, "TLS needs both a certificate and a key");
    if (!options_.tls_certificate.empty()) {
        EYED_ASSIGN(tls_, load_tls(options_.tls_certificate, options_.tls_key));
    }
    EYED_ASSIGN(const tcp::endpoint endpoint, resolve());
    asio::io_context& context = threads_.front()->context();
    acceptor_ = std::make_unique<Acceptor>(context);
    accept_pause_ = std::make_unique<asio::steady_timer>(context);
    error_code error;
    acceptor_->open(endpoint.protocol(), error);
    if (!error) acceptor_->set_option(Acceptor::reuse_address(true), error);
    if (!error && endpoint.address().is_v6())
        acceptor_->set_option(asio::ip::v6_only(false), error);
    if (!error) acceptor_->bind(endpoint, error);
    if (!error) acceptor_->listen(4096, error);
    if (!error) port_ = acceptor_->local_endpoint(error).port();
    if (error)
        return failure(Code::kIo, "cannot listen on " + options_.host + ":" +
                                      std::to_string(options_.port) + ": " + error.message());
    return {};
}

Status Server::Impl::start() {
    if (started_) return failure(Code::kConflict, "the HTTP server was started already");
    started_ = true;
    accept();
    for (const auto& thread : threads_)
        thread->start();
    return {};
}

/// The thread with the fewest connections, in turn among equals.
IoThread& Server::Impl::least_loaded() {
    next_thread_ = (next_thread_ + 1) % threads_.size();
    IoThread* least = threads_[next_thread_].get();
    for (const auto& thread : threads_)
        if (thread->shard().load() < least->shard().load()) least = thread.get();
    return *least;
}

void Server::Impl::accept() {
    IoThread& thread = least_loaded();
    acceptor_->async_accept(thread.context(),
                            [this, &thread](const error_code& error, Socket socket) {
                                if (site_.stopping) return;
                                if (!error) {
                                    accepted(std::move(socket), thread);
                                } else if (error != asio::error::connection_aborted) {
                                    // Too many open files, no memory: others may end meanwhile.
                                    ++site_.accept_errors;
                                    accept_pause_->expires_after(kAcceptPause);
                                    accept_pause_->async_wait([this](const error_code& canceled) {
                                        if (!canceled && !site_.stopping) accept();
                                    });
                                    return;
                                }
                                accept();
                            });
}

/// A connection on its way to its thread; counted as open from here on.
class Server::Impl::Opening {
  public:
    Opening(Impl& impl, Socket socket, IoThread& thread)
        : impl_(&impl), socket_(std::move(socket)), thread_(&thread) {}
    void operator()() { impl_->begin(std::move(socket_), *thread_); }

  private:
    Impl* impl_;
    Socket socket_;
    IoThread* thread_;
};

void Server::Impl::accepted(Socket socket, IoThread& thread) {
    ++site_.accepted;
    if (site_.open >= options_.limits.connections + kOnTheirWay) return refuse(socket);
    ++site_.open;
    thread.shard().add_load(1);
    asio::post(thread.context(), Opening(*this, std::move(socket), thread));
}

void Server::Impl::begin(Socket socket, IoThread& thread) {
    const bool full = site_.open > options_.limits.connections;
    if (full && !thread.shard().drop_oldest_idle()) {
        refuse(socket);
        thread.shard().add_load(-1);
        ended();
        return;
    }
    error_code error;
    socket.set_option(tcp::no_delay(true), error);
    const tcp::endpoint remote = socket.remote_endpoint(error);
    Peer peer;
    peer.channel = tls_ ? Channel::kTls : Channel::kPlain;
    if (!error) {
        asio::ip::address address = remote.address();
        if (address.is_v6() && address.to_v6().is_v4_mapped())
            address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
        peer.address = address.to_string();
    }
    std::unique_ptr<Transport> transport = tls_ ? make_tls_transport(std::move(socket), *tls_)
                                                : make_plain_transport(std::move(socket));
    Connection::start(
        std::make_unique<Connection>(thread.shard(), std::move(transport), std::move(peer)));
}

/// As good as it goes without waiting for anyone.
void Server::Impl::refuse(Socket& socket) {
    ++site_.refused;
    if (tls_) return;
    error_code error;
    socket.non_blocking(true, error);
    socket.send(asio::buffer(kFull.data(), kFull.size()), 0, error);
    socket.shutdown(Socket::shutdown_send, error);
}

void Server::Impl::ended() {
    const std::lock_guard lock(mutex_);
    if (--site_.open == 0) all_ended_.notify_all();
}

bool Server::Impl::wait_until_all_ended(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return all_ended_.wait_for(lock, patience, [this] { return site_.open == 0; });
}

void Server::Impl::on_each_thread(void (Shard::*act)()) {
    for (const auto& thread : threads_)
        asio::post(thread->context(), [&shard = thread->shard(), act] { (shard.*act)(); });
}

std::size_t Server::Impl::stop(std::chrono::milliseconds patience) {
    if (!started_ || stopped_) return site_.open;
    stopped_ = true;
    site_.stopping = true;
    asio::post(threads_.front()->context(), [this] {
        error_code error;
        acceptor_->close(error);
        accept_pause_->cancel();
    });
    on_each_thread(&Shard::stop);
    if (wait_until_all_ended(patience)) return 0;
    on_each_thread(&Shard::abort);
    // What waits for its client ends at once now; what remains is in a handler.
    wait_until_all_ended(std::chrono::milliseconds(200));
    return site_.open;
}

std::vector<Executor*> Server::Impl::executors() {
    std::vector<Executor*> all;
    for (const auto& thread : threads_)
        all.push_back(thread.get());
    return all;
}

Counters Server::Impl::counters() const {
    Counters now;
    now.accepted = site_.accepted;
    now.refused = site_.refused;
    now.accept_errors = site_.accept_errors;
    now.timeouts = site_.timeouts;
    now.requests = site_.requests;
    now.open = site_.open;
    now.open_limit = options_.limits.connections;
    now.body_bytes = site_.body_bytes;
    return now;
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::create(Options options, const Router& router, Hooks hooks) {
    auto impl = std::make_unique<Impl>(std::move(options), router, std::move(hooks));
    EYED_TRY(impl->listen());
    return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Status Server::start() {
    return impl_->start();
}
std::size_t Server::stop(std::chrono::milliseconds patience) {
    return impl_->stop(patience);
}
std::uint16_t Server::port() const {
    return impl_->port();
}
std::vector<Executor*> Server::executors() {
    return impl_->executors();
}
Counters Server::counters() const {
    return impl_->counters();
}

}  // namespace eyed::http
