#pragma once

#include <soci/soci.h>

#include <memory>

#include "base/time.h"
#include "catalog/deliveries.h"
#include "catalog/delivery_rows.h"
#include "catalog/lazy_steps.h"

namespace eyed::catalog {

/// Writes how attempts ended. Its statements are kept: between two calls none of them is under way.
/// Not after a failure. Included by the room's sources alone.
class DeliveryEndings {
  public:
    explicit DeliveryEndings(soci::session& sql);
    ~DeliveryEndings();
    DeliveryEndings(const DeliveryEndings&) = delete;
    DeliveryEndings& operator=(const DeliveryEndings&) = delete;

    /// The attempt is kept in any case, unless its delivery is gone. The delivery is left alone
    /// when somebody has decided about it meanwhile, but for a lookup that says that it was taken
    /// before it is sent again. One whose event was erased is not sent again.
    /// One that may have paid is held at the end of its schedule, rather than dead: what is dead
    /// may be paid anew.
    void write(const Deliveries::Ended& ended, LazySteps& steps, Micros now);

  private:
    struct Update;
    struct Insert;
    void insert(const model::Attempt& attempt);
    bool update(const Deliveries::Ended& ended, Micros now);
    void end_asking(DeliveryId delivery);
    bool hold_doubtful(const Deliveries::Ended& ended);

    soci::session& sql_;
    Unparking unparking_;
    std::unique_ptr<Update> update_;
    std::unique_ptr<Insert> insert_;
};

}  // namespace eyed::catalog
