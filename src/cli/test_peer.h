#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace eyed::cli {

/// An HTTP server of few words on a port of its own: gives its answers in order, each on one
/// connection, and keeps what was asked.
class Peer {
  public:
    explicit Peer(std::vector<std::string> answers) : answers_(std::move(answers)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_, 16), 0);
        socklen_t length = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
        url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
        thread_ = std::jthread([this] { serve(); });
    }
    ~Peer() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    const std::string& url() const { return url_; }
    /// After the client is done.
    const std::vector<std::string>& requests() const { return requests_; }

    static std::string answer(const std::string& status, const std::string& body,
                              const std::string& headers = {}) {
        return "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }

  private:
    void serve() {
        for (const auto& answer : answers_) {
            const int client = ::accept(listener_, nullptr, nullptr);
            if (client < 0) return;
            requests_.push_back(read_request(client));
            (void)!::write(client, answer.data(), answer.size());
            ::close(client);
        }
    }
    static std::string read_request(int client) {
        std::string request;
        char buffer[65536];
        for (;;) {
            const auto header_end = request.find("\r\n\r\n");
            if (header_end != std::string::npos) {
                const auto at = request.find("Content-Length: ");
                const auto body = at < header_end ? std::stoul(request.substr(at + 16)) : 0;
                if (request.size() >= header_end + 4 + body) return request;
            }
            const auto got = ::read(client, buffer, sizeof buffer);
            if (got <= 0) return request;
            request.append(buffer, static_cast<std::size_t>(got));
        }
    }

    std::vector<std::string> answers_;
    std::vector<std::string> requests_;
    int listener_ = -1;
    std::string url_;
    std::jthread thread_;
};

}  // namespace eyed::cli
