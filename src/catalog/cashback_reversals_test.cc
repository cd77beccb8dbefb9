#include <gmock/gmock.h>

#include "catalog/audit.h"
#include "catalog/cashback_fixture.h"

namespace eyed::catalog {
namespace {

using model::CashbackState;
using model::LedgerKind;
using model::Money;
using model::ReversalState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Takeback = Cashbacks::NewReversal::Takeback;

class Reversals : public CashbackTest {
  protected:
    std::string body_of(DeliveryId id) { return catalog_->deliveries().by_id(id)->body; }
    /// 3 × 1.00 and 1 × 10.00, which earn 0.30 and 1.00.
    model::Purchase two_lines() {
        auto sold = purchase(kAnn, {100, 1000});
        sold.lines[0].quantity = 3;
        sold.total = {1300};
        return sold;
    }
};

TEST_F(Reversals, BeforeThePaymentLessIsPaid) {
    const auto cashback = make(two_lines());
    const auto reversed = cashbacks().reverse(cashback.id, back({{1, 2, {}}}), change_).value();
    EXPECT_EQ(reversed.outcome, Cashbacks::Reversed::Outcome::kNew);
    EXPECT_EQ(reversed.reversal.amount, Money{20});
    EXPECT_EQ(reversed.reversal.state, ReversalState::kNotPaid);
    EXPECT_EQ(reversed.cashback.due(), Money{110});
    EXPECT_NE(reversed.cashback.delivery, cashback.delivery);
    EXPECT_EQ(catalog_->deliveries().by_id(cashback.delivery)->state,
              model::DeliveryState::kCancelled);
    const auto claimed = claim();
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_EQ(claimed[0].delivery.body, R"({"document":"11144477735","cashback":"1.10"})");
    end(claimed, model::AttemptOutcome::kDelivered, model::DeliveryState::kDelivered, 201);
    EXPECT_EQ(state(cashback.id), CashbackState::kConfirmed);
    const auto ledger = cashbacks().ledger(cashback.id).value();
    EXPECT_EQ(ledger.back().kind, LedgerKind::kConfirmed);
    EXPECT_EQ(ledger.back().amount, Money{110});
}

TEST_F(Reversals, AllOfItBeforeThePaymentCancels) {
    const auto cashback = make(two_lines());
    ASSERT_TRUE(cashbacks().reverse(cashback.id, back({{2, 1, {}}}), change_));
    const auto reversed = cashbacks().reverse(cashback.id, back(), change_).value();
    EXPECT_EQ(reversed.reversal.amount, Money{30});
    ASSERT_EQ(reversed.reversal.lines.size(), 1U);
    EXPECT_EQ(reversed.reversal.lines[0].quantity, 3U);
    EXPECT_EQ(reversed.cashback.state, CashbackState::kCancelled);
    EXPECT_THAT(claim(), IsEmpty());
    const auto more = cashbacks().reverse(cashback.id, back(), change_);
    EXPECT_EQ(more.error().code, Code::kConflict);
    EXPECT_THAT(more.error().detail, HasSubstr("nothing is left"));
}

TEST_F(Reversals, NothingIsReversedWhileThePaymentIsUnderWay) {
    const auto cashback = make(two_lines());
    const auto claimed = claim();
    EXPECT_EQ(cashbacks().reverse(cashback.id, back(), change_).error().code, Code::kConflict);
    end(claimed, model::AttemptOutcome::kUnknown, model::DeliveryState::kUnknown, 0);
    EXPECT_EQ(cashbacks().reverse(cashback.id, back(), change_).error().code, Code::kConflict);
    EXPECT_THAT(cashbacks().reversals(cashback.id).value(), IsEmpty());
    EXPECT_EQ(cashbacks().by_id(cashback.id)->reversed, Money{0});
}

TEST_F(Reversals, AfterThePaymentItIsSettledBetweenTheParties) {
    const auto cashback = make(two_lines());
    deliver();
    auto early = back();
    early.stage = Cashbacks::NewReversal::Stage::kBeforePayment;
    EXPECT_EQ(cashbacks().reverse(cashback.id, early, change_).error().code, Code::kConflict);
    const auto part = cashbacks().reverse(cashback.id, back({{2, 1, {}}}), change_).value();
    EXPECT_EQ(part.reversal.state, ReversalState::kSettlementDue);
    EXPECT_EQ(part.cashback.state, CashbackState::kConfirmed);
    const auto rest = cashbacks().reverse(cashback.id, back(), change_).value();
    EXPECT_EQ(rest.cashback.state, CashbackState::kReversed);
    EXPECT_EQ(rest.cashback.due(), Money{0});
    EXPECT_EQ(cashbacks().list({.settlement_due = true}, {}, {})->count, 1U);
    const auto settled = cashbacks().settle(part.reversal.id, "by transfer", change_).value();
    EXPECT_EQ(settled.state, ReversalState::kSettled);
    EXPECT_EQ(cashbacks().settle(part.reversal.id, "", change_).error().code, Code::kConflict);
    ASSERT_TRUE(cashbacks().settle(rest.reversal.id, "", change_));
    EXPECT_EQ(cashbacks().list({.settlement_due = true}, {}, {})->count, 0U);
    EXPECT_THAT(
        kinds(cashback.id),
        ElementsAre(LedgerKind::kEarned, LedgerKind::kSent, LedgerKind::kConfirmed,
                    LedgerKind::kReversed, LedgerKind::kSettlementDue, LedgerKind::kReversed,
                    LedgerKind::kSettlementDue, LedgerKind::kSettled, LedgerKind::kSettled));
}

TEST_F(Reversals, ATargetThatCanTakesItBack) {
    const auto cashback = make(two_lines());
    deliver();
    auto wanted = back({{2, 1, {}}});
    wanted.takeback = Takeback::kForwarded;
    const auto reversed = cashbacks().reverse(cashback.id, wanted, change_).value();
    EXPECT_EQ(reversed.reversal.state, ReversalState::kPending);
    const auto message = catalog_->deliveries().by_id(cashback.delivery)->message;
    EXPECT_EQ(body_of(reversed.reversal.delivery),
              R"({"document":"11144477735","cashback":"1.00","reverses":")" + message + "\"}");
    deliver();
    EXPECT_EQ(cashbacks().reversal(reversed.reversal.id)->state, ReversalState::kTakenBack);
    EXPECT_EQ(state(cashback.id), CashbackState::kConfirmed);
}

TEST_F(Reversals, WhatTheTargetRefusesToTakeBackIsToBeSettled) {
    const auto cashback = make(two_lines());
    deliver();
    auto wanted = back({{1, 1, {}}});
    wanted.takeback = Takeback::kForwarded;
    const auto refused = cashbacks().reverse(cashback.id, wanted, change_)->reversal.id;
    refuse_for_good();
    EXPECT_EQ(cashbacks().reversal(refused)->state, ReversalState::kSettlementDue);
    const auto lost = cashbacks().reverse(cashback.id, wanted, change_)->reversal.id;
    lose();
    EXPECT_EQ(cashbacks().reversal(lost)->state, ReversalState::kUnknown);
    EXPECT_EQ(cashbacks().settle(lost, "they took it back", change_)->state,
              ReversalState::kSettled);
    EXPECT_EQ(state(cashback.id), CashbackState::kConfirmed);
    EXPECT_THAT(claim(), IsEmpty());
}

TEST_F(Reversals, OfALineNoMorePiecesThanThereAre) {
    const auto cashback = make(two_lines());
    const auto refused = [&](std::vector<model::ReturnedLine> lines) {
        return cashbacks().reverse(cashback.id, back(std::move(lines)), change_).error();
    };
    EXPECT_EQ(refused({{3, 1, {}}}).code, Code::kInvalidArgument);
    EXPECT_EQ(refused({{0, 1, {}}}).code, Code::kInvalidArgument);
    EXPECT_EQ(refused({{1, 0, {}}}).code, Code::kInvalidArgument);
    EXPECT_THAT(refused({{1, 4, {}}}).detail, HasSubstr("lines: "));
    EXPECT_EQ(refused({{1, 2, {}}, {1, 2, {}}}).code, Code::kInvalidArgument);
    ASSERT_TRUE(cashbacks().reverse(cashback.id, back({{1, 2, {}}}), change_));
    EXPECT_EQ(refused({{1, 2, {}}}).code, Code::kInvalidArgument);
    EXPECT_EQ(cashbacks().reverse(CashbackId{9}, back(), change_).error().code, Code::kNotFound);
}

TEST_F(Reversals, AKeyStandsForOneReversal) {
    const auto cashback = make(two_lines());
    auto wanted = back({{1, 1, {}}});
    wanted.key = "k";
    wanted.digest = hash128("one");
    const auto first = cashbacks().reverse(cashback.id, wanted, change_).value();
    const auto again = cashbacks().reverse(cashback.id, wanted, change_).value();
    EXPECT_EQ(again.outcome, Cashbacks::Reversed::Outcome::kKnown);
    EXPECT_EQ(again.reversal.id, first.reversal.id);
    EXPECT_EQ(again.cashback.reversed, Money{10});
    wanted.digest = hash128("another");
    EXPECT_EQ(cashbacks().reverse(cashback.id, wanted, change_).error().code, Code::kConflict);
}

TEST_F(Reversals, ThatTakeNothingAreKeptAllTheSame) {
    auto sold = purchase(kAnn, {9, 1000});
    const auto cashback = make(sold);
    const auto reversed = cashbacks().reverse(cashback.id, back({{1, 1, {}}}), change_).value();
    EXPECT_EQ(reversed.reversal.amount, Money{0});
    EXPECT_EQ(reversed.cashback.delivery, cashback.delivery);
    EXPECT_EQ(reversed.cashback.state, CashbackState::kPending);
    deliver();
    EXPECT_EQ(cashbacks().reverse(cashback.id, back({{1, 1, {}}}), change_).error().code,
              Code::kInvalidArgument);
}

TEST_F(Reversals, OfAFailedPaymentTheRestIsTriedAgain) {
    const auto cashback = make(two_lines());
    refuse_for_good();
    ASSERT_TRUE(cashbacks().reverse(cashback.id, back({{1, 3, {}}}), change_));
    EXPECT_EQ(state(cashback.id), CashbackState::kPending);
    const auto claimed = claim();
    ASSERT_EQ(claimed.size(), 1U);
    EXPECT_THAT(claimed[0].delivery.body, HasSubstr("\"1.00\""));
}

TEST_F(Reversals, AreBounded) {
    const auto cashback = make(purchase(kAnn, {1000}, 5'000));
    {
        soci::session sql(soci::sqlite3, path());
        sql << "WITH RECURSIVE some (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM some WHERE i < "
            << Cashbacks::kMostReversals - 1
            << ") INSERT INTO cashback_reversals (cashback_id, amount, state, created_at, reason, "
               "lines) SELECT "
            << cashback.id.value << ", 0, 'not_paid', 1, '', '[]' FROM some";
    }
    ASSERT_TRUE(cashbacks().reverse(cashback.id, back({{1, 1, {}}}), change_));
    const auto refused = cashbacks().reverse(cashback.id, back({{1, 1, {}}}), change_);
    EXPECT_EQ(refused.error().code, Code::kConflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("1000 reversals"));
}

TEST_F(Reversals, AreAudited) {
    const auto cashback = make(two_lines());
    ASSERT_TRUE(cashbacks().reverse(cashback.id, back(), change_));
    const auto lines = catalog_->audit().list({.kind = "cashback"}).value().rows;
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].action, "reversed");
    EXPECT_EQ(lines[0].subject_id, cashback.id.value);
    EXPECT_EQ(lines[0].actor.user, UserId{1});
}

}  // namespace
}  // namespace eyed::catalog
