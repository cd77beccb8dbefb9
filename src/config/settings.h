#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/network.h"

namespace eyed::config {

enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError };
enum class LogFormat {
    kAuto,  ///< text on a terminal, else json
    kText,
    kJson,
};

/// What a shared secret signs JWTs with.
enum class JwtHmac { kHs256, kHs384, kHs512 };
/// What a public key checks JWTs with.
enum class JwtSignature { kRs256, kRs384, kRs512, kPs256, kEs256, kEs384, kEdDsa };

/// Who may change the calendar without credentials; everybody may read it.
enum class CalendarAccess {
    kAuthenticated,  ///< nobody
    kOpen,           ///< everybody
};
/// What becomes of an event at a location that is taken then.
enum class CalendarConflicts { kWarn, kRefuse, kAllow };

/// How a line of a purchase becomes whole centavos.
enum class CashbackRounding { kHalfUp, kHalfEven, kDown };

/// Everything that can be set, validated: names, bounds and defaults are the rows of the table in
/// settings_table.cc, which docs/reference/config.md is made from. A plain value; made by load().
/// Sizes are bytes. The nested names are the dotted names: `http.body_limit`.
struct Settings {
    std::string data;    ///< directory of log, store and catalog
    std::string host;    ///< `listen`: where to listen, without brackets
    std::uint16_t port;  ///< `listen`: 0 takes any free one
    bool demo;

    struct Http {
        std::uint32_t threads;  ///< io threads; 0: one per core
        std::uint32_t max_connections;
        std::uint64_t header_limit;
        std::uint64_t body_limit;
        std::uint64_t decompressed_limit;
        std::chrono::microseconds header_timeout;  ///< from the first byte to the end of the header
        std::chrono::microseconds body_timeout;
        std::chrono::microseconds idle_timeout;   ///< between two requests of a connection
        std::chrono::microseconds write_timeout;  ///< of an answer that its client does not take
        std::chrono::microseconds stop_timeout;   ///< for what was accepted, once stopping
        std::vector<std::string> cors_origins;    ///< `https://x.org`, or `*` alone
        std::vector<Network> trusted_proxies;     ///< whose X-Forwarded-… fields count
    } http;

    struct Tls {
        std::string certificate;  ///< PEM file, chain included; empty: plain HTTP
        std::string key;          ///< PEM file
    } tls;

    struct Log {
        std::uint64_t segment_bytes;
        std::chrono::microseconds retention;  ///< of applied segments; 0: for ever
        std::uint64_t queue_bytes;            ///< waiting to be written; more answers 503
    } log;

    struct Ingest {
        std::uint64_t dedup_memory;
        std::chrono::microseconds dedup_window;
        std::chrono::microseconds future_tolerance;  ///< how far a sender's clock may be ahead
        std::uint32_t max_batch;                     ///< events
        std::uint32_t max_types;                     ///< per application
        std::uint32_t max_depth;                     ///< of JSON
    } ingest;

    struct Store {
        std::uint64_t memory;                     ///< of DuckDB
        std::uint32_t threads;                    ///< of DuckDB; 0: one per core
        std::uint32_t readers;                    ///< queries at once
        std::chrono::microseconds query_timeout;  ///< of one query
        std::chrono::microseconds
            fresh_timeout;  ///< how long a query waits for what came before it
    } store;

    struct Auth {
        std::chrono::microseconds session_lifetime;  ///< of a browser's login
        std::uint32_t login_attempts;                ///< a minute; see auth::LoginThrottle
        std::uint32_t hash_threads;                  ///< passwords hashed at once
        std::uint64_t hash_memory;                   ///< of argon2id, per password
        std::uint32_t hash_passes;                   ///< of argon2id
        std::chrono::microseconds access_lifetime;   ///< of a JWT of ours
        std::chrono::microseconds refresh_lifetime;  ///< of what gives the next one
        std::string jwt_secret;                      ///< of JWTs made elsewhere; empty: none
        JwtHmac jwt_algorithm;                       ///< the one that `jwt_secret` is used with
        std::string jwt_public_key;                  ///< PEM file; empty: none
        JwtSignature jwt_public_key_algorithm;       ///< the one that it is used with
        std::string jwt_issuer;                      ///< empty: anybody
        std::string jwt_audience;                    ///< empty: any
        std::chrono::microseconds jwt_leeway;        ///< between the clocks
        std::string jwt_application;                 ///< whose events they send and read
        std::vector<std::string> jwt_scopes;         ///< of ingest, read, manage, cashback
    } auth;

    struct Calendar {
        CalendarAccess access;
        CalendarConflicts conflicts;
        std::string zone;  ///< IANA name, of times that come without zone and offset
    } calendar;

    struct Cashback {
        std::string target_url;         ///< that pays it; empty: none yet
        std::string target_lookup_url;  ///< empty: none
        std::chrono::microseconds target_lookup_delay;
        std::string target_reversal_url;      ///< empty: none
        std::string target_unknown_statuses;  ///< `408,502,504`
        std::string target_authorization;     ///< value of its Authorization header; empty: none
        bool target_idempotent;
        std::chrono::microseconds target_timeout;
        std::uint32_t target_concurrency;
        std::vector<std::chrono::microseconds> retry_schedule;
        std::chrono::microseconds answer_wait;
        std::chrono::microseconds oldest;  ///< 0: however old
        CashbackRounding rounding;
    } cashback;

    struct Delivery {
        std::vector<Network> allow_networks;  ///< beside public addresses
        std::uint32_t max_requests;           ///< at once
        std::chrono::microseconds keep;       ///< finished deliveries
    } delivery;

    struct Logging {
        LogLevel level;
        LogFormat format;
    } logging;
};

/// All defaults: what load() gives when no source says anything.
Settings default_settings();

}  // namespace eyed::config
