#include "request.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace eyed::bench {
namespace {

// About so many events a session has, and so many sessions are alive at a time.
constexpr std::uint64_t kSessionEvents = 20;
constexpr std::uint64_t kAliveSessions = 1000;
constexpr std::int64_t kFirstSecond = 1'609'459'200;  // 2021-01-01T00:00:00Z

std::string event_text(RequestOptions::EventIds event_ids) {
    // The README example of seed 001.
    std::string text = R"({"session_id": "e2085be5-9137-4e4e-80b5-f1ffddc25423", )"
                       R"("category": "page interaction", "name": "cta click", )"
                       R"("data": {"host": "www.consumeraffairs.com", "path": "/", )"
                       R"("element": "chat bubble"}, )"
                       R"("timestamp": "2021-01-01 09:15:27.243860"})";
    if (event_ids == RequestOptions::EventIds::kUnique) {
        text.insert(1, R"("event_id": "0000000000000000", )");
    }
    return text;
}

std::uint64_t next_random(std::uint64_t& state) {  // xorshift64*
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return state * 0x2545F4914F6CDD1DULL;
}

void put_hex(char* at, std::size_t digits, std::uint64_t value) {
    for (std::size_t i = digits; i-- > 0; value >>= 4)
        at[i] = "0123456789abcdef"[value & 15];
}

void put_decimal(char* at, std::size_t digits, std::uint64_t value) {
    for (std::size_t i = digits; i-- > 0; value /= 10) {
        at[i] = static_cast<char>('0' + value % 10);
    }
}

void put_timestamp(char* at, std::int64_t micros) {
    const std::time_t seconds = kFirstSecond + micros / 1'000'000;
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    put_decimal(at, 4, static_cast<std::uint64_t>(parts.tm_year + 1900));
    put_decimal(at + 5, 2, static_cast<std::uint64_t>(parts.tm_mon + 1));
    put_decimal(at + 8, 2, static_cast<std::uint64_t>(parts.tm_mday));
    put_decimal(at + 11, 2, static_cast<std::uint64_t>(parts.tm_hour));
    put_decimal(at + 14, 2, static_cast<std::uint64_t>(parts.tm_min));
    put_decimal(at + 17, 2, static_cast<std::uint64_t>(parts.tm_sec));
    put_decimal(at + 20, 6, static_cast<std::uint64_t>(micros % 1'000'000));
}

}  // namespace

Request::Request(const RequestOptions& options, std::atomic<std::uint64_t>& sequence)
    : options_(options),
      sequence_(sequence),
      random_(0x9E3779B97F4A7C15ULL ^ reinterpret_cast<std::uintptr_t>(this)) {
    const std::string event = event_text(options.event_ids);
    const auto value_of = [&event](std::string_view key) {
        const auto at = event.find(fmt::format("\"{}\": \"", key));
        return at == std::string::npos ? 0 : at + key.size() + 5;
    };
    fields_ = {value_of("event_id"), value_of("session_id"), value_of("category"), value_of("name"),
               value_of("timestamp")};
    std::string body;
    std::vector<std::size_t> starts;
    if (options.events > 1) body = "[";
    for (std::uint32_t i = 0; i < options.events; ++i) {
        if (i > 0) body += ",";
        starts.push_back(body.size());
        body += event;
    }
    if (options.events > 1) body += "]";
    bytes_ = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", options.events ? "POST" : "GET",
                         options.path, options.host);
    if (!options.token.empty()) {
        bytes_ += fmt::format("Authorization: Token {}\r\n", options.token);
    }
    if (options.events > 0) {
        bytes_ +=
            fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    }
    bytes_ += "\r\n";
    for (const std::size_t start : starts)
        starts_.push_back(bytes_.size() + start);
    bytes_ += body;
}

std::string_view Request::next() {
    std::uint64_t index = sequence_.fetch_add(std::max(options_.events, 1U));
    for (const std::size_t start : starts_)
        patch(bytes_.data() + start, index++);
    return bytes_;
}

void Request::patch(char* event, std::uint64_t index) {
    if (options_.event_ids == RequestOptions::EventIds::kUnique) {
        put_hex(event + fields_.event_id, 16, index);
    }
    if (options_.content == RequestOptions::Content::kReadme) return;
    const std::uint64_t random = next_random(random_);
    const std::uint64_t generation = index / (kSessionEvents * kAliveSessions);
    put_hex(event + fields_.session, 8, generation * kAliveSessions + random % kAliveSessions);
    // "page interaction" and "cta click" keep their lengths: "page interact 7", "click 042".
    put_decimal(event + fields_.category + 15, 1, (random >> 16) % 10);
    event[fields_.category + 14] = ' ';
    event[fields_.name + 5] = ' ';
    std::copy_n("click", 5, event + fields_.name);
    put_decimal(event + fields_.name + 6, 3, (random >> 24) % 500);
    const std::uint64_t span = options_.days * 86'400ULL * 1'000'000ULL;
    const std::uint64_t jitter = (random >> 40) % 1'000'000;
    const auto micros = static_cast<std::uint64_t>(static_cast<double>(index) /
                                                   static_cast<double>(options_.expected_events) *
                                                   static_cast<double>(span)) %
                        span;
    put_timestamp(event + fields_.timestamp, static_cast<std::int64_t>(micros + jitter));
}

}  // namespace eyed::bench
