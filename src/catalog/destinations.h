#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/row_page.h"
#include "model/audit.h"
#include "model/delivery.h"

namespace eyed::catalog {

class Connection;

/// Where deliveries go. Few: kMost bounds them. Threads and errors: see Catalog.
class Destinations {
  public:
    explicit Destinations(Connection& connection) : connection_(connection) {}

    static constexpr std::uint64_t kMost = 1'000;
    /// The reason that remove() gives before the deliveries go.
    static constexpr std::string_view kBeingRemoved = "It is being removed.";

    struct New {
        model::DestinationKind kind = model::DestinationKind::kWebhook;
        model::DestinationFields fields;
        std::string sealed_secrets;
        Position cursor;  ///< of a webhook: it gets what comes after
    };
    /// Audited, as all changes but health and cursor; no line holds a secret. kConflict: the name
    /// is taken (`name: …`), there is one of that kind (but webhooks), or there are kMost.
    [[nodiscard]] Result<model::Destination> create(const New& destination,
                                                    const model::Change& change);
    /// Runs within the transaction on the destination as it is; must not call the catalog. What it
    /// leaves in `fields` and `sealed_secrets` is stored. kNotFound; kPreconditionFailed: it is of
    /// none of `revisions` (none: whichever); kConflict: the name is taken; what `edit` gives.
    using Edit = std::function<Status(model::Destination&)>;
    [[nodiscard]] Result<model::Destination> change(
        DestinationId id, const std::optional<std::vector<std::uint64_t>>& revisions,
        const Edit& edit, const std::string& action, const model::Change& change);
    /// Closes the circuit, too, when it becomes active. kNotFound.
    [[nodiscard]] Result<model::Destination> set_state(DestinationId id,
                                                       model::DestinationState state,
                                                       const std::string& reason,
                                                       const model::Change& change);
    /// With its deliveries and their attempts, in steps that keep nobody waiting. kNotFound;
    /// kConflict: it is of cashback.
    [[nodiscard]] Status remove(DestinationId id, const model::Change& change);

    /// kNotFound.
    [[nodiscard]] Result<model::Destination> by_id(DestinationId id);
    [[nodiscard]] Result<model::Destination> by_name(std::string_view name);
    /// kNotFound.
    [[nodiscard]] Result<model::Destination> by_kind(model::DestinationKind kind);
    [[nodiscard]] Result<std::vector<model::Destination>> all();  ///< by id

    struct Filter {
        std::string text;  ///< in the name
        std::optional<model::DestinationState> state;
        std::optional<model::DestinationKind> kind;
    };
    struct Found {
        std::vector<model::Destination> rows;
        bool more = false;
    };
    [[nodiscard]] Result<Found> list(const Filter& filter, const RowPage& page);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
