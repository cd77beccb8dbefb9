#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace eyed::delivery {

/// Tests only: an HTTP server on a loopback port of its own that does what a script says, right or
/// wrong; a thread for each connection. Keeps what was asked.
class Peer {
  public:
    struct Request {
        std::size_t connection = 0;     ///< 1, 2, 3 …
        std::size_t on_connection = 0;  ///< 1, 2, 3 … of its connection
        std::string head;               ///< request line and header
        std::string body;

        std::string method() const { return head.substr(0, head.find(' ')); }
        std::string path() const {
            const auto begin = head.find(' ') + 1;
            return head.substr(begin, head.find(' ', begin) - begin);
        }
        /// Value of a header field, by its name as it was sent; empty: there is none.
        std::string header(const std::string& name) const {
            const auto at = head.find("\r\n" + name + ": ");
            if (at == std::string::npos) return {};
            const auto begin = at + name.size() + 4;
            return head.substr(begin, head.find("\r\n", begin) - begin);
        }
    };
    struct Reply {
        std::string bytes;
        enum class Then { kKeep, kClose, kReset, kHang, kTrickle } then = Then::kKeep;
    };
    using Then = Reply::Then;
    using Script = std::function<Reply(const Request&)>;

    explicit Peer(Script script) : script_(std::move(script)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_, 1024), 0);
        socklen_t length = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }
    ~Peer() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
            for (const int client : clients_)
                ::shutdown(client, SHUT_RDWR);
        }
        wake_.notify_all();
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        for (std::thread& thread : threads_)
            thread.join();
        ::close(listener_);
    }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url(const std::string& path = "/") const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }
    std::vector<Request> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    std::size_t connections() const {
        const std::lock_guard lock(mutex_);
        return connections_;
    }
    /// Whatever came, on all connections.
    std::size_t bytes() const { return bytes_.load(); }
    /// Whether so many requests came within 10 s.
    bool wait_for(std::size_t requests) {
        std::unique_lock lock(mutex_);
        return wake_.wait_for(lock, std::chrono::seconds(10),
                              [&] { return requests_.size() >= requests; });
    }

    static Reply answer(int status, const std::string& body = "{}",
                        const std::string& headers = {}) {
        return {"HTTP/1.1 " + std::to_string(status) + " Whatever\r\n" + headers +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body};
    }

  private:
    void accept_all() {
        while (true) {
            const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) return;
            const int on = 1;
            ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            const std::lock_guard lock(mutex_);
            if (stopping_) {
                ::close(client);
                return;
            }
            clients_.push_back(client);
            const std::size_t number = ++connections_;
            threads_.emplace_back([this, client, number] { serve(client, number); });
        }
    }
    void serve(int client, std::size_t number) {
        std::string buffer;
        Request request{.connection = number};
        while (read_request(client, buffer, request)) {
            ++request.on_connection;
            {
                const std::lock_guard lock(mutex_);
                requests_.push_back(request);
            }
            wake_.notify_all();
            if (!give(client, script_(request))) break;
        }
        const std::lock_guard lock(mutex_);
        clients_.remove(client);
        ::close(client);
    }
    /// False: the connection is over.
    bool give(int client, const Reply& reply) {
        for (std::size_t done = 0; done < reply.bytes.size();) {
            const auto wrote =
                ::send(client, reply.bytes.data() + done, reply.bytes.size() - done, MSG_NOSIGNAL);
            if (wrote <= 0) return false;
            done += static_cast<std::size_t>(wrote);
        }
        char ignored = 0;
        switch (reply.then) {
            case Then::kKeep:
                return true;
            case Then::kClose:
                return false;
            case Then::kReset: {
                const linger now{.l_onoff = 1, .l_linger = 0};
                ::setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
                return false;
            }
            case Then::kHang:
                while (::read(client, &ignored, 1) > 0) {
                }
                return false;
            case Then::kTrickle:
                trickle(client);
                return false;
        }
        return false;
    }
    void trickle(int client) {
        std::unique_lock lock(mutex_);
        while (!wake_.wait_for(lock, std::chrono::milliseconds(20), [this] { return stopping_; }))
            if (::send(client, "x", 1, MSG_NOSIGNAL) != 1) return;
    }
    bool read_request(int client, std::string& buffer, Request& request) {
        char bytes[65536];
        while (true) {
            const auto end = buffer.find("\r\n\r\n");
            if (end != std::string::npos) {
                request.head = buffer.substr(0, end + 2);
                const auto length = request.header("Content-Length");
                const auto whole = end + 4 + (length.empty() ? 0 : std::stoul(length));
                if (buffer.size() >= whole) {
                    request.body = buffer.substr(end + 4, whole - end - 4);
                    buffer.erase(0, whole);
                    return true;
                }
            }
            const auto got = ::read(client, bytes, sizeof bytes);
            if (got <= 0) return false;
            bytes_ += static_cast<std::size_t>(got);
            buffer.append(bytes, static_cast<std::size_t>(got));
        }
    }

    const Script script_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::thread acceptor_;
    std::atomic<std::size_t> bytes_{0};
    mutable std::mutex mutex_;  ///< guards what follows
    std::condition_variable wake_;
    bool stopping_ = false;
    std::size_t connections_ = 0;
    std::list<int> clients_;
    std::vector<Request> requests_;
    std::vector<std::thread> threads_;
};

}  // namespace eyed::delivery
