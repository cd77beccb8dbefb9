#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "catalog/cashbacks.h"
#include "catalog/columns.h"
#include "catalog/conditions.h"
#include "model/cashback.h"

namespace eyed::catalog {

/// Rows of cashbacks and what belongs to them. Included by the room's sources alone.

/// The columns of `customers` as they are read.
struct CustomerColumns {
    static constexpr const char* kList =
        "customers.id, customers.created_at, customers.updated_at, customers.revision, "
        "customers.document, customers.erased_at, customers.name, customers.pseudonym";
    void into(soci::statement& statement);
    model::Customer customer() const;

  private:
    long long id_ = 0;
    long long created_at_ = 0;
    long long updated_at_ = 0;
    long long revision_ = 0;
    NullableText document_;
    NullableNumber erased_at_;
    std::string name_;
    std::string pseudonym_;
};
std::vector<model::Customer> select_customers(soci::session& sql, const Conditions& conditions,
                                              const std::string& ending = {});

/// Purchases may have many lines: lists do without.
enum class PurchaseLines : std::uint8_t { kWith, kWithout };
/// Conditions are of `cashbacks` and `customers`. kCorrupt: the lines are not ours.
Result<std::vector<Cashbacks::Row>> select_cashbacks(soci::session& sql,
                                                     const Conditions& conditions,
                                                     PurchaseLines lines);
/// The condition that `column` is one of `applications`, of which there is one at least.
std::string is_of(std::string_view column, const std::vector<ApplicationId>& applications);
/// kNotFound.
Result<Cashbacks::Row> find_cashback(soci::session& sql, CashbackId id);

/// A JSON array for each line: docs/internals/cashback.md.
std::string lines_text(const std::vector<model::EarnedLine>& lines);
Result<std::vector<model::EarnedLine>> read_lines(std::string_view text);

std::vector<model::LedgerEntry> select_ledger(soci::session& sql, CashbackId id);

std::string returned_text(const std::vector<model::ReturnedLine>& lines);
Result<std::vector<model::Reversal>> select_reversals(soci::session& sql,
                                                      const Conditions& conditions);
/// kNotFound.
Result<model::Reversal> find_reversal(soci::session& sql, ReversalId id);

/// The month of a sale (UTC) as the year and two digits: 202611.
std::int32_t month_of(Micros at);
std::string digest_text(const Hash128& digest);

/// `{"document":"…","cashback":"12.30"}`, and whose payment it reverses unless that is empty: what
/// the targets are sent.
std::string target_body(std::string_view document, model::Money amount,
                        std::string_view reverses = {});

/// A line of the audit log about a cashback.
void append_cashback_audit(soci::session& sql, CashbackId id, const std::string& action,
                           const std::string& details, const model::Change& change);

}  // namespace eyed::catalog
