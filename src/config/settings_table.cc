#include "config/settings_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"
#include "config/values.h"

namespace eyed::config {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kKiB = 1U << 10U;
constexpr std::uint64_t kMiB = 1U << 20U;
constexpr std::uint64_t kGiB = 1U << 30U;
constexpr std::uint64_t kTiB = kGiB * 1024;
constexpr auto kDay = std::chrono::microseconds(24h);

/// The function that finds a field: EYED_AT(std::string, log.queue_bytes).
#define EYED_AT(Type, field) [](Settings& s) -> Type& { return s.field; }
#define EYED_TEXT(field) EYED_AT(std::string, field)
#define EYED_NUMBER(field) EYED_AT(std::uint32_t, field)
#define EYED_SIZE(field) EYED_AT(std::uint64_t, field)
#define EYED_TIME(field) EYED_AT(std::chrono::microseconds, field)

const std::vector<Row>& rows() {
    static const std::vector<Row> table{
        {"data", TextKind{EYED_TEXT(data), TextKind::Empty::kRefused}, "data",
         "Directory of the log, the store and the catalog. Made when absent."},
        {"listen", EndpointKind{}, "127.0.0.1:8000",
         "Where to listen. An IPv6 address stands in brackets; port 0 takes any free one."},
        {"demo", SwitchKind{EYED_AT(bool, demo)}, "false",
         "Loads sample data into an empty installation and opens the calendar to everybody."},

        {"http.threads", IntegerKind{EYED_NUMBER(http.threads), 0, 256}, "0",
         "I/O threads; 0: one per core."},
        {"http.max_connections", IntegerKind{EYED_NUMBER(http.max_connections), 1, 1'000'000},
         "10000",
         "Connections open at once, fewer when the limit of open files is low; one more closes the "
         "longest idle one, or answers 503."},
        {"http.header_limit", BytesKind{EYED_SIZE(http.header_limit), kKiB, kMiB}, "16KiB",
         "A longer request header answers 431, and so does one of more than 128 fields."},
        {"http.body_limit", BytesKind{EYED_SIZE(http.body_limit), kKiB, kGiB}, "16MiB",
         "A longer request body answers 413."},
        {"http.decompressed_limit", BytesKind{EYED_SIZE(http.decompressed_limit), kKiB, kGiB},
         "64MiB", "A compressed body that unpacks to more answers 413."},
        {"http.header_timeout", DurationKind{EYED_TIME(http.header_timeout), 100ms, 1h}, "10s",
         "For a request's header, from its first byte."},
        {"http.body_timeout", DurationKind{EYED_TIME(http.body_timeout), 100ms, 1h}, "30s",
         "For a request's body."},
        {"http.idle_timeout", DurationKind{EYED_TIME(http.idle_timeout), 100ms, kDay}, "75s",
         "Between two requests of one connection."},
        {"http.write_timeout", DurationKind{EYED_TIME(http.write_timeout), 100ms, 1h}, "30s",
         "For an answer whose client does not read. A client that does must take 4 KiB/s in the "
         "long run."},
        {"http.stop_timeout", DurationKind{EYED_TIME(http.stop_timeout), 100ms, 1h}, "8s",
         "For requests under way once the program is told to stop."},
        {"http.cors_origins", OriginsKind{EYED_AT(std::vector<std::string>, http.cors_origins)}, "",
         "Origins whose scripts may call from a browser. Empty: none."},
        {"http.trusted_proxies", NetworksKind{EYED_AT(std::vector<Network>, http.trusted_proxies)},
         "",
         "Networks of reverse proxies, whose `X-Forwarded-For`, `-Proto` and `-Host` count: such a "
         "proxy "
         "must set or remove all three. Empty: nobody's."},

        {"tls.certificate", TextKind{EYED_TEXT(tls.certificate)}, "",
         "PEM file with the certificate and its chain. Empty: plain HTTP."},
        {"tls.key", TextKind{EYED_TEXT(tls.key)}, "", "PEM file with the certificate's key."},

        {"log.segment_bytes", BytesKind{EYED_SIZE(log.segment_bytes), kMiB, 4 * kGiB}, "128MiB",
         "Size of one segment file of the log."},
        {"log.retention",
         DurationKind{EYED_TIME(log.retention), 1min, 36'500 * kDay, DurationKind::Zero::kAllowed},
         "0", "How long segments are kept once they are in the store; 0: for ever."},
        {"log.queue_bytes", BytesKind{EYED_SIZE(log.queue_bytes), kMiB, 16 * kGiB}, "64MiB",
         "Records that wait to be written; more answers 503."},

        {"ingest.dedup_memory", BytesKind{EYED_SIZE(ingest.dedup_memory), kMiB, kTiB}, "256MiB",
         "Memory of the dedup window: about 10 million event ids in 256MiB."},
        {"ingest.dedup_window", DurationKind{EYED_TIME(ingest.dedup_window), 1s, 3650 * kDay}, "7d",
         "How far back the same event_id is known, within the memory."},
        {"ingest.future_tolerance",
         DurationKind{EYED_TIME(ingest.future_tolerance), 1ms, 3650 * kDay,
                      DurationKind::Zero::kAllowed},
         "5s", "How far a timestamp may be ahead of now."},
        {"ingest.max_batch", IntegerKind{EYED_NUMBER(ingest.max_batch), 1, 1'000'000}, "10000",
         "Events in one request; more answers 413."},
        {"ingest.max_types", IntegerKind{EYED_NUMBER(ingest.max_types), 1, 1'000'000}, "10000",
         "Event types that one application may make."},
        {"ingest.max_depth", IntegerKind{EYED_NUMBER(ingest.max_depth), 2, 1000}, "64",
         "How deep an event's JSON may be nested."},

        {"store.memory", BytesKind{EYED_SIZE(store.memory), 64 * kMiB, 16 * kTiB}, "512MiB",
         "Memory that DuckDB may take."},
        {"store.threads", IntegerKind{EYED_NUMBER(store.threads), 0, 256}, "0",
         "Threads of DuckDB; 0: one per core."},
        {"store.readers", IntegerKind{EYED_NUMBER(store.readers), 1, 256}, "4",
         "Queries that run at the same time; the others wait."},
        {"store.query_timeout", DurationKind{EYED_TIME(store.query_timeout), 10ms, kDay}, "30s",
         "A query that takes longer is stopped and answers 503."},
        {"store.fresh_timeout",
         DurationKind{EYED_TIME(store.fresh_timeout), 1ms, 1min, DurationKind::Zero::kAllowed},
         "1s", "How long a query waits for events accepted before it."},

        {"auth.session_lifetime", DurationKind{EYED_TIME(auth.session_lifetime), 1min, 365 * kDay},
         "12h", "After that a browser has to log in again."},
        {"auth.login_attempts", IntegerKind{EYED_NUMBER(auth.login_attempts), 1, 100'000}, "10",
         "Logins that may be tried a minute, per user and address; of one address with any names "
         "five "
         "times as many. More answers 429."},
        {"auth.hash_threads", IntegerKind{EYED_NUMBER(auth.hash_threads), 1, 64}, "1",
         "Passwords that are hashed at the same time."},
        {"auth.hash_memory", BytesKind{EYED_SIZE(auth.hash_memory), 8 * kKiB, 4 * kGiB}, "64MiB",
         "Memory of one argon2id hash while it is made."},
        {"auth.hash_passes", IntegerKind{EYED_NUMBER(auth.hash_passes), 1, 100}, "2",
         "Passes of one argon2id hash."},

        {"auth.access_lifetime", DurationKind{EYED_TIME(auth.access_lifetime), 1s, kDay}, "5m",
         "How long an access token of `/api/token/` counts."},
        {"auth.refresh_lifetime", DurationKind{EYED_TIME(auth.refresh_lifetime), 1s, 365 * kDay},
         "1d", "How long a refresh token of `/api/token/` counts; it counts once."},
        {"auth.jwt_secret", SecretKind{EYED_TEXT(auth.jwt_secret)}, "",
         "Secret shared with who makes JWTs elsewhere, 32 bytes or more. Empty: they are refused. "
         "The "
         "variable `SECRET_KEY` counts where nothing else sets this."},
        {"auth.jwt_algorithm",
         ChoiceKind{
             {"HS256", "HS384", "HS512"},
             [](Settings& s, std::size_t i) { s.auth.jwt_algorithm = static_cast<JwtHmac>(i); }},
         "HS256",
         "The one algorithm that the shared secret is used with. The variable `ALGORITHM` counts "
         "beside `SECRET_KEY`, where nothing else sets this."},
        {"auth.jwt_public_key", TextKind{EYED_TEXT(auth.jwt_public_key)}, "",
         "PEM file with the public key of who makes JWTs elsewhere. Empty: none."},
        {"auth.jwt_public_key_algorithm",
         ChoiceKind{{"RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"},
                    [](Settings& s, std::size_t i) {
                        s.auth.jwt_public_key_algorithm = static_cast<JwtSignature>(i);
                    }},
         "RS256", "The one algorithm that the public key is used with."},
        {"auth.jwt_issuer", TextKind{EYED_TEXT(auth.jwt_issuer)}, "",
         "What a JWT made elsewhere must have as `iss`. Empty: anything or nothing."},
        {"auth.jwt_audience", TextKind{EYED_TEXT(auth.jwt_audience)}, "",
         "What a JWT made elsewhere must have as `aud`, or in it. Empty: a JWT with `aud` is "
         "refused."},
        {"auth.jwt_leeway",
         DurationKind{EYED_TIME(auth.jwt_leeway), 1ms, 1min, DurationKind::Zero::kAllowed}, "0",
         "How far the clock of who makes JWTs elsewhere may be off."},
        {"auth.jwt_application",
         TextKind{EYED_TEXT(auth.jwt_application), TextKind::Empty::kRefused}, "jwt",
         "The application that JWTs made elsewhere send as and read. Made at the start."},
        {"auth.jwt_scopes",
         NamesKind{{"ingest", "read", "manage", "cashback"},
                   EYED_AT(std::vector<std::string>, auth.jwt_scopes)},
         "ingest,read,manage", "What JWTs made elsewhere may do."},

        {"calendar.access",
         ChoiceKind{{"authenticated", "open"},
                    [](Settings& s, std::size_t i) {
                        s.calendar.access = static_cast<CalendarAccess>(i);
                    }},
         "authenticated",
         "`open` lets everybody change the calendar, without credentials. Everybody may read it."},
        {"calendar.conflicts",
         ChoiceKind{{"warn", "refuse", "allow"},
                    [](Settings& s, std::size_t i) {
                        s.calendar.conflicts = static_cast<CalendarConflicts>(i);
                    }},
         "warn",
         "An event at a location that is taken at the time: `warn` keeps it and names the other in "
         "`conflicts`, `refuse` answers 409 unless `force=1` is given, `allow` does not look."},
        {"calendar.zone", TextKind{EYED_TEXT(calendar.zone), TextKind::Empty::kRefused}, "UTC",
         "Time zone, such as Europe/Berlin, of calendar events that come without one."},

        {"cashback.target_url", TextKind{EYED_TEXT(cashback.target_url)}, "",
         "Where cashback is sent to be paid. Empty: purchases are taken, and what is due waits."},
        {"cashback.target_lookup_url", TextKind{EYED_TEXT(cashback.target_lookup_url)}, "",
         "Asked by GET whether a payment of unknown outcome was made: `{id}` in it is what was "
         "sent "
         "as Idempotency-Key. 2xx: it was; 404: it was not. Empty: such payments wait for a "
         "decision."},
        {"cashback.target_lookup_delay",
         DurationKind{EYED_TIME(cashback.target_lookup_delay), 1s, kDay}, "60s",
         "How long after an unknown outcome the target is asked. It must not pay a request later "
         "than that: 404 means that it is sent again."},
        {"cashback.target_reversal_url", TextKind{EYED_TEXT(cashback.target_reversal_url)}, "",
         "Where cashback that was paid is sent to be taken back. Empty: reversals are marked for "
         "settlement."},
        {"cashback.target_unknown_statuses", TextKind{EYED_TEXT(cashback.target_unknown_statuses)},
         "408,502,504",
         "Statuses behind which the target may have paid all the same, such as `408,500-599`, "
         "beside "
         "successes other than 201. Any other status is its word that it did not pay, and the "
         "payment is tried again."},
        {"cashback.target_authorization", SecretKind{EYED_TEXT(cashback.target_authorization)}, "",
         "The Authorization header that the three URLs are sent, such as `Bearer …`."},
        {"cashback.target_idempotent", SwitchKind{EYED_AT(bool, cashback.target_idempotent)},
         "false",
         "Whether the target pays once however often it is sent the same Idempotency-Key: payments "
         "of unknown outcome are then sent again."},
        {"cashback.target_timeout", DurationKind{EYED_TIME(cashback.target_timeout), 100ms, 5min},
         "15s", "For the target's answer. Behind it the outcome is unknown."},
        {"cashback.target_concurrency",
         IntegerKind{EYED_NUMBER(cashback.target_concurrency), 1, 1'000}, "50",
         "Requests to the target at once."},
        {"cashback.retry_schedule",
         DurationsKind{EYED_AT(std::vector<std::chrono::microseconds>, cashback.retry_schedule), 1s,
                       7 * kDay, 50},
         "5s,5m,30m,2h,5h,10h,10h",
         "Waits between attempts to pay that surely failed; behind the last one it has failed for "
         "good, until somebody retries."},
        {"cashback.answer_wait",
         DurationKind{EYED_TIME(cashback.answer_wait), 1ms, 1min, DurationKind::Zero::kAllowed},
         "2s",
         "How long the answer to a purchase waits for the target: 201 when it paid by then, else "
         "202."},
        {"cashback.oldest",
         DurationKind{EYED_TIME(cashback.oldest), 1h, 36'500 * kDay, DurationKind::Zero::kAllowed},
         "1826d", "How long ago a purchase may have been sold; 0: however long."},
        {"cashback.rounding",
         ChoiceKind{{"half_up", "half_even", "down"},
                    [](Settings& s, std::size_t i) {
                        s.cashback.rounding = static_cast<CashbackRounding>(i);
                    }},
         "half_up", "How what a line earns becomes whole centavos."},

        {"delivery.allow_networks",
         NetworksKind{EYED_AT(std::vector<Network>, delivery.allow_networks)}, "",
         "Networks beside the public Internet that deliveries may go to, such as 10.0.0.0/8. "
         "Empty: none; so nobody can have requests made to what is private."},
        {"delivery.max_requests", IntegerKind{EYED_NUMBER(delivery.max_requests), 1, 10'000},
         "2000", "Deliveries under way at once, of all destinations together."},
        {"delivery.keep", DurationKind{EYED_TIME(delivery.keep), 1h, 36'500 * kDay}, "30d",
         "How long deliveries that were finished are kept, and their attempts. Those of cashback "
         "stay."},

        {"logging.level",
         ChoiceKind{{"trace", "debug", "info", "warn", "error"},
                    [](Settings& s, std::size_t i) { s.logging.level = static_cast<LogLevel>(i); }},
         "info", "The least urgent messages that are written."},
        {"logging.format",
         ChoiceKind{
             {"auto", "text", "json"},
             [](Settings& s, std::size_t i) { s.logging.format = static_cast<LogFormat>(i); }},
         "auto", "`auto` writes text to a terminal and JSON elsewhere."},
    };
    return table;
}

bool is_origin(std::string_view text) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!text.starts_with(scheme)) continue;
        const auto host = text.substr(scheme.size());
        return !host.empty() && host.find_first_of("/ ?#@\"'") == std::string_view::npos;
    }
    return false;
}

/// Reads one value into its place; false when it is not allowed.
struct Setter {
    std::string_view text;
    Settings& settings;

    bool operator()(const TextKind& kind) const {
        if (text.empty() && kind.empty == TextKind::Empty::kRefused) return false;
        kind.at(settings) = text;
        return true;
    }
    bool operator()(const SecretKind& kind) const {
        kind.at(settings) = text;
        return true;
    }
    bool operator()(const SwitchKind& kind) const {
        const auto value = parse_switch(text);
        if (value) kind.at(settings) = *value;
        return value.has_value();
    }
    bool operator()(const IntegerKind& kind) const {
        const auto value = parse_integer(text);
        if (!value || *value < kind.min || *value > kind.max) return false;
        kind.at(settings) = static_cast<std::uint32_t>(*value);
        return true;
    }
    bool operator()(const BytesKind& kind) const {
        const auto value = parse_bytes(text);
        if (!value || *value < kind.min || *value > kind.max) return false;
        kind.at(settings) = *value;
        return true;
    }
    bool operator()(const DurationKind& kind) const {
        const auto value = parse_duration(text);
        if (!value) return false;
        const bool zero = value->count() == 0 && kind.zero == DurationKind::Zero::kAllowed;
        if (!zero && (*value < kind.min || *value > kind.max)) return false;
        kind.at(settings) = *value;
        return true;
    }
    bool operator()(const ChoiceKind& kind) const {
        const auto found = std::ranges::find(kind.names, text);
        if (found == kind.names.end()) return false;
        kind.set(settings, static_cast<std::size_t>(found - kind.names.begin()));
        return true;
    }
    bool operator()(const OriginsKind& kind) const {
        std::vector<std::string> origins;
        for (auto left = text; !trimmed(left).empty();) {
            const auto comma = std::min(left.find(','), left.size());
            const auto origin = trimmed(left.substr(0, comma));
            const bool alone = comma == left.size() && origins.empty();
            if (!is_origin(origin) && !(origin == "*" && alone)) return false;
            origins.emplace_back(origin);
            left.remove_prefix(std::min(comma + 1, left.size()));
        }
        kind.at(settings) = std::move(origins);
        return true;
    }
    bool operator()(const NetworksKind& kind) const {
        std::vector<Network> networks;
        for (auto left = text; !trimmed(left).empty();) {
            const auto comma = std::min(left.find(','), left.size());
            const auto network = Network::parse(trimmed(left.substr(0, comma)));
            if (!network) return false;
            networks.push_back(*network);
            left.remove_prefix(std::min(comma + 1, left.size()));
        }
        kind.at(settings) = std::move(networks);
        return true;
    }
    bool operator()(const DurationsKind& kind) const {
        std::vector<std::chrono::microseconds> durations;
        for (auto left = text; !trimmed(left).empty();) {
            const auto comma = std::min(left.find(','), left.size());
            const auto duration = parse_duration(trimmed(left.substr(0, comma)));
            if (!duration || *duration < kind.min || *duration > kind.max) return false;
            if (durations.size() == kind.most) return false;
            durations.push_back(*duration);
            left.remove_prefix(std::min(comma + 1, left.size()));
        }
        kind.at(settings) = std::move(durations);
        return true;
    }
    bool operator()(const NamesKind& kind) const {
        std::vector<std::string> names;
        for (auto left = text; !trimmed(left).empty();) {
            const auto comma = std::min(left.find(','), left.size());
            const auto name = trimmed(left.substr(0, comma));
            if (std::ranges::find(kind.names, name) == kind.names.end()) return false;
            names.emplace_back(name);
            left.remove_prefix(std::min(comma + 1, left.size()));
        }
        if (names.empty()) return false;
        kind.at(settings) = std::move(names);
        return true;
    }
    bool operator()(const EndpointKind&) const {
        auto endpoint = parse_endpoint(text);
        if (!endpoint) return false;
        settings.host = std::move(endpoint->host);
        settings.port = endpoint->port;
        return true;
    }
};

struct Describer {
    std::string operator()(const TextKind& kind) const {
        return kind.empty == TextKind::Empty::kRefused ? "a text, not empty" : "a text";
    }
    std::string operator()(const SecretKind&) const { return "a text; it is never shown"; }
    std::string operator()(const SwitchKind&) const { return "true or false"; }
    std::string operator()(const IntegerKind& kind) const {
        return fmt::format("a whole number from {} to {}", kind.min, kind.max);
    }
    std::string operator()(const BytesKind& kind) const {
        return fmt::format("a size from {} to {} (B, KiB, MiB, GiB, TiB)", format_bytes(kind.min),
                           format_bytes(kind.max));
    }
    std::string operator()(const DurationKind& kind) const {
        return fmt::format("{}a duration from {} to {} (us, ms, s, m, h, d)",
                           kind.zero == DurationKind::Zero::kAllowed ? "0 or " : "",
                           format_duration(kind.min), format_duration(kind.max));
    }
    std::string operator()(const ChoiceKind& kind) const {
        return fmt::format("one of {}", fmt::join(kind.names, ", "));
    }
    std::string operator()(const OriginsKind&) const {
        return "origins such as https://example.org, parted by commas, or * alone";
    }
    std::string operator()(const DurationsKind& kind) const {
        return fmt::format("at most {} durations from {} to {}, parted by commas", kind.most,
                           format_duration(kind.min), format_duration(kind.max));
    }
    std::string operator()(const NamesKind& kind) const {
        return fmt::format("some of {}, parted by commas", fmt::join(kind.names, ", "));
    }
    std::string operator()(const NetworksKind&) const {
        return "networks such as 10.0.0.0/8 or ::1, parted by commas";
    }
    std::string operator()(const EndpointKind&) const { return "HOST:PORT or [IPV6]:PORT"; }
};

}  // namespace

std::span<const Row> settings_table() {
    return rows();
}

const Row* find_row(std::string_view name) {
    const auto found = std::ranges::find(rows(), name, &Row::name);
    return found == rows().end() ? nullptr : &*found;
}

bool is_secret(const Row& row) {
    return std::holds_alternative<SecretKind>(row.kind);
}

std::string variable_name(const Row& row) {
    std::string name = "EYED_";
    for (const char c : row.name)
        name += c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return name;
}

std::string allowed(const Row& row) {
    return std::visit(Describer{}, row.kind);
}

bool set_value(const Row& row, std::string_view text, Settings& settings) {
    if (text.find('\0') != std::string_view::npos) return false;
    return std::visit(Setter{text, settings}, row.kind);
}

Settings default_settings() {
    Settings settings{};
    for (const Row& row : rows())
        set_value(row, row.fallback, settings);
    return settings;
}

}  // namespace eyed::config
