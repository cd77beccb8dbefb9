#include "http/site.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "base/check.h"
#include "base/uuid.h"
#include "http/connection.h"

namespace eyed::http {
namespace {

std::chrono::milliseconds tick_for(const Limits& limits) {
    const std::chrono::milliseconds shortest =
        std::min({limits.header_timeout, limits.body_timeout, limits.idle_timeout,
                  limits.write_timeout, limits.linger_timeout});
    return std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(250));
}

}  // namespace

Shard::Shard(Executor& executor, Site& site)
    : executor_(executor), site_(site), tick_(tick_for(site.options.limits)) {
    EYED_CHECK(::getrandom(random_state_, sizeof random_state_, 0) == sizeof random_state_);
}

void Shard::add(Connection& connection) {
    connection.place_ = connections_.insert(connections_.end(), &connection);
}

void Shard::remove(Connection& connection) {
    connections_.erase(connection.place_);
    add_load(-1);
}

void Shard::check_deadlines() {
    const Instant now = std::chrono::steady_clock::now();
    for (Connection* connection : connections_)
        connection->check_deadline(now);
}

bool Shard::drop_oldest_idle() {
    Connection* oldest = nullptr;
    for (Connection* connection : connections_)
        if (connection->idle() &&
            (oldest == nullptr || connection->idle_since() < oldest->idle_since()))
            oldest = connection;
    if (oldest == nullptr) return false;
    oldest->abort();
    return true;
}

void Shard::stop() {
    for (Connection* connection : connections_)
        connection->stop();
}

void Shard::abort() {
    for (Connection* connection : connections_)
        connection->abort();
}

std::string_view Shard::http_date() {
    const std::time_t now = std::time(nullptr);
    if (now == date_second_) return date_;
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 40> text;
    // The C locale's names, whatever the environment says: nothing calls setlocale.
    const std::size_t length =
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
    date_.assign(text.data(), length);
    date_second_ = now;
    return date_;
}

// xoshiro256** by Blackman and Vigna (public domain).
std::uint64_t Shard::random() {
    const auto rotate = [](std::uint64_t x, int by) { return x << by | x >> (64 - by); };
    std::uint64_t* s = random_state_;
    const std::uint64_t result = rotate(s[1] * 5, 7) * 9;
    const std::uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

void Shard::make_request_id(std::string& out) {
    const std::uint64_t high = (random() & ~0xf000ull) | 0x4000ull;
    const std::uint64_t low = (random() & ~(3ull << 62)) | 2ull << 62;
    out.clear();
    append_uuid(Uuid::from_halves(high, low), out);
}

}  // namespace eyed::http
