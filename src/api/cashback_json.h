#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "catalog/cashbacks.h"
#include "catalog/reconciliations.h"
#include "http/message.h"
#include "model/cashback.h"
#include "query/application_names.h"

namespace eyed::api {

/// `,"name":"12.30"`.
void append_money_member(std::string_view name, model::Money amount, std::string& out);

/// Cashback as JSON: amounts are texts with two decimals, links absolute, beginning with the
/// address that the client used. Documents are shown in full: every route of these has the scope
/// `cashback`. All functions append to `out`; any thread.
class CashbackJson {
  public:
    CashbackJson(const http::Request& request, const query::ApplicationNames& applications)
        : base_(request.base_url() + "/api/"), applications_(applications) {}

    /// `http://host/api/<resource>/<id>/`.
    std::string link(std::string_view resource, std::int64_t id) const;
    const std::string& base() const { return base_; }

    enum class Products : std::uint8_t { kShown, kLeftOut };
    void cashback(const model::Cashback& cashback, const model::Customer& customer,
                  Products products, std::string& out) const;
    /// Line by line how the amounts came about.
    void explanation(const model::Cashback& cashback, std::string& out) const;
    /// `"rounding":…,"lines":[…]`.
    void lines(const std::vector<model::EarnedLine>& lines, model::Rounding rounding,
               std::string& out) const;
    void ledger_entry(const model::LedgerEntry& entry, std::string& out) const;
    void reversal(const model::Reversal& reversal, std::string& out) const;

    void customer(const model::Customer& customer, std::string& out) const;
    /// `in_force`: the rule that counts now; nullptr: none.
    void product(const model::Product& product, const model::CashbackRule* in_force,
                 std::string& out) const;
    /// `type`: the product's.
    void rule(const model::CashbackRule& rule, std::string_view type, std::string& out) const;

    void summary(const catalog::Reconciliations::Summary& summary, std::string& out) const;
    void line(const catalog::Reconciliations::Line& line, std::string& out) const;

  private:
    void rule_link(CashbackRuleId rule, std::string& out) const;

    std::string base_;
    const query::ApplicationNames& applications_;
};

/// What a cashback of that state is answered with when its purchase came first: 201 when the target
/// has paid or nothing is to be paid, 202 when that is to come.
int status_of(model::CashbackState state);

}  // namespace eyed::api
