#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/audit.h"
#include "model/money.h"

namespace eyed::model {

/// Who gets cashback.
struct Customer {
    CustomerId id;
    std::string document;  ///< CPF, eleven digits; empty: erased
    std::string name;
    std::string pseudonym;  ///< of one that was erased: what stands for them in the ledger
    Micros created_at;
    Micros updated_at;
    std::optional<Micros> erased_at;
    std::uint64_t revision = 0;
};

/// Of a CPF, for those who may not see it: `***.***.***-35`. Of what is no eleven digits: `***`.
std::string masked_cpf(std::string_view digits);

/// A type of product that purchases name.
struct Product {
    ProductId id;
    std::string type;  ///< unique: 1 to 50 characters
    std::string name;
    std::string description;
    bool active = true;  ///< purchases may name it
    Micros created_at;
    Micros updated_at;
    std::uint64_t revision = 0;
};

/// What a product type earns, and when. Never changed: a new version stands above the older ones
/// for as long as it is valid. For a sale the highest version counts that is valid at its time and
/// not withdrawn.
struct CashbackRule {
    CashbackRuleId id;
    ProductId product;
    std::uint32_t version = 0;  ///< 1, 2, 3 … of its product
    Rate rate;
    std::optional<Micros> valid_from;       ///< sold at or after; none: ever
    std::optional<Micros> valid_until;      ///< sold before; none: for ever
    Money minimum;                          ///< what the purchase's lines of the type must come to
    std::optional<Money> cap_per_purchase;  ///< of what this type earns in one purchase
    std::optional<Money> cap_per_month;     ///< … for one customer in one month (UTC) of sales
    std::string note;
    Micros created_at;
    UserId created_by;
    std::optional<Micros> withdrawn_at;
};

/// How a line's amount becomes whole centavos.
enum class Rounding : std::uint8_t { kHalfUp, kHalfEven, kDown };
inline constexpr std::array kRoundings{Rounding::kHalfUp, Rounding::kHalfEven, Rounding::kDown};
/// `half_up`, `half_even`, `down`.
std::string_view rounding_name(Rounding rounding);
std::optional<Rounding> rounding_named(std::string_view name);

struct PurchaseLine {
    std::string type;
    Money value;  ///< of one piece
    std::uint32_t quantity = 0;
    friend bool operator==(const PurchaseLine&, const PurchaseLine&) = default;
};
/// A purchase that was checked.
struct Purchase {
    Micros sold_at;
    std::string document;  ///< eleven digits
    std::string name;
    Money total;
    std::vector<PurchaseLine> lines;
};

/// Why a line earned less than its rate says, or nothing.
enum class LineLimit : std::uint8_t {
    kNone,
    kNoRule,          ///< none was valid when it was sold
    kMinimum,         ///< the lines of its type did not come to the rule's minimum
    kCapPerPurchase,  ///< cut, perhaps to nothing
    kCapPerMonth,
};
/// `no_rule`, `minimum`, `cap_per_purchase`, `cap_per_month`; empty: kNone.
std::string_view line_limit_name(LineLimit limit);
std::optional<LineLimit> line_limit_named(std::string_view name);

/// What a line earned, and why.
struct EarnedLine {
    std::uint32_t number = 0;  ///< 1, 2, 3 …
    PurchaseLine line;
    ProductId product;
    CashbackRuleId rule;  ///< none: kNoRule
    std::uint32_t rule_version = 0;
    Rate rate;
    /// value × quantity × rate, unrounded, in ten-thousandths of a centavo.
    std::int64_t exact = 0;
    Money rounded;  ///< of that
    Money earned;   ///< after minimum and caps
    LineLimit limit = LineLimit::kNone;
};

/// Where a cashback stands: what its ledger comes to.
enum class CashbackState : std::uint8_t {
    kPending,     ///< to be sent, or sent again
    kSent,        ///< under way: the request may have left
    kUnknown,     ///< it may have been paid: looked up, or waits for a decision
    kConfirmed,   ///< the target says it paid
    kFailed,      ///< not paid, and not tried any more
    kCancelled,   ///< taken back before it was paid
    kReversed,    ///< paid, and all of it taken back
    kNothingDue,  ///< it earned nothing
};
inline constexpr std::array kCashbackStates{CashbackState::kPending,  CashbackState::kSent,
                                            CashbackState::kUnknown,  CashbackState::kConfirmed,
                                            CashbackState::kFailed,   CashbackState::kCancelled,
                                            CashbackState::kReversed, CashbackState::kNothingDue};
/// `pending`, `sent`, `unknown`, `confirmed`, `failed`, `cancelled`, `reversed`, `nothing_due`.
std::string_view cashback_state_name(CashbackState state);
std::optional<CashbackState> cashback_state_named(std::string_view name);

/// What happened to the money of a cashback. Stored by name.
enum class LedgerKind : std::uint8_t {
    kEarned,
    kSent,           ///< an attempt to pay begins
    kFailed,         ///< it did not pay: the target said so, or never got it
    kUnknown,        ///< whether it paid is not known
    kConfirmed,      ///< it paid
    kGivenUp,        ///< no further attempt
    kRequeued,       ///< tried again, because somebody said so
    kReversed,       ///< less is due: a return, or a cancellation
    kSettlementDue,  ///< of what was paid and reversed: to be settled between the parties
    kTakenBack,      ///< the target took it back
    kSettled,        ///< somebody says that it was settled
};
/// `earned`, `sent`, `failed`, `unknown`, `confirmed`, `given_up`, `requeued`, `reversed`,
/// `settlement_due`, `taken_back`, `settled`.
std::string_view ledger_kind_name(LedgerKind kind);
std::optional<LedgerKind> ledger_kind_named(std::string_view name);

struct LedgerEntry {
    LedgerEntryId id;
    CashbackId cashback;
    LedgerKind kind = LedgerKind::kEarned;
    Money amount;  ///< always positive or zero: the kind says which way
    Micros at;
    DeliveryId delivery;  ///< the delivery it is about; none: none
    ReversalId reversal;
    Actor by;  ///< nobody: the program
    std::string note;
};

/// Where the taking back of a reversal that came after the payment stands.
enum class ReversalState : std::uint8_t {
    kNotPaid,  ///< nothing to take back: it came before the payment
    kPending,  ///< to be sent to the target
    kSent,
    kUnknown,
    kTakenBack,      ///< the target says so
    kSettlementDue,  ///< the target takes nothing back, or refused for good
    kSettled,
};
/// `not_paid`, `pending`, `sent`, `unknown`, `taken_back`, `settlement_due`, `settled`.
std::string_view reversal_state_name(ReversalState state);
std::optional<ReversalState> reversal_state_named(std::string_view name);

struct ReturnedLine {
    std::uint32_t number = 0;
    std::uint32_t quantity = 0;
    Money amount;
};
struct Reversal {
    ReversalId id;
    CashbackId cashback;
    Money amount;
    ReversalState state = ReversalState::kNotPaid;
    DeliveryId delivery;
    std::string reason;
    std::vector<ReturnedLine> lines;
    Micros created_at;
    Actor by;
};

/// The last word of the target about a cashback.
struct TargetAnswer {
    int status = 0;     ///< 0: none came
    std::string body;   ///< its first 4 KiB
    std::string error;  ///< of what gave no answer
    Micros at;
};

struct Cashback {
    CashbackId id;
    CustomerId customer;
    ApplicationId application;  ///< that sent the purchase
    KeyId key;
    Micros sold_at;
    Micros received_at;
    Money total;  ///< of the purchase
    Money earned;
    Money reversed;  ///< of what was earned
    CashbackState state = CashbackState::kPending;
    Rounding rounding = Rounding::kHalfUp;
    DeliveryId delivery;  ///< the one that pays it; none: nothing due
    std::string message;  ///< what the target knows that by
    std::string target;   ///< origin of the target's URL when it was last sent; empty: never
    std::optional<Micros> confirmed_at;
    std::optional<TargetAnswer> answer;
    std::vector<EarnedLine> lines;

    Money due() const { return earned - reversed; }
};

}  // namespace eyed::model
