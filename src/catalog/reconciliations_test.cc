#include "catalog/reconciliations.h"

#include <gmock/gmock.h>

#include <chrono>

#include "catalog/cashback_fixture.h"
#include "catalog/reconciliation_match.h"
#include "catalog/reconciliation_payments.h"

namespace eyed::catalog {
namespace {

using model::Money;
using ::testing::HasSubstr;
using ::testing::Not;
using Verdict = Reconciliations::Verdict;

constexpr const char* kOne = "11144477735";
constexpr const char* kTwo = "52998224725";

OurPayment ours(std::int64_t id, const std::string& document, std::int64_t amount,
                std::int64_t at) {
    return {.cashback = CashbackId{id},
            .document = document,
            .message = "msg_00000000000000000000000000000a" + std::to_string(10 + id),
            .amount = {amount},
            .at = Micros{at},
            .state = "confirmed"};
}
Reconciliations::TheirLine theirs(std::uint32_t line, const std::string& document,
                                  std::int64_t amount, std::optional<std::int64_t> at = {},
                                  const std::string& reference = {}) {
    return {.line = line,
            .reference = reference,
            .document = document,
            .amount = Money{amount},
            .at = at ? std::optional(Micros{*at}) : std::nullopt};
}

TEST(MatchPayments, ByReferenceInWhateverSpelling) {
    const std::vector payments{ours(1, kOne, 100, 1), ours(2, kOne, 100, 2), ours(3, kOne, 100, 3)};
    const auto lines =
        match_payments({theirs(2, kOne, 100, 1, "3"), theirs(3, "", 100, {}, payments[1].message),
                        theirs(4, "", 100, {}, "00000000-0000-0000-0000-000000000A11")},
                       payments);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].cashback, CashbackId{3});
    EXPECT_EQ(lines[1].cashback, CashbackId{2});
    EXPECT_EQ(lines[1].document, kOne);
    EXPECT_EQ(lines[2].cashback, CashbackId{1});
    for (const auto& line : lines)
        EXPECT_EQ(line.verdict, Verdict::kMatched);
}

TEST(MatchPayments, ANumberOfTheirsIsNotTheIdOfSomebodyElsesCashback) {
    const auto lines = match_payments({theirs(2, kTwo, 50, 1, "1")},
                                      {ours(1, kOne, 100, 1), ours(2, kTwo, 50, 2)});
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].cashback, CashbackId{2});
    EXPECT_EQ(lines[0].verdict, Verdict::kMatched);
    EXPECT_EQ(lines[1].verdict, Verdict::kMissingThere);
    EXPECT_EQ(lines[1].cashback, CashbackId{1});
    EXPECT_FALSE(lines[1].line);
    const auto without = match_payments({theirs(2, "", 100, 1, "1")}, {ours(1, kOne, 100, 1)});
    EXPECT_EQ(without[0].verdict, Verdict::kMissingHere) << "a number alone is nobody's id";
    EXPECT_FALSE(without[0].cashback);
}

TEST(MatchPayments, OfOneWhoWasErasedTheMessageIsKnownAndTheDocumentNotKept) {
    const std::vector payments{ours(1, "", 100, 1), ours(2, "", 100, 2)};
    auto unpaid = ours(3, "", 100, 3);
    unpaid.is_paid = unpaid.is_compared = false;
    const auto lines = match_payments(
        {theirs(2, kOne, 100, 1, payments[0].message), theirs(3, kOne, 100, 1, payments[0].message),
         theirs(4, kOne, 90, {}, payments[1].message), theirs(5, kOne, 100, 3, unpaid.message)},
        {payments[0], payments[1], unpaid});
    ASSERT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines[0].verdict, Verdict::kMatched);
    EXPECT_EQ(lines[1].verdict, Verdict::kMissingHere);
    EXPECT_EQ(lines[2].verdict, Verdict::kDiffers);
    EXPECT_EQ(lines[3].verdict, Verdict::kMissingHere);
    for (const auto& line : lines) {
        EXPECT_TRUE(line.cashback);
        EXPECT_EQ(line.document, "");
    }
}

TEST(MatchPayments, AMessageOfSomebodyElsesPaymentIsNotTheirs) {
    const auto lines = match_payments({theirs(2, kTwo, 100, 1, ours(1, kOne, 100, 1).message)},
                                      {ours(1, kOne, 100, 1)});
    EXPECT_EQ(lines[0].verdict, Verdict::kMissingHere);
    EXPECT_EQ(lines[0].document, kTwo);
}

TEST(MatchPayments, ByDocumentAndAmountTheNearestInTime) {
    const auto lines =
        match_payments({theirs(2, kOne, 100, 290), theirs(3, kOne, 100, 90), theirs(4, kOne, 100)},
                       {ours(1, kOne, 100, 100), ours(2, kOne, 100, 200), ours(3, kOne, 100, 300)});
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].cashback, CashbackId{3});
    EXPECT_EQ(lines[1].cashback, CashbackId{1});
    EXPECT_EQ(lines[2].cashback, CashbackId{2});
    EXPECT_EQ(lines[2].at, Micros{200});
}

TEST(MatchPayments, OfTheSameDocumentAndDayAnotherAmountDiffers) {
    const auto lines =
        match_payments({theirs(2, kOne, 90, 100), theirs(3, kOne, 200, 100), theirs(4, kTwo, 10)},
                       {ours(1, kOne, 100, 100), ours(2, kOne, 200, 500)});
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].verdict, Verdict::kDiffers);
    EXPECT_EQ(lines[0].cashback, CashbackId{1});
    EXPECT_EQ(lines[0].theirs, Money{90});
    EXPECT_EQ(lines[0].ours, Money{100});
    EXPECT_EQ(lines[1].verdict, Verdict::kMatched);
    EXPECT_EQ(lines[1].cashback, CashbackId{2});
    EXPECT_EQ(lines[2].verdict, Verdict::kMissingHere);
    EXPECT_EQ(lines[2].number, 3U);
}

TEST(MatchPayments, ADocumentAlonePairsNoOtherAmount) {
    constexpr std::int64_t kHour = 3'600'000'000;
    const std::vector payments{ours(1, kOne, 100, 23 * kHour), ours(2, kOne, 100, 25 * kHour),
                               ours(3, kOne, 100, 40 * kHour)};
    const auto lines = match_payments(
        {theirs(2, kOne, 90), theirs(3, kOne, 90, {}, "not of ours"),
         theirs(4, kOne, 90, 24 * kHour), theirs(5, kOne, 90, 48 * kHour), theirs(6, kOne, 90, -1),
         theirs(7, kOne, 90, 24 * kHour), theirs(8, kOne, 90, 0)},
        payments);
    for (const std::size_t i : {0U, 1U, 3U, 4U})
        EXPECT_EQ(lines[i].verdict, Verdict::kMissingHere) << i;
    EXPECT_EQ(lines[2].verdict, Verdict::kDiffers);
    EXPECT_EQ(lines[2].cashback, CashbackId{2}) << "not the nearer one of the day before";
    EXPECT_EQ(lines[5].cashback, CashbackId{3});
    EXPECT_EQ(lines[6].cashback, CashbackId{1});
}

TEST(MatchPayments, EachCashbackIsMatchedOnce) {
    const auto lines = match_payments(
        {theirs(2, kOne, 100, 1, "1"), theirs(3, kOne, 100, 1, "1"), theirs(4, kOne, 100, 1)},
        {ours(1, kOne, 100, 1)});
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].verdict, Verdict::kMatched);
    EXPECT_EQ(lines[1].verdict, Verdict::kMissingHere);
    EXPECT_THAT(lines[1].note, HasSubstr("Another line"));
    EXPECT_EQ(lines[2].verdict, Verdict::kMissingHere);
}

TEST(MatchPayments, WhatIsNotPaidHereIsMissingHere) {
    auto unpaid = ours(1, kOne, 100, 1);
    unpaid.is_paid = unpaid.is_compared = false;
    unpaid.state = "unknown";
    auto earlier = ours(2, kOne, 100, 1);
    earlier.is_compared = false;
    const auto lines = match_payments({theirs(2, kOne, 100, 1, "1"), theirs(3, kOne, 100, 1, "2")},
                                      {unpaid, earlier});
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].verdict, Verdict::kMissingHere);
    EXPECT_EQ(lines[0].cashback, CashbackId{1});
    EXPECT_EQ(lines[0].note, "The cashback is unknown.");
    EXPECT_EQ(lines[1].verdict, Verdict::kMatched);
    EXPECT_THAT(lines[1].note, HasSubstr("another time"));
}

TEST(MatchPayments, UnreadableLinesAreToldAsSuch) {
    auto broken = theirs(2, kOne, 100);
    broken.problem = "The amount cannot be read.";
    const auto lines = match_payments({broken}, {});
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].verdict, Verdict::kUnreadable);
    EXPECT_EQ(lines[0].note, "The amount cannot be read.");
}

/// All of one customer's and of one amount: the worst there is.
TEST(MatchPayments, ManyOfOneKindTakeNoQuadraticTime) {
    constexpr std::uint32_t kLines = 100'000;
    std::vector<OurPayment> payments;
    std::vector<Reconciliations::TheirLine> lines;
    for (std::uint32_t i = 0; i < kLines; ++i) {
        payments.push_back(ours(i, kOne, 100, i));
        lines.push_back(theirs(i + 2, kOne, i % 2 == 0 ? 100 : 90, kLines - i));
    }
    const auto begun = std::chrono::steady_clock::now();
    const auto matched = match_payments(lines, payments);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(20));
    EXPECT_EQ(matched.size(), kLines);
}

TEST_F(CashbackTest, ReconciliationsAreKeptWithTheirLinesAndSums) {
    const auto one = make(purchase(kAnn, {1000}));
    const auto two = make(purchase(kBob, {3000}));
    deliver();
    now_ = at(500);
    const auto failed = make(purchase(kBob, {4000}));
    refuse_for_good();
    const Reconciliations::New file{
        .name = "july.csv",
        .from = at(0),
        .to = at(1000),
        .mapping = R"({"amount":"valor"})",
        .lines = {theirs(2, kAnn, 100),
                  theirs(3, kBob, 400, {}, std::to_string(failed.id.value)),
                  {.line = 4, .problem = "nothing in it"}}};
    auto& reconciliations = catalog_->reconciliations();
    const auto made = reconciliations.create(file, change_).value();
    const auto kept = reconciliations.by_id(made.id).value();
    EXPECT_EQ(kept.name, "july.csv");
    EXPECT_EQ(kept.mapping, file.mapping);
    EXPECT_EQ(kept.user, UserId{1});
    const auto& part = [&](Verdict verdict) -> const Reconciliations::Summary::Part& {
        return kept.parts[static_cast<std::size_t>(verdict)];
    };
    EXPECT_EQ(part(Verdict::kMatched).count, 1U);
    EXPECT_EQ(part(Verdict::kMatched).ours, Money{100});
    EXPECT_EQ(part(Verdict::kMissingHere).theirs, Money{400});
    EXPECT_EQ(part(Verdict::kMissingThere).count, 1U);
    EXPECT_EQ(part(Verdict::kMissingThere).ours, Money{300});
    EXPECT_EQ(part(Verdict::kUnreadable).count, 1U);
    const auto lines = reconciliations.lines(made.id, {}, {1, 10}).value();
    ASSERT_EQ(lines.count, 4U);
    EXPECT_EQ(lines.rows[0].cashback, one.id);
    EXPECT_EQ(lines.rows[0].line, 2U);
    EXPECT_EQ(lines.rows[1].cashback, failed.id);
    EXPECT_EQ(lines.rows[1].note, "The cashback is failed.");
    EXPECT_EQ(lines.rows[3].cashback, two.id);
    EXPECT_EQ(lines.rows[3].document, kBob);
    EXPECT_FALSE(lines.rows[3].theirs);
    const auto missing = reconciliations.lines(made.id, Verdict::kMissingThere, {}).value();
    EXPECT_EQ(missing.count, 1U);
    EXPECT_EQ(reconciliations.list({})->count, 1U);
    EXPECT_EQ(reconciliations.by_id(ReconciliationId{9}).error().code, Code::kNotFound);
    EXPECT_EQ(reconciliations.lines(ReconciliationId{9}, {}, {}).error().code, Code::kNotFound);
}

TEST_F(CashbackTest, ReconciliationsCompareWhatWasPaidNotWhatWasReversedLater) {
    const auto one = make(purchase(kAnn, {1000}));
    deliver();
    ASSERT_TRUE(cashbacks().reverse(one.id, back(), change_));
    const auto made = catalog_->reconciliations()
                          .create({.name = "x",
                                   .from = at(0),
                                   .to = at(1000),
                                   .mapping = "{}",
                                   .lines = {theirs(1, kAnn, 100)}},
                                  change_)
                          .value();
    EXPECT_EQ(made.parts[static_cast<std::size_t>(Verdict::kMatched)].count, 1U);
}

TEST_F(CashbackTest, ReconciliationsReadAllPaymentsOfTheTimeOnceInSteps) {
    constexpr std::int64_t kMany = 4'300;  // more than two steps, most of one moment
    std::vector<Cashbacks::New> batch;
    for (std::int64_t i = 0; i < kMany; ++i) {
        auto one = wanted(purchase(kAnn, {1000}));
        one.digest = {1, static_cast<std::uint64_t>(i)};
        batch.push_back(one);
    }
    ASSERT_TRUE(cashbacks().record_all(batch));
    while (true) {
        const auto some = claim();
        if (some.empty()) break;
        end(some, model::AttemptOutcome::kDelivered, model::DeliveryState::kDelivered, 201);
        if (some.back().delivery.id.value > 3'500) now_ = now_ + std::chrono::seconds(1);
    }
    Reconciliations::New file{
        .name = "x", .from = at(0), .to = at(1000), .mapping = "{}", .lines = {}};
    const auto made = catalog_->reconciliations().create(file, change_).value();
    EXPECT_EQ(made.parts[static_cast<std::size_t>(Verdict::kMissingThere)].count,
              static_cast<std::uint64_t>(kMany));
    file.most = kMany - 1;
    const auto refused = catalog_->reconciliations().create(file, change_);
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
    EXPECT_THAT(refused.error().detail, HasSubstr("to: More than 4299 payments"));
}

TEST_F(CashbackTest, WhatAFileRefersToIsFoundByItsIndex) {
    const auto paid = make(purchase(kAnn, {1000}));
    deliver();
    const auto message = catalog_->deliveries().by_id(paid.delivery)->message;
    const auto made = catalog_->reconciliations()
                          .create({.name = "x",
                                   .from = at(5'000),
                                   .to = at(6'000),
                                   .mapping = "{}",
                                   .lines = {theirs(1, "", 100, {}, message)}},
                                  change_)
                          .value();
    EXPECT_EQ(made.parts[static_cast<std::size_t>(Verdict::kMatched)].count, 1U);
    for (const std::string& query : payment_queries()) {
        EXPECT_THAT(plan(query), Not(HasSubstr("SCAN"))) << query;
        EXPECT_THAT(plan(query), Not(HasSubstr("TEMP B-TREE"))) << query;
    }
    EXPECT_THAT(plan(payment_queries().at(0)), HasSubstr("cashbacks_confirmed (confirmed_at>"));
    EXPECT_THAT(plan(payment_queries().at(2)), HasSubstr("deliveries_message (message=?)"));
}

}  // namespace
}  // namespace eyed::catalog
