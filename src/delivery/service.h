#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "delivery/address.h"
#include "delivery/vault.h"
#include "model/audit.h"
#include "model/delivery.h"

namespace eyed {
namespace catalog {
class Catalog;
}
namespace log {
class Log;
}
}  // namespace eyed

namespace eyed::delivery {

/// What is wrong with a destination: `field` as somebody wrote it.
struct Fault {
    std::string field;
    std::string message;
};
using Faults = std::vector<Fault>;

/// A destination as somebody wrote it. What is absent stays as it is, or takes its default.
struct DestinationDraft {
    std::optional<std::string> name;
    std::optional<std::string> url;
    std::optional<std::string> method;
    /// All header fields anew. A value of `***` keeps the one that is there.
    std::optional<std::vector<HeaderField>> headers;
    std::optional<std::string> content_type;
    std::optional<std::string> body_template;
    std::optional<std::string> success;  ///< `2xx`, `200-204,304`
    std::optional<std::string> unknown;  ///< the same; empty: none
    std::optional<bool> is_signed;
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::uint32_t> rate_per_second;
    std::optional<std::uint32_t> concurrency;
    std::optional<model::Ordering> ordering;
    std::optional<std::vector<std::chrono::seconds>> schedule;
    std::optional<model::OnUnknown> on_unknown;
    std::optional<std::string> lookup_url;
    std::optional<std::chrono::seconds> lookup_delay;
    std::optional<std::uint32_t> breaker_failures;
    std::optional<std::vector<std::string>> categories;
    std::optional<std::vector<std::string>> names;
    std::optional<std::vector<std::string>> applications;  ///< names
    std::optional<std::vector<model::EventFilter::DataPath>> data;
    /// Of a new one: where in the log it begins.
    enum class Start : std::uint8_t { kNow, kBeginning };
    Start start = Start::kNow;
    std::optional<std::string> secret;  ///< of a new one: `whsec_…`; none: made
};

/// `2xx`, `200-299`, `201`, parted by commas; nullopt: none of that.
std::optional<std::vector<model::StatusRange>> read_statuses(std::string_view text);
std::string statuses_text(const std::vector<model::StatusRange>& ranges);

/// Keeps destinations: checks what people write, seals what is secret, tells engine and
/// subscriptions. Thread-safe; every call may block on the disk. Errors of the catalog pass
/// through.
class Service {
  public:
    struct Parts {
        catalog::Catalog& catalog;
        log::Log& log;
        const Clock& clock;
        Vault vault;
        AddressPolicy policy;
        std::function<void()> changed;  ///< destinations changed; must not block
        std::function<void()> wake;     ///< something may be due
    };
    explicit Service(Parts parts) : parts_(std::move(parts)) {}

    struct Outcome {
        model::Destination destination;
        std::string secret;  ///< that was made, shown once; empty: none was
        Faults faults;       ///< with any, nothing was changed
    };
    /// A host that is an address of no allowed network is a fault of `url`; names are checked at
    /// each request.
    [[nodiscard]] Result<Outcome> create(const DestinationDraft& draft,
                                         const model::Change& change);
    [[nodiscard]] Result<Outcome> change(DestinationId id, const DestinationDraft& draft,
                                         const std::optional<std::vector<std::uint64_t>>& revisions,
                                         const model::Change& change);
    /// A new signing secret; the ones before it sign for `overlap` more (0: not at all), ten at
    /// most.
    [[nodiscard]] Result<Outcome> rotate_secret(DestinationId id, std::chrono::seconds overlap,
                                                const std::optional<std::string>& secret,
                                                const model::Change& change);
    /// kConflict: it is of cashback, and the settings have no URL that it could go on with.
    [[nodiscard]] Result<model::Destination> set_state(DestinationId id,
                                                       model::DestinationState state,
                                                       const std::string& reason,
                                                       const model::Change& change);
    [[nodiscard]] Status remove(DestinationId id, const model::Change& change);
    /// A delivery with a sample event that goes out at once, once. kConflict: it has no URL.
    [[nodiscard]] Result<model::Delivery> send_test(DestinationId id);

    /// Header fields as they may be shown: names, and `***`.
    [[nodiscard]] Result<std::vector<HeaderField>> shown_headers(
        const model::Destination& destination) const;

    /// The destinations of cashback as the settings want them, made or brought up to date: at the
    /// start. Without a URL it is paused, and what is due waits. kInvalidArgument: a URL is wrong.
    struct CashbackTarget {
        std::string url;
        std::string lookup_url;
        std::chrono::seconds lookup_delay{60};
        std::string reversal_url;
        std::string authorization;  ///< value of the Authorization header; empty: none
        std::string unknown_statuses = "408,502,504";  ///< read_statuses
        bool is_idempotent = false;
        std::chrono::milliseconds timeout{15'000};
        std::uint32_t concurrency = 50;
        std::vector<std::chrono::seconds> schedule;
    };
    [[nodiscard]] Status keep_cashback_targets(const CashbackTarget& target,
                                               const model::Change& change);

  private:
    Parts parts_;
};

}  // namespace eyed::delivery
