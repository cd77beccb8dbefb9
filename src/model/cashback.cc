#include "model/cashback.h"

#include <algorithm>

#include "model/name_table.h"

namespace eyed::model {
namespace {

constexpr Named<Rounding> kRoundingNames[] = {
    {Rounding::kHalfUp, "half_up"},
    {Rounding::kHalfEven, "half_even"},
    {Rounding::kDown, "down"},
};
constexpr Named<LineLimit> kLineLimitNames[] = {
    {LineLimit::kNone, ""},
    {LineLimit::kNoRule, "no_rule"},
    {LineLimit::kMinimum, "minimum"},
    {LineLimit::kCapPerPurchase, "cap_per_purchase"},
    {LineLimit::kCapPerMonth, "cap_per_month"},
};
constexpr Named<CashbackState> kCashbackStateNames[] = {
    {CashbackState::kPending, "pending"},   {CashbackState::kSent, "sent"},
    {CashbackState::kUnknown, "unknown"},   {CashbackState::kConfirmed, "confirmed"},
    {CashbackState::kFailed, "failed"},     {CashbackState::kCancelled, "cancelled"},
    {CashbackState::kReversed, "reversed"}, {CashbackState::kNothingDue, "nothing_due"},
};
constexpr Named<LedgerKind> kLedgerKindNames[] = {
    {LedgerKind::kEarned, "earned"},
    {LedgerKind::kSent, "sent"},
    {LedgerKind::kFailed, "failed"},
    {LedgerKind::kUnknown, "unknown"},
    {LedgerKind::kConfirmed, "confirmed"},
    {LedgerKind::kGivenUp, "given_up"},
    {LedgerKind::kRequeued, "requeued"},
    {LedgerKind::kReversed, "reversed"},
    {LedgerKind::kSettlementDue, "settlement_due"},
    {LedgerKind::kTakenBack, "taken_back"},
    {LedgerKind::kSettled, "settled"},
};
constexpr Named<ReversalState> kReversalStateNames[] = {
    {ReversalState::kNotPaid, "not_paid"},
    {ReversalState::kPending, "pending"},
    {ReversalState::kSent, "sent"},
    {ReversalState::kUnknown, "unknown"},
    {ReversalState::kTakenBack, "taken_back"},
    {ReversalState::kSettlementDue, "settlement_due"},
    {ReversalState::kSettled, "settled"},
};

}  // namespace

std::string masked_cpf(std::string_view digits) {
    constexpr std::size_t kDigits = 11;
    constexpr std::size_t kHidden = 9;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (digits.size() != kDigits || !std::ranges::all_of(digits, is_digit)) return "***";
    return "***.***.***-" + std::string(digits.substr(kHidden));
}

std::string_view rounding_name(Rounding rounding) {
    return name_in<Rounding>(kRoundingNames, rounding);
}

std::optional<Rounding> rounding_named(std::string_view name) {
    return value_in<Rounding>(kRoundingNames, name);
}

std::string_view line_limit_name(LineLimit limit) {
    return name_in<LineLimit>(kLineLimitNames, limit);
}

std::optional<LineLimit> line_limit_named(std::string_view name) {
    return value_in<LineLimit>(kLineLimitNames, name);
}

std::string_view cashback_state_name(CashbackState state) {
    return name_in<CashbackState>(kCashbackStateNames, state);
}

std::optional<CashbackState> cashback_state_named(std::string_view name) {
    return value_in<CashbackState>(kCashbackStateNames, name);
}

std::string_view ledger_kind_name(LedgerKind kind) {
    return name_in<LedgerKind>(kLedgerKindNames, kind);
}

std::optional<LedgerKind> ledger_kind_named(std::string_view name) {
    return value_in<LedgerKind>(kLedgerKindNames, name);
}

std::string_view reversal_state_name(ReversalState state) {
    return name_in<ReversalState>(kReversalStateNames, state);
}

std::optional<ReversalState> reversal_state_named(std::string_view name) {
    return value_in<ReversalState>(kReversalStateNames, name);
}

}  // namespace eyed::model
