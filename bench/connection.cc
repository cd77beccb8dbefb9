#include "connection.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace eyed::bench {
namespace {

// The value of Content-Length in a header, or -1: chunked answers are not understood here.
long long content_length(std::string_view head) {
    constexpr std::string_view kName = "\r\ncontent-length:";
    for (std::size_t at = 0; at + kName.size() < head.size(); ++at) {
        at = head.find("\r\n", at);
        if (at == std::string_view::npos) return -1;
        if (strncasecmp(head.data() + at, kName.data(), kName.size()) != 0) continue;
        std::size_t begin = at + kName.size();
        while (begin < head.size() && head[begin] == ' ')
            ++begin;
        long long length = -1;
        std::from_chars(head.data() + begin, head.data() + head.size(), length);
        return length;
    }
    return -1;
}

}  // namespace

Connection::Connection(const sockaddr_in& peer, const RequestOptions& options,
                       std::atomic<std::uint64_t>& sequence)
    : peer_(peer), request_(options, sequence) {
}

Connection::~Connection() {
    if (descriptor_ >= 0) close(descriptor_);
}

bool Connection::connect() {
    if (descriptor_ >= 0) close(descriptor_);
    busy_ = broken_ = false;
    unsent_ = {};
    received_.clear();
    descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor_ < 0) return false;
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&peer_), sizeof peer_) != 0) {
        return false;
    }
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fcntl(descriptor_, F_SETFL, O_NONBLOCK) == 0;
}

void Connection::send_next(std::uint64_t due_ns) {
    busy_ = true;
    due_ = due_ns;
    unsent_ = request_.next();
    write_more();
}

void Connection::write_more() {
    while (!unsent_.empty()) {
        const ssize_t sent = send(descriptor_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno == EINTR) continue;
            broken_ = errno != EAGAIN;
            return;
        }
        unsent_.remove_prefix(static_cast<std::size_t>(sent));
    }
}

Connection::Progress Connection::read_more() {
    if (broken_) return Progress::kBroken;
    static thread_local std::array<char, 65536> buffer;
    const ssize_t got = recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (got == 0) return Progress::kBroken;
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR ? Progress::kWaiting : Progress::kBroken;
    }
    received_.append(buffer.data(), static_cast<std::size_t>(got));
    if (!take_answer()) return broken_ ? Progress::kBroken : Progress::kWaiting;
    busy_ = false;
    return Progress::kAnswered;
}

bool Connection::take_answer() {
    const auto end = received_.find("\r\n\r\n");
    if (end == std::string::npos || received_.size() < 12) return false;
    status_ = 0;
    std::from_chars(received_.data() + 9, received_.data() + 12, status_);
    const long long length = content_length(std::string_view(received_).substr(0, end));
    if (length < 0) {
        broken_ = true;
        return false;
    }
    if (received_.size() < end + 4 + static_cast<std::size_t>(length)) return false;
    received_.clear();  // one request at a time: nothing comes after its answer
    return true;
}

}  // namespace eyed::bench
