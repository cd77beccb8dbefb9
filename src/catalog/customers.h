#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/number_page.h"
#include "model/audit.h"
#include "model/cashback.h"

namespace eyed::catalog {

class Connection;

/// Who gets cashback. Threads and errors: see Catalog.
class Customers {
  public:
    explicit Customers(Connection& connection) : connection_(connection) {}

    struct New {
        std::string document;  ///< eleven digits
        std::string name;
        ApplicationId application;  ///< that makes it
    };
    /// Audited, as all changes; no line holds more of a document than its last two digits.
    /// kInvalidArgument, `document: …`: there is one with the document.
    [[nodiscard]] Result<model::Customer> create(const New& customer, const model::Change& change);
    /// The name alone can be changed; none: it stays. `revisions`: those that the change was made
    /// for, none: whichever (kPreconditionFailed). kNotFound: erased ones too.
    [[nodiscard]] Result<model::Customer> rename(
        CustomerId id, const std::optional<std::string>& name,
        const std::optional<std::vector<std::uint64_t>>& revisions, const model::Change& change);
    /// Takes away all that tells who it is: document, name, what deliveries, attempts, answers and
    /// reconciliations hold of it. The ledger stays, with a pseudonym; the same purchase, sent
    /// again, is known still. kNotFound; kPreconditionFailed; kConflict: a cashback or reversal of
    /// theirs is not settled (the detail says how many).
    [[nodiscard]] Status erase(CustomerId id,
                               const std::optional<std::vector<std::uint64_t>>& revisions,
                               const model::Change& change);

    /// Within reach of `applications` (empty: all) are the customers that one of them made, or
    /// has a cashback of; kNotFound: others, too.
    [[nodiscard]] Result<model::Customer> by_id(
        CustomerId id, const std::vector<ApplicationId>& applications = {});
    [[nodiscard]] Result<model::Customer> by_document(std::string_view document);

    struct Filter {
        std::optional<std::string> document;
        std::string text;  ///< in the name; ASCII case is ignored
        std::optional<bool> erased;
        std::vector<ApplicationId> applications;  ///< in reach of: see by_id(); empty: all
    };
    enum class Order : std::uint8_t { kName, kIdAscending, kIdDescending };
    struct Found {
        std::vector<model::Customer> rows;
        std::uint64_t count = 0;
    };
    [[nodiscard]] Result<Found> list(const Filter& filter, Order order, const NumberPage& page);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
