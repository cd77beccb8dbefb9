#include "app/part_options.h"

namespace eyed::app {

std::chrono::milliseconds to_ms(std::chrono::microseconds time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time);
}

http::Options http_options(const config::Settings& settings) {
    http::Options options;
    options.host = settings.host;
    options.port = settings.port;
    options.threads = settings.http.threads;
    options.tls_certificate = settings.tls.certificate;
    options.tls_key = settings.tls.key;
    options.cors_origins = settings.http.cors_origins;
    options.trusted_proxies = settings.http.trusted_proxies;
    options.limits.header = settings.http.header_limit;
    options.limits.body = settings.http.body_limit;
    options.limits.decompressed = settings.http.decompressed_limit;
    options.limits.header_timeout = to_ms(settings.http.header_timeout);
    options.limits.body_timeout = to_ms(settings.http.body_timeout);
    options.limits.idle_timeout = to_ms(settings.http.idle_timeout);
    options.limits.write_timeout = to_ms(settings.http.write_timeout);
    return options;
}

Hash128 first_bits(const std::array<std::uint8_t, 32>& signature) {
    constexpr std::size_t kHalf = 8;
    Hash128 bits;
    for (std::size_t i = 0; i < kHalf; ++i) {
        bits.high = bits.high << 8 | signature[i];
        bits.low = bits.low << 8 | signature[i + kHalf];
    }
    return bits;
}

delivery::Service::CashbackTarget cashback_target(const config::Settings& settings) {
    const auto& cashback = settings.cashback;
    delivery::Service::CashbackTarget target{
        .url = cashback.target_url,
        .lookup_url = cashback.target_lookup_url,
        .lookup_delay =
            std::chrono::duration_cast<std::chrono::seconds>(cashback.target_lookup_delay),
        .reversal_url = cashback.target_reversal_url,
        .authorization = cashback.target_authorization,
        .unknown_statuses = cashback.target_unknown_statuses,
        .is_idempotent = cashback.target_idempotent,
        .timeout = to_ms(cashback.target_timeout),
        .concurrency = cashback.target_concurrency,
        .schedule = {},
    };
    for (const auto wait : cashback.retry_schedule)
        target.schedule.push_back(std::chrono::duration_cast<std::chrono::seconds>(wait));
    return target;
}

auth::PasswordHasher::Cost hash_cost(const config::Settings& settings) {
    return {.memory_bytes = settings.auth.hash_memory, .passes = settings.auth.hash_passes};
}

}  // namespace eyed::app
