#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/flow.h"
#include "catalog/deliveries.h"
#include "model/delivery.h"

namespace eyed::api {

/// Destinations, deliveries and attempts as the API shows them. Asks the catalog for destinations,
/// each once: on a worker, for one answer. In what cashback sends and gets back CPFs are masked,
/// unless the caller has the scope `cashback`.
class DeliveryJson {
  public:
    DeliveryJson(const Api& api, const http::Request& request) : api_(api), request_(request) {}

    /// Reads what waits for a destination that is to be shown.
    [[nodiscard]] Status load_waiting(DestinationId id);

    /// As openapi.yaml's Destination; with a secret: `secret` as well.
    void append(const model::Destination& destination, std::string& out,
                std::string_view secret = {});
    /// As its Delivery, which has no body, or its DeliveryWithBody.
    enum class Body { kLeftOut, kShown };
    void append(const model::Delivery& delivery, Body body, std::string& out);
    /// As its Attempt.
    void append(const model::Attempt& attempt, std::string& out);
    /// What a receipt tells of a delivery: to staff all, to others where to and what became of it.
    void append_forwarding(const model::Delivery& delivery, std::string& out);

  private:
    struct Known {
        std::string name;
        model::DestinationKind kind = model::DestinationKind::kWebhook;
    };
    /// One that is gone has no name.
    const Known& destination(DestinationId id);
    /// A text of somebody's that goes to or comes from a destination of that kind.
    std::string shown(model::DestinationKind kind, const std::string& text) const;
    void append_settings(const model::Destination& destination, std::string& out) const;
    void append_state(const model::Destination& destination, std::string& out) const;
    void append_progress(const model::Delivery& delivery, model::DestinationKind kind,
                         std::string& out) const;

    const Api& api_;
    const http::Request& request_;
    std::map<DestinationId, Known> destinations_;
    std::map<DestinationId, catalog::Deliveries::Waiting> waiting_;
};

}  // namespace eyed::api
