// A receiver on loopback for the bench: answers every request with one status, or never. Prints its
// port when it listens, and how many requests it took as one JSON object when it is told to stop.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace eyed::bench {
namespace {

struct Options {
    int status = 201;
    bool hangs = false;
};

std::string answer_text(int status) {
    const std::string_view body = R"({"id":"1","message":"ok"})";
    return fmt::format(
        "HTTP/1.1 {} Done\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        status, body.size(), body);
}

/// The length of the whole request at the front of `text`; 0: there is none yet.
std::size_t request_length(std::string_view text) {
    constexpr std::string_view kLength = "ontent-Length: ";
    const std::size_t end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    std::size_t body = 0;
    const std::size_t at = text.substr(0, end).find(kLength);
    if (at != std::string_view::npos) {
        const char* first = text.data() + at + kLength.size();
        std::from_chars(first, text.data() + end, body);
    }
    const std::size_t whole = end + 4 + body;
    return text.size() >= whole ? whole : 0;
}

class Peer {
  public:
    explicit Peer(const Options& options)
        : options_(options),
          answer_(answer_text(options.status)),
          epoll_(epoll_create1(EPOLL_CLOEXEC)),
          listener_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}

    bool listen_anywhere() {
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* address = reinterpret_cast<sockaddr*>(&here);
        socklen_t length = sizeof here;
        if (bind(listener_, address, length) != 0 || listen(listener_, 4096) != 0) return false;
        getsockname(listener_, address, &length);
        watch(listener_);
        fmt::print("{{\"port\":{}}}\n", ntohs(here.sin_port));
        std::fflush(stdout);
        return true;
    }

    void run(int stop_signal) {
        watch(stop_signal);
        std::array<epoll_event, 512> events{};
        while (true) {
            const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
            for (int i = 0; i < count; ++i) {
                const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
                if (descriptor == stop_signal) return;
                if (descriptor == listener_)
                    accept_all();
                else
                    read(descriptor);
            }
        }
    }
    std::uint64_t requests() const { return requests_; }

  private:
    void watch(int descriptor) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = descriptor;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
    }

    void accept_all() {
        while (true) {
            const int taken = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (taken < 0) return;
            received_[taken] = {};
            watch(taken);
        }
    }

    void read(int descriptor) {
        std::array<char, 65536> bytes;
        const ssize_t count = ::read(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EAGAIN) return;
        if (count <= 0) {
            received_.erase(descriptor);
            close(descriptor);
            return;
        }
        std::string& text = received_[descriptor];
        text.append(bytes.data(), static_cast<std::size_t>(count));
        while (const std::size_t length = request_length(text)) {
            text.erase(0, length);
            ++requests_;
            if (options_.hangs) continue;
            // An answer is small enough for any socket's buffer.
            if (::write(descriptor, answer_.data(), answer_.size()) < 0) return;
        }
    }

    const Options options_;
    const std::string answer_;
    const int epoll_;
    const int listener_;
    std::unordered_map<int, std::string> received_;  ///< by descriptor
    std::uint64_t requests_ = 0;
};

}  // namespace
}  // namespace eyed::bench

int main(int argc, char** argv) {
    eyed::bench::Options options;
    CLI::App app("Takes requests on a port of 127.0.0.1 and counts them");
    app.add_option("--status", options.status);
    app.add_flag("--hangs", options.hangs, "never answers");
    CLI11_PARSE(app, argc, argv);
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, &stops, nullptr);
    eyed::bench::Peer peer(options);
    if (!peer.listen_anywhere()) return 1;
    peer.run(signalfd(-1, &stops, SFD_CLOEXEC));
    fmt::print("{{\"requests\":{}}}\n", peer.requests());
    return 0;
}
