#include "catalog/cashbacks.h"

#include <gmock/gmock.h>

#include <span>

#include "catalog/audit.h"
#include "catalog/cashback_fixture.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Outcome = Cashbacks::Recorded::Outcome;
using model::CashbackState;
using model::LedgerKind;
using model::Money;

TEST_F(CashbackTest, APurchaseIsKeptWithItsCustomerLedgerAndDelivery) {
    const auto recorded = record(wanted(purchase(kAnn, {1000, 505}))).value();
    EXPECT_EQ(recorded.outcome, Outcome::kNew);
    EXPECT_EQ(recorded.customer.document, kAnn);
    EXPECT_EQ(recorded.customer.name, "somebody");
    const auto kept = cashbacks().by_id(recorded.cashback.id).value();
    EXPECT_EQ(kept.earned, Money{150});
    EXPECT_EQ(kept.total, Money{1505});
    EXPECT_EQ(kept.state, CashbackState::kPending);
    EXPECT_EQ(kept.key, KeyId{7});
    ASSERT_EQ(kept.lines.size(), 2U);
    EXPECT_EQ(kept.lines[1].line, (model::PurchaseLine{"B", {505}, 1}));
    EXPECT_EQ(kept.lines[1].number, 2U);
    EXPECT_EQ(kept.lines[1].exact, 505'000);
    EXPECT_EQ(kept.lines[1].earned, Money{50});
    EXPECT_THAT(kinds(kept.id), ElementsAre(LedgerKind::kEarned));
    const auto delivery = catalog_->deliveries().by_id(kept.delivery).value();
    EXPECT_EQ(delivery.body, R"({"document":"11144477735","cashback":"1.50"})");
    EXPECT_EQ(delivery.cashback, kept.id);
    EXPECT_EQ(delivery.order_key, std::to_string(kept.customer.value));
    EXPECT_EQ(delivery.state, model::DeliveryState::kPending);
}

TEST_F(CashbackTest, NothingEarnedIsNothingDue) {
    const auto cashback = make(purchase(kAnn, {9}));
    EXPECT_EQ(cashback.state, CashbackState::kNothingDue);
    EXPECT_FALSE(cashback.delivery);
    EXPECT_THAT(claim(), IsEmpty());
}

TEST_F(CashbackTest, TheSamePurchaseAgainGivesTheFirstCashback) {
    const auto first = record(wanted(purchase(kAnn, {1000}))).value();
    deliver();
    const auto again = record(wanted(purchase(kAnn, {1000}))).value();
    EXPECT_EQ(again.outcome, Outcome::kKnown);
    EXPECT_EQ(again.cashback.id, first.cashback.id);
    EXPECT_EQ(again.cashback.state, CashbackState::kConfirmed);
    EXPECT_EQ(again.customer.id, first.customer.id);
    EXPECT_EQ(record(wanted(purchase(kAnn, {1001})))->outcome, Outcome::kNew);
    EXPECT_EQ(record(wanted(purchase(kBob, {1000})))->outcome, Outcome::kNew);
}

TEST_F(CashbackTest, AKeyStandsForOnePurchaseOfItsApplication) {
    const auto first = record(wanted(purchase(kAnn, {1000}), "k1")).value();
    EXPECT_EQ(record(wanted(purchase(kAnn, {1000}), "k1"))->cashback.id, first.cashback.id);
    const auto other = record(wanted(purchase(kAnn, {2000}), "k1"));
    EXPECT_EQ(other.error().code, Code::kConflict);
    // The key alone counts: the same purchase under another one is another purchase.
    EXPECT_EQ(record(wanted(purchase(kAnn, {1000}), "k2"))->outcome, Outcome::kNew);
    // Without a key the digest finds it.
    EXPECT_EQ(record(wanted(purchase(kAnn, {1000})))->cashback.id, first.cashback.id);
    auto elsewhere = wanted(purchase(kAnn, {1000}), "k1");
    elsewhere.application = ApplicationId{4};
    EXPECT_EQ(record(elsewhere)->outcome, Outcome::kNew);
}

TEST_F(CashbackTest, OneThatIsRefusedKeepsNoOtherBackAndLeavesNoTrace) {
    auto refused = wanted(purchase(kBob, {3000}), "refused");
    refused.compute = [](const Cashbacks::MonthSoFar&) -> Result<std::vector<model::EarnedLine>> {
        return failure(Code::kInvalidArgument, "no");
    };
    const std::vector<Cashbacks::New> batch{
        wanted(purchase(kAnn, {1000}), "k"), refused, wanted(purchase(kAnn, {2000}), "k"),
        wanted(purchase(kAnn, {1000}), "k"), wanted(purchase(kAnn, {4000}))};
    const auto all = cashbacks().record_all(batch).value();
    ASSERT_EQ(all.size(), 5U);
    EXPECT_EQ(all[0]->outcome, Outcome::kNew);
    EXPECT_EQ(all[1].error().code, Code::kInvalidArgument);
    EXPECT_EQ(all[2].error().code, Code::kConflict);
    EXPECT_EQ(all[3]->cashback.id, all[0]->cashback.id);
    EXPECT_EQ(all[4]->outcome, Outcome::kNew);
    EXPECT_EQ(catalog_->customers().by_document(kBob).error().code, Code::kNotFound);
    EXPECT_EQ(cashbacks().list({}, Cashbacks::Order::kNewest, {})->count, 2U);
    EXPECT_EQ(record(wanted(purchase(kBob, {3000}), "refused"))->outcome, Outcome::kNew);
}

TEST_F(CashbackTest, ACustomerTakesTheNameThatCameLast) {
    const auto first = record(wanted(purchase(kAnn, {1000}))).value();
    auto renamed = purchase(kAnn, {2000});
    renamed.name = "Ann";
    const auto second = record(wanted(renamed)).value();
    EXPECT_EQ(second.customer.id, first.customer.id);
    EXPECT_EQ(second.customer.name, "Ann");
    EXPECT_EQ(second.customer.revision, 2U);
    EXPECT_EQ(catalog_->customers().by_document(kAnn)->name, "Ann");
}

TEST_F(CashbackTest, MonthsAddUpOverPurchasesAndReversals) {
    const auto so_far = [&](const std::string& document, std::int64_t product, Micros sold_at) {
        return cashbacks().month_so_far(document, ProductId{product}, sold_at).value();
    };
    EXPECT_EQ(so_far(kAnn, 1, at(0)), Money{0});
    make(purchase(kAnn, {1000, 500}));
    std::vector<Money> seen;
    auto second = wanted(purchase(kAnn, {2000}));
    second.compute = [&](const Cashbacks::MonthSoFar& month) {
        seen.push_back(month(ProductId{1}).value());
        seen.push_back(month(ProductId{2}).value());
        seen.push_back(month(ProductId{3}).value());
        return tenths(second.purchase);
    };
    auto third = wanted(purchase(kAnn, {4000}));
    third.compute = [&](const Cashbacks::MonthSoFar& month) {
        seen.push_back(month(ProductId{1}).value());
        return tenths(third.purchase);
    };
    const std::vector<Cashbacks::New> batch{second, third};
    const auto all = cashbacks().record_all(batch).value();
    EXPECT_THAT(seen, ElementsAre(Money{100}, Money{50}, Money{0}, Money{300}));
    EXPECT_EQ(so_far(kAnn, 1, at(0)), Money{700});
    EXPECT_EQ(so_far(kBob, 1, at(0)), Money{0});
    EXPECT_EQ(so_far(kAnn, 1, at(-1)), Money{0});  // December
    ASSERT_TRUE(cashbacks().reverse(all[1]->cashback.id, back(), change_));
    EXPECT_EQ(so_far(kAnn, 1, at(0)), Money{300});
}

TEST_F(CashbackTest, WithoutATargetNothingIsTaken) {
    const io::TemporaryDirectory elsewhere;
    const auto empty = Catalog::open({elsewhere.file("catalog.db")}).value();
    const auto one = wanted(purchase(kAnn, {1000}));
    EXPECT_EQ(empty->cashbacks().record_all({&one, 1}).error().code, Code::kUnavailable);
    EXPECT_EQ(empty->customers().list({}, Customers::Order::kName, {})->count, 0U);
}

TEST_F(CashbackTest, FailedOnesAreRetriedAndPendingOnesAtOnce) {
    const auto cashback = make(purchase(kAnn, {1000}));
    refuse_for_good();
    EXPECT_EQ(state(cashback.id), CashbackState::kFailed);
    EXPECT_EQ(cashbacks().by_id(cashback.id)->answer->status, 400);
    EXPECT_EQ(cashbacks().by_id(cashback.id)->target, "https://example.org");
    const auto message = catalog_->deliveries().by_id(cashback.delivery)->message;
    EXPECT_EQ(cashbacks().retry(cashback.id, change_)->state, CashbackState::kPending);
    end(claim(), model::AttemptOutcome::kFailed, model::DeliveryState::kPending, 500, {}, at(900));
    EXPECT_TRUE(claim().empty());
    EXPECT_EQ(cashbacks().retry(cashback.id, change_)->state, CashbackState::kPending);
    EXPECT_EQ(catalog_->deliveries().by_id(cashback.delivery)->message, message);
    deliver();
    EXPECT_THAT(kinds(cashback.id),
                ElementsAre(LedgerKind::kEarned, LedgerKind::kSent, LedgerKind::kFailed,
                            LedgerKind::kGivenUp, LedgerKind::kRequeued, LedgerKind::kSent,
                            LedgerKind::kFailed, LedgerKind::kRequeued, LedgerKind::kSent,
                            LedgerKind::kConfirmed));
    const auto paid = cashbacks().retry(cashback.id, change_);
    EXPECT_EQ(paid.error().code, Code::kConflict);
    EXPECT_THAT(paid.error().detail, HasSubstr("it was paid"));
    EXPECT_EQ(cashbacks().retry(CashbackId{99}, change_).error().code, Code::kNotFound);
}

TEST_F(CashbackTest, WhatIsDueAlreadyIsNotRetriedAgain) {
    const auto cashback = make(purchase(kAnn, {1000}));
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(cashbacks().retry(cashback.id, change_)->state, CashbackState::kPending);
    EXPECT_THAT(kinds(cashback.id), ElementsAre(LedgerKind::kEarned));
    EXPECT_EQ(catalog_->audit().list({.kind = "cashback"})->rows.size(), 0U);
}

TEST_F(CashbackTest, ManyAreRetriedByAFilter) {
    for (std::int64_t i = 0; i < 5; ++i)
        make(purchase(kAnn, {1000 + i * 10}));
    refuse_for_good();
    make(purchase(kBob, {1000}));
    EXPECT_EQ(cashbacks().retry_all({.states = {CashbackState::kUnknown}}, 10, change_).value(),
              0U);
    EXPECT_EQ(cashbacks().retry_all({.document = kBob}, 10, change_).value(), 0U);
    EXPECT_EQ(cashbacks().retry_all({}, 3, change_).value(), 3U);
    EXPECT_EQ(cashbacks().retry_all({}, 10, change_).value(), 2U);
    EXPECT_EQ(claim().size(), 6U);
}

TEST_F(CashbackTest, AnUnknownOutcomeWaitsForSomebodysWord) {
    const auto one = make(purchase(kAnn, {1000}));
    const auto two = make(purchase(kBob, {2000}));
    EXPECT_EQ(cashbacks().resolve(one.id, Cashbacks::Outcome::kPaid, "", change_).error().code,
              Code::kConflict);
    lose();
    EXPECT_EQ(state(one.id), CashbackState::kUnknown);
    EXPECT_EQ(cashbacks().retry(one.id, change_).error().code, Code::kConflict);
    EXPECT_THAT(claim(), IsEmpty());
    EXPECT_EQ(cashbacks().resolve(one.id, Cashbacks::Outcome::kPaid, "they say so", change_)->state,
              CashbackState::kConfirmed);
    EXPECT_TRUE(cashbacks().by_id(one.id)->confirmed_at);
    EXPECT_EQ(catalog_->deliveries().by_id(one.delivery)->state, model::DeliveryState::kDelivered);
    EXPECT_EQ(cashbacks().resolve(two.id, Cashbacks::Outcome::kNotPaid, "", change_)->state,
              CashbackState::kPending);
    const auto again = claim();
    ASSERT_EQ(again.size(), 1U);
    EXPECT_EQ(again[0].delivery.id, two.delivery);
}

TEST_F(CashbackTest, ListsFilterOrderAndCount) {
    const auto one = make(purchase(kAnn, {1000}));
    const auto two = make(purchase(kBob, {3000}));
    deliver();
    now_ = at(200);
    const auto three = make(purchase(kAnn, {2000}));
    const auto ids = [&](const Cashbacks::Filter& filter,
                         Cashbacks::Order order = Cashbacks::Order::kOldest) {
        const auto found = cashbacks().list(filter, order, {1, 100}).value();
        EXPECT_EQ(found.count, found.rows.size());
        std::vector<CashbackId> ids;
        for (const auto& row : found.rows)
            ids.push_back(row.cashback.id);
        return ids;
    };
    EXPECT_THAT(ids({}), ElementsAre(one.id, two.id, three.id));
    EXPECT_THAT(ids({}, Cashbacks::Order::kNewest), ElementsAre(three.id, two.id, one.id));
    EXPECT_THAT(ids({}, Cashbacks::Order::kMost), ElementsAre(two.id, three.id, one.id));
    EXPECT_THAT(ids({.states = {CashbackState::kConfirmed, CashbackState::kFailed}}),
                ElementsAre(one.id, two.id));
    EXPECT_THAT(ids({.document = kAnn}), ElementsAre(one.id, three.id));
    EXPECT_THAT(ids({.customer = two.customer}), ElementsAre(two.id));
    EXPECT_THAT(ids({.applications = {ApplicationId{4}, ApplicationId{-1}}}), IsEmpty());
    EXPECT_THAT(ids({.applications = {ApplicationId{4}, ApplicationId{3}}}),
                ElementsAre(one.id, two.id, three.id));
    EXPECT_THAT(ids({.target = "https://example.org"}), ElementsAre(one.id, two.id));
    EXPECT_THAT(ids({.received_from = at(200)}), ElementsAre(three.id));
    EXPECT_THAT(ids({.received_to = at(200)}), ElementsAre(one.id, two.id));
    EXPECT_THAT(ids({.sold_from = at(1)}), IsEmpty());
    EXPECT_THAT(ids({.least = Money{200}}), ElementsAre(two.id, three.id));
    EXPECT_THAT(ids({.settlement_due = true}), IsEmpty());
    EXPECT_EQ(cashbacks().list({}, Cashbacks::Order::kOldest, {2, 2})->rows.size(), 1U);
    const auto after = cashbacks().after({}, one.id, 1).value();
    ASSERT_EQ(after.size(), 1U);
    EXPECT_EQ(after[0].cashback.id, two.id);
    EXPECT_EQ(after[0].customer.document, kBob);
}

TEST_F(CashbackTest, TotalsAreByDayStateAndTarget) {
    make(purchase(kAnn, {1000}));
    make(purchase(kBob, {3000}));
    deliver();
    now_ = at(86'400);
    make(purchase(kAnn, {2000}));
    const auto totals =
        cashbacks().totals(Cashbacks::By::kReceived, at(0), at(10 * 86'400), 10).value();
    ASSERT_EQ(totals.size(), 2U);
    EXPECT_EQ(totals[0].day, at(86'400));
    EXPECT_EQ(totals[0].state, CashbackState::kPending);
    EXPECT_EQ(totals[0].target, "");
    EXPECT_EQ(totals[1].day, at(0));
    EXPECT_EQ(totals[1].state, CashbackState::kConfirmed);
    EXPECT_EQ(totals[1].target, "https://example.org");
    EXPECT_EQ(totals[1].count, 2U);
    EXPECT_EQ(totals[1].total, Money{4000});
    EXPECT_EQ(totals[1].earned, Money{400});
    EXPECT_EQ(cashbacks().totals(Cashbacks::By::kSold, at(0), at(1), 10)->size(), 2U);
    for (const std::int64_t application : {3, 4})
        EXPECT_EQ(cashbacks()
                      .totals(Cashbacks::By::kSold, at(0), at(1), 10, {ApplicationId{application}})
                      ->size(),
                  application == 3 ? 2U : 0U);
    EXPECT_EQ(cashbacks().totals(Cashbacks::By::kSold, at(1), at(9), 10)->size(), 0U);
    EXPECT_EQ(cashbacks().totals(Cashbacks::By::kReceived, at(0), at(10 * 86'400), 1)->size(), 1U);
    const auto states = cashbacks().state_totals().value();
    ASSERT_EQ(states.size(), 4U) << "pending, sent, unknown, failed";
    EXPECT_EQ(states[0].state, CashbackState::kPending);
    EXPECT_EQ(states[0].count, 1U);
    for (const auto& other : std::span(states).subspan(1))
        EXPECT_EQ(other.count, 0U) << model::cashback_state_name(other.state);
}

TEST_F(CashbackTest, OfManyEachIsCountedOnce) {
    constexpr std::int64_t kMany = 20'500;  // more than are counted in one step
    std::vector<Cashbacks::New> batch;
    for (std::int64_t i = 0; i < kMany; ++i) {
        auto one = wanted(purchase(kAnn, {1000}));
        one.digest = {1, static_cast<std::uint64_t>(i)};
        batch.push_back(one);
    }
    ASSERT_TRUE(cashbacks().record_all(batch));
    const auto states = cashbacks().state_totals().value();
    EXPECT_EQ(states[0].count, static_cast<std::uint64_t>(kMany));
    EXPECT_EQ(states[0].due, Money{100 * kMany});
}

}  // namespace
}  // namespace eyed::catalog
