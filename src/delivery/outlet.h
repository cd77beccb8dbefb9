#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "catalog/deliveries.h"
#include "delivery/address.h"
#include "delivery/schedule.h"
#include "delivery/transfers.h"
#include "delivery/vault.h"
#include "model/delivery.h"

namespace eyed::delivery {

/// A request, and what the attempt keeps of it.
struct OutletRequest {
    TransferRequest transfer;
    std::string shown;  ///< JSON: method, url, headers; secrets are `***`
};

/// A destination as the engine has it in memory: its secrets opened once, its circuit, its rate,
/// and when something of it is due. The engine's thread alone.
class Outlet {
  public:
    Outlet(const model::Destination& destination, const Vault& vault, Micros now);
    /// Somebody changed it: secrets, target and circuit anew.
    void assign(const model::Destination& destination, const Vault& vault);

    const model::Destination& destination() const { return destination_; }
    const model::DestinationFields& fields() const { return destination_.fields; }
    /// Why nothing can be sent; empty: something can.
    const std::string& problem() const { return problem_; }
    /// `https://example.org`
    const std::string& origin() const { return target_.origin; }

    /// How many requests may begin now, by concurrency, rate and circuit, and whether tests alone.
    struct Room {
        std::uint32_t most = 0;
        catalog::Deliveries::Want::Which which = catalog::Deliveries::Want::Which::kAll;
    };
    Room room(Micros now);
    /// When there may be room though no request ends: the rate, or the circuit. None: then alone.
    std::optional<Micros> room_at(Micros now) const;
    void began(std::uint32_t requests);
    void ended() { --under_way_; }
    std::uint32_t under_way() const { return under_way_; }

    /// The request of a claimed delivery, without an id, and its masked twin. Of one that is to be
    /// looked up: the lookup. Errors: there is no lookup URL.
    [[nodiscard]] Result<OutletRequest> request(model::Delivery delivery, Micros now) const;

    void disable(const std::string& reason);

    Circuit circuit;
    std::optional<Micros> due_at;  ///< something is, or will be; none: nothing known
    bool may_have_tests = true;

  private:
    using Headers = std::vector<std::pair<std::string, std::string>>;
    Status open(const Vault& vault);
    void refill(Micros now);
    void sign(const model::Delivery& delivery, Micros now, Headers& headers) const;

    model::Destination destination_;
    std::string problem_;
    Target target_;
    std::vector<HeaderField> headers_;
    struct Key {
        std::string bytes;
        std::optional<Micros> expires_at;
    };
    std::vector<Key> keys_;
    std::uint32_t under_way_ = 0;
    double tokens_ = 0;  ///< requests that the rate lets begin
    Micros tokens_at_;
};

/// The URL with `***` for each value of its query but `{id}`.
std::string masked_url(std::string_view url);
/// Where `{id}` stands, the id, percent-encoded.
std::string with_id(std::string_view url, std::string_view id);

}  // namespace eyed::delivery
