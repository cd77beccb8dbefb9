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

constexpr std::uint64_t kCustomers = 1000;

std::string purchase_text() {
    return R"({"sold_at":"2021-01-01 09:15:27.243860",)"
           R"("customer":{"document":"00000000000","name":"Ana Souza"},"total":"40.00",)"
           R"("products":[{"type":"A","value":"10.00","qty":2},)"
           R"({"type":"B","value":"20.00","qty":1}]})";
}

/// A check digit of a CPF: of the digits before it, the first with that weight.
char check_digit(const char* digits, std::uint64_t weight) {
    std::uint64_t sum = 0;
    for (; weight >= 2; --weight)
        sum += static_cast<std::uint64_t>(*digits++ - '0') * weight;
    const std::uint64_t rest = sum * 10 % 11;
    return static_cast<char>('0' + (rest == 10 ? 0 : rest));
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

void put_timestamp(char* at, std::int64_t micros, std::int64_t first_second = kFirstSecond) {
    const std::time_t seconds = first_second + micros / 1'000'000;
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
    const bool purchases = options.content == RequestOptions::Content::kPurchases;
    const std::string event = purchases ? purchase_text() : event_text(options.event_ids);
    const auto value_of = [&](std::string_view key) {
        const std::string_view colon = purchases ? "\":\"" : "\": \"";
        const auto at = event.find(fmt::format("\"{}{}", key, colon));
        return at == std::string::npos ? 0 : at + key.size() + 1 + colon.size();
    };
    fields_ = {value_of("event_id"), value_of("session_id"), value_of("category"),
               value_of("name"),     value_of("timestamp"),  0};
    if (purchases) fields_.timestamp = value_of("sold_at");
    if (purchases) fields_.document = value_of("document");
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

// Sold a second apart, from a year ago on, and some microseconds by chance: no two are the same.
void Request::patch_purchase(char* purchase, std::uint64_t index) {
    static const std::int64_t a_year_ago = std::time(nullptr) - std::int64_t{365} * 86'400;
    const std::uint64_t random = next_random(random_);
    put_timestamp(purchase + fields_.timestamp,
                  static_cast<std::int64_t>(index * 1'000'000 + random % 1'000'000), a_year_ago);
    char* document = purchase + fields_.document;
    put_decimal(document, 9, 100'000'000 + index % kCustomers * 7'919);
    document[9] = check_digit(document, 10);
    document[10] = check_digit(document, 11);
}

void Request::patch(char* event, std::uint64_t index) {
    if (options_.event_ids == RequestOptions::EventIds::kUnique) {
        put_hex(event + fields_.event_id, 16, index);
    }
    if (options_.content == RequestOptions::Content::kReadme) return;
    if (options_.content == RequestOptions::Content::kPurchases)
        return patch_purchase(event, index);
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
