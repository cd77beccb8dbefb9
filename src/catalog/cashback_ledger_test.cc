#include "catalog/cashback_ledger.h"

#include <gmock/gmock.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <random>

#include "catalog/cashback_fixture.h"

namespace eyed::catalog {
namespace {

using model::AttemptOutcome;
using model::CashbackState;
using model::DeliveryState;
using model::LedgerKind;
using model::Money;
using ::testing::ElementsAre;

Standing standing(std::initializer_list<std::pair<LedgerKind, std::int64_t>> entries) {
    std::vector<model::LedgerEntry> ledger;
    for (const auto& [kind, amount] : entries)
        ledger.push_back({.kind = kind, .amount = {amount}});
    return standing_of(ledger);
}

TEST(CashbackLedger, EachEntryLeadsToItsState) {
    using enum LedgerKind;
    EXPECT_EQ(standing({}).state, CashbackState::kNothingDue);
    EXPECT_EQ(standing({{kEarned, 0}}).state, CashbackState::kNothingDue);
    EXPECT_EQ(standing({{kEarned, 5}}).state, CashbackState::kPending);
    EXPECT_EQ(standing({{kEarned, 5}, {kSent, 5}}).state, CashbackState::kSent);
    EXPECT_EQ(standing({{kEarned, 5}, {kSent, 5}, {kFailed, 5}}).state, CashbackState::kPending);
    EXPECT_EQ(standing({{kEarned, 5}, {kFailed, 5}, {kGivenUp, 5}}).state, CashbackState::kFailed);
    EXPECT_EQ(standing({{kEarned, 5}, {kGivenUp, 5}, {kRequeued, 5}}).state,
              CashbackState::kPending);
    EXPECT_EQ(standing({{kEarned, 5}, {kUnknown, 5}}).state, CashbackState::kUnknown);
    EXPECT_EQ(standing({{kEarned, 5}, {kConfirmed, 5}}).state, CashbackState::kConfirmed);
    EXPECT_EQ(standing({{kEarned, 5}, {kReversed, 2}}).state, CashbackState::kPending);
    EXPECT_EQ(standing({{kEarned, 5}, {kReversed, 5}}).state, CashbackState::kCancelled);
    EXPECT_EQ(standing({{kEarned, 5}, {kConfirmed, 5}, {kReversed, 2}}).state,
              CashbackState::kConfirmed);
    EXPECT_EQ(standing({{kEarned, 5}, {kConfirmed, 5}, {kReversed, 2}, {kReversed, 3}}).state,
              CashbackState::kReversed);
    EXPECT_EQ(standing({{kEarned, 0}, {kReversed, 0}}).state, CashbackState::kNothingDue);
}

TEST(CashbackLedger, DoubtStaysUntilSomebodyTells) {
    using enum LedgerKind;
    EXPECT_TRUE(standing({{kEarned, 5}, {kUnknown, 5}, {kSent, 5}}).may_be_paid);
    EXPECT_FALSE(standing({{kEarned, 5}, {kUnknown, 5}, {kFailed, 5}}).may_be_paid);
    const auto paid = standing({{kEarned, 5}, {kUnknown, 5}, {kConfirmed, 5}});
    EXPECT_FALSE(paid.may_be_paid);
    EXPECT_TRUE(paid.is_paid);
}

TEST(CashbackLedger, TakingBackChangesNothingOfThePayment) {
    std::vector<model::LedgerEntry> ledger{
        {.kind = LedgerKind::kEarned, .amount = {5}},
        {.kind = LedgerKind::kConfirmed, .amount = {5}},
        {.kind = LedgerKind::kReversed, .amount = {2}, .reversal = ReversalId{1}},
        {.kind = LedgerKind::kUnknown, .amount = {2}, .reversal = ReversalId{1}}};
    EXPECT_EQ(standing_of(ledger).state, CashbackState::kConfirmed);
    EXPECT_FALSE(standing_of(ledger).may_be_paid);
    EXPECT_EQ(standing_of(ledger).reversed, Money{2});
}

class CashbackSteps : public CashbackTest {
  protected:
    void again(AttemptOutcome outcome, int status) {
        end(claim(), outcome, DeliveryState::kPending, status);
    }
    CashbackId id_ = make(purchase(kAnn, {1000})).id;
};

TEST_F(CashbackSteps, ARefusalAfterATimeoutLeavesItUnknown) {
    again(AttemptOutcome::kUnknown, 0);
    EXPECT_EQ(state(id_), CashbackState::kUnknown);
    again(AttemptOutcome::kFailed, 503);
    EXPECT_EQ(state(id_), CashbackState::kUnknown);
    refuse_for_good();
    EXPECT_EQ(state(id_), CashbackState::kUnknown);
    // And it is neither reversed as unpaid nor sent again before somebody says so.
    EXPECT_EQ(cashbacks().reverse(id_, back(), change_).error().code, Code::kConflict);
    EXPECT_EQ(cashbacks().retry(id_, change_).error().code, Code::kConflict);
    EXPECT_EQ(cashbacks().resolve(id_, Cashbacks::Outcome::kNotPaid, "", change_)->state,
              CashbackState::kPending);
    refuse_for_good();
    EXPECT_EQ(state(id_), CashbackState::kFailed);
    ASSERT_TRUE(cashbacks().reverse(id_, back(), change_));
    EXPECT_EQ(state(id_), CashbackState::kCancelled);
}

TEST_F(CashbackSteps, WhatIsRepeatedInDoubtIsNotReversedAsUnpaid) {
    again(AttemptOutcome::kUnknown, 0);
    const auto claimed = claim();
    EXPECT_EQ(state(id_), CashbackState::kSent);
    EXPECT_EQ(cashbacks().reverse(id_, back(), change_).error().code, Code::kConflict);
    end(claimed, AttemptOutcome::kDelivered, DeliveryState::kDelivered, 201);
    EXPECT_EQ(state(id_), CashbackState::kConfirmed);
    EXPECT_EQ(cashbacks().by_id(id_)->answer->status, 201);
}

TEST_F(CashbackSteps, AProgramThatDiedLeavesItUnknown) {
    claim();
    ASSERT_EQ(catalog_->deliveries().recover(now_).value(), 1U);
    EXPECT_EQ(state(id_), CashbackState::kUnknown);
    EXPECT_THAT(kinds(id_),
                ElementsAre(LedgerKind::kEarned, LedgerKind::kSent, LedgerKind::kUnknown));
}

TEST_F(CashbackSteps, TheLedgerIsNeverChanged) {
    soci::session sql(soci::sqlite3, "db=\"" + path() + "\"");
    EXPECT_THROW(sql << "UPDATE cashback_ledger SET amount = 1", soci::soci_error);
    EXPECT_THROW(sql << "DELETE FROM cashback_ledger", soci::soci_error);
    EXPECT_THAT(kinds(id_), ElementsAre(LedgerKind::kEarned));
}

/// Whatever happens in whatever order, what is stored is what the ledger comes to.
TEST_F(CashbackTest, StatesAreAlwaysWhatTheLedgerComesTo) {
    std::mt19937 random(5);  // NOLINT(bugprone-random-generator-seed): the same each time
    const auto below = [&](std::uint32_t bound) { return random() % bound; };
    std::vector<CashbackId> ids;
    for (std::int64_t i = 0; i < 12; ++i)
        ids.push_back(make(purchase(i % 2 == 0 ? kAnn : kBob, {1000 + i, 505 * i}, 3)).id);
    std::vector<Deliveries::Claimed> open;
    const auto end_some = [&] {
        const auto outcome = static_cast<AttemptOutcome>(below(3));
        DeliveryState becomes = DeliveryState::kDelivered;
        if (outcome == AttemptOutcome::kFailed)
            becomes = below(2) == 0 ? DeliveryState::kPending : DeliveryState::kDead;
        if (outcome == AttemptOutcome::kUnknown)
            becomes = below(2) == 0 ? DeliveryState::kPending : DeliveryState::kUnknown;
        end(open, outcome, becomes, outcome == AttemptOutcome::kUnknown ? 0 : 201);
        open.clear();
    };
    for (int step = 0; step < 600; ++step) {
        const CashbackId id = ids[below(static_cast<std::uint32_t>(ids.size()))];
        switch (below(6)) {
            case 0:
                if (open.empty()) open = claim();
                break;
            case 1:
                end_some();
                break;
            case 2:
                (void)cashbacks().retry(id, change_);
                break;
            case 3:
                (void)cashbacks().resolve(
                    id, below(2) == 0 ? Cashbacks::Outcome::kPaid : Cashbacks::Outcome::kNotPaid,
                    "", change_);
                break;
            case 4: {
                auto reversal = back({{below(2) == 0 ? 1U : 2U, 1, {}}});
                if (below(2) == 0) reversal.takeback = Cashbacks::NewReversal::Takeback::kForwarded;
                (void)cashbacks().reverse(id, reversal, change_);
                break;
            }
            default:
                if (below(10) == 0) (void)cashbacks().reverse(id, back(), change_);
                break;
        }
        const auto kept = cashbacks().by_id(id).value();
        const Standing stands = standing_of(cashbacks().ledger(id).value());
        ASSERT_EQ(kept.state, stands.state) << step;
        ASSERT_EQ(kept.earned, stands.earned);
        ASSERT_EQ(kept.reversed, stands.reversed);
        ASSERT_EQ(kept.confirmed_at.has_value(), stands.is_paid);
    }
}

}  // namespace
}  // namespace eyed::catalog
