#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace eyed::http::test {

/// A client that sends the bytes it is told to and shows those it gets. For tests.
class Client {
  public:
    explicit Client(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    ~Client() { close(); }

    int descriptor() const { return descriptor_; }

    /// False when the server closed on us.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void end_sending() { ::shutdown(descriptor_, SHUT_WR); }
    void close() {
        if (descriptor_ >= 0) ::close(descriptor_);
        descriptor_ = -1;
    }

    /// Closes so that the server's next write fails.
    void reset() {
        const linger at_once{1, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close();
    }

    /// Reads until `text` is among what came, which it gives up to and with it.
    std::string until(std::string_view text) {
        std::size_t found = std::string::npos;
        while ((found = got_.find(text)) == std::string::npos && more()) {
        }
        const std::size_t end = found == std::string::npos ? got_.size() : found + text.size();
        std::string part = got_.substr(0, end);
        got_.erase(0, end);
        return part;
    }
    /// All until the server closes.
    std::string rest() {
        while (more()) {
        }
        return std::exchange(got_, {});
    }
    /// One answer, as long as its Content-Length or its chunks say (which it is then joined of);
    /// `HEAD` answers: head() instead.
    std::string answer() {
        std::string text = head();
        if (text.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos)
            return text + chunks();
        const std::size_t at = text.find("\r\nContent-Length: ");
        const std::size_t length = at == std::string::npos ? 0 : std::stoul(text.substr(at + 18));
        while (got_.size() < length && more()) {
        }
        text += got_.substr(0, length);
        got_.erase(0, length);
        return text;
    }
    std::string head() { return until("\r\n\r\n"); }
    std::string chunks() {
        std::string joined;
        while (true) {
            const std::string line = until("\r\n");
            const std::size_t length = line.empty() ? 0 : std::stoul(line, nullptr, 16);
            while (got_.size() < length + 2 && more()) {
            }
            joined += got_.substr(0, length);
            got_.erase(0, length + 2);
            if (length == 0) return joined;
        }
    }
    /// True when the server closed and nothing is left to read.
    bool closed() { return rest().empty() && ended_; }

  private:
    bool more() {
        if (ended_) return false;
        pollfd ready{descriptor_, POLLIN, 0};
        if (::poll(&ready, 1, 30'000) != 1) {
            ADD_FAILURE() << "nothing came for 30 s, after: " << got_;
            return false;
        }
        char bytes[65536];
        const ssize_t count = ::recv(descriptor_, bytes, sizeof bytes, 0);
        if (count <= 0) {
            ended_ = true;
            return false;
        }
        got_.append(bytes, static_cast<std::size_t>(count));
        return true;
    }

    int descriptor_;
    std::string got_;
    bool ended_ = false;
};

inline std::string body_of(const std::string& answer) {
    const std::size_t at = answer.find("\r\n\r\n");
    return at == std::string::npos ? std::string() : answer.substr(at + 4);
}

inline bool starts(const std::string& answer, int status) {
    return answer.starts_with("HTTP/1.1 " + std::to_string(status) + " ");
}

}  // namespace eyed::http::test
