#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "delivery/address.h"
#include "delivery/service.h"
#include "delivery/vault.h"
#include "model/delivery.h"

namespace eyed::delivery {

/// What a destination may be, for Service.
inline constexpr std::size_t kMostHeaders = 20;
inline constexpr std::size_t kMostHeaderValue = 4096;
inline constexpr std::size_t kMostFilterEntries = 100;
inline constexpr std::size_t kMostDataPaths = 10;
inline constexpr std::uint32_t kMostConcurrency = 500;
inline constexpr std::uint32_t kMostRate = 100'000;
inline constexpr std::uint32_t kMostBreakerFailures = 10'000;
inline constexpr std::chrono::milliseconds kShortestTimeout{100};
inline constexpr std::chrono::milliseconds kLongestTimeout{120'000};

/// What a draft is checked with.
struct DraftParts {
    const Vault& vault;
    const AddressPolicy& policy;
    /// kNotFound.
    std::function<Result<ApplicationId>(const std::string& name)> application;
};
/// Brings what the draft says into `fields`, which hold what there is. Gives what is wrong with it,
/// one fault for each field; then `fields` are of no use. Errors are those of the parts.
[[nodiscard]] Result<Faults> apply_draft(const DestinationDraft& draft, model::DestinationKind kind,
                                         const DraftParts& parts, model::DestinationFields& fields);

/// Why that may not be a destination's URL (or, with `{id}`, its lookup URL); empty: it may.
std::string url_fault(const std::string& url, const AddressPolicy& policy);
std::string lookup_url_fault(const std::string& url, const AddressPolicy& policy);

}  // namespace eyed::delivery
