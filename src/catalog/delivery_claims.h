#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "catalog/deliveries.h"
#include "catalog/lazy_steps.h"

namespace eyed::catalog {

/// Claims what is due. Its statements are prepared when they are first needed, and kept: between
/// two calls none of them is under way. Not after a failure. Included by the room's sources alone.
class DeliveryClaims {
  public:
    explicit DeliveryClaims(soci::session& sql);
    ~DeliveryClaims();
    DeliveryClaims(const DeliveryClaims&) = delete;
    DeliveryClaims& operator=(const DeliveryClaims&) = delete;
    /// Appends what of `want` is due: see Deliveries::turn.
    void claim(const Deliveries::Want& want, LazySteps& steps, Micros now,
               std::vector<Deliveries::Claimed>& claimed);

  private:
    struct Statement;
    struct Parking;
    void claim_by(std::unique_ptr<Statement>& statement, const std::string& due,
                  const Deliveries::Want& want, std::uint32_t most, Micros now,
                  std::vector<Deliveries::Claimed>& claimed);
    void park(const Deliveries::Want& want, std::uint32_t most, Micros now);

    soci::session& sql_;
    std::unique_ptr<Statement> tests_;
    std::unique_ptr<Statement> free_;
    std::unique_ptr<Statement> by_key_;
    std::unique_ptr<Parking> parking_;
};

/// What it looks for deliveries with, which must never read more than what is due: tests, free ones
/// and those by key. For a test of their plans.
std::vector<std::string> claim_queries();

}  // namespace eyed::catalog
