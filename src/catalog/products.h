#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/number_page.h"
#include "model/audit.h"
#include "model/cashback.h"

namespace eyed::catalog {

class Connection;

/// Product types and what they earn. Few of both: kMost and kMostRules bound them. Threads and
/// errors: see Catalog.
class Products {
  public:
    explicit Products(Connection& connection) : connection_(connection) {}

    static constexpr std::uint64_t kMost = 1'000;
    static constexpr std::uint64_t kMostRules = 1'000;  ///< of one product

    struct Fields {
        std::string type;
        std::string name;
        std::string description;
        bool active = true;
    };
    /// Audited, as all changes. kInvalidArgument, `type: …`: it is taken; kConflict: there are
    /// kMost.
    [[nodiscard]] Result<model::Product> create(const Fields& product, const model::Change& change);
    /// What is absent stays as it is.
    struct Changes {
        std::optional<std::string> type;
        std::optional<std::string> name;
        std::optional<std::string> description;
        std::optional<bool> active;
    };
    /// kNotFound; kPreconditionFailed, see Customers::rename; kInvalidArgument, `type: …`: it is
    /// taken; kConflict: it would change although cashbacks name it.
    [[nodiscard]] Result<model::Product> change(
        ProductId id, const Changes& wanted,
        const std::optional<std::vector<std::uint64_t>>& revisions, const model::Change& change);
    /// With its rules. kNotFound; kPreconditionFailed; kConflict: cashbacks name it; it can be made
    /// inactive.
    [[nodiscard]] Status remove(ProductId id,
                                const std::optional<std::vector<std::uint64_t>>& revisions,
                                const model::Change& change);
    [[nodiscard]] Result<model::Product> by_id(ProductId id);

    struct Filter {
        std::string text;  ///< in type, name or description
        std::optional<bool> active;
    };
    struct Found {
        std::vector<model::Product> rows;
        std::uint64_t count = 0;
    };
    /// By type.
    [[nodiscard]] Result<Found> list(const Filter& filter, const NumberPage& page);

    struct NewRule {
        ProductId product;
        model::Rate rate;
        std::optional<Micros> valid_from;
        std::optional<Micros> valid_until;
        model::Money minimum;
        std::optional<model::Money> cap_per_purchase;
        std::optional<model::Money> cap_per_month;
        std::string note;
    };
    /// The next version of its product. kInvalidArgument, `product: …`: there is none; kConflict:
    /// it has kMostRules.
    [[nodiscard]] Result<model::CashbackRule> add_rule(const NewRule& rule,
                                                       const model::Change& change);
    /// It counts for no further purchase. kNotFound; kConflict: it is withdrawn already.
    [[nodiscard]] Result<model::CashbackRule> withdraw_rule(CashbackRuleId id,
                                                            const model::Change& change);
    [[nodiscard]] Result<model::CashbackRule> rule_by_id(CashbackRuleId id);
    struct RuleFilter {
        std::optional<ProductId> product;
        std::optional<Micros> valid_at;
        std::optional<bool> withdrawn;
    };
    struct FoundRules {
        std::vector<model::CashbackRule> rows;
        std::uint64_t count = 0;
    };
    /// By product type, the highest version first.
    [[nodiscard]] Result<FoundRules> list_rules(const RuleFilter& filter, const NumberPage& page);

    /// Everything at one moment: for who computes.
    struct All {
        std::vector<model::Product> products;
        std::vector<model::CashbackRule> rules;  ///< not withdrawn; by product, highest first
    };
    [[nodiscard]] Result<All> all();

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
