// Deliveries that pay cashback, or take it back, take the ledger along.
#include <gmock/gmock.h>

#include "catalog/delivery_fixture.h"
#include "catalog/delivery_rows.h"

namespace eyed::catalog {
namespace {

class DeliveryLedgerTest : public DeliveryTest {
  protected:
    DeliveryLedgerTest() : pays_(destination(paying(), model::DestinationKind::kCashback)) {
        soci::session sql(soci::sqlite3, path());
        sql << "INSERT INTO customers (id, application_id, document, name, pseudonym, created_at, "
               "updated_at, revision) VALUES (1, 1, '11144477735', 'Ann', 'p', 1, 1, 1)";
        const DeliveryId id = insert_delivery(sql, {.destination = pays_,
                                                    .cashback = CashbackId{1},
                                                    .reversal = {},
                                                    .order_key = "1",
                                                    .body = "{}",
                                                    .at = seconds(5)});
        payment_ = id;
        sql << "INSERT INTO cashbacks (id, customer_id, application_id, sold_at, received_at, "
               "total, earned, state, rounding, delivery_id, digest, lines) VALUES (1, 1, 1, 1, 1, "
               "10000, 1230, 'pending', 'half_up', " +
                   std::to_string(id.value) + ", 'd', '[]')";
    }
    static model::DestinationFields paying() {
        auto wanted = fields("pays");
        wanted.on_unknown = model::OnUnknown::kHold;
        return wanted;
    }
    std::string text(const std::string& query) const {
        soci::session sql(soci::sqlite3, path());
        std::string value;
        sql << query, soci::into(value);
        return value;
    }
    std::string ledger() const {
        return text(
            "SELECT coalesce(group_concat(kind, ' '), '') FROM "
            "(SELECT kind FROM cashback_ledger ORDER BY id)");
    }
    std::string cashback() const { return text("SELECT state FROM cashbacks"); }

    DestinationId pays_;
    DeliveryId payment_;
};

TEST_F(DeliveryLedgerTest, APaymentIsSentAndConfirmed) {
    const auto claimed = claim(want(pays_), seconds(5)).at(0);
    EXPECT_EQ(claimed.delivery.cashback, CashbackId{1});
    EXPECT_EQ(cashback(), "sent");
    EXPECT_EQ(text("SELECT target FROM cashbacks"), "https://example.org");
    end(claimed, State::kDelivered, Outcome::kDelivered, seconds(6));
    EXPECT_EQ(cashback(), "confirmed");
    EXPECT_EQ(ledger(), "sent confirmed");
    EXPECT_EQ(text("SELECT answer_body FROM cashbacks"), "answer");
}

TEST_F(DeliveryLedgerTest, WhatFailedIsGivenUpAtTheEndOfTheSchedule) {
    attempt(pays_, State::kPending, Outcome::kFailed, seconds(6), seconds(11));
    EXPECT_EQ(cashback(), "pending");
    attempt(pays_, State::kDead, Outcome::kFailed, seconds(11));
    EXPECT_EQ(cashback(), "failed");
    EXPECT_EQ(get(payment_).state, State::kDead);
    EXPECT_EQ(ledger(), "sent failed sent failed given_up");
}

TEST_F(DeliveryLedgerTest, WhatMayHavePaidIsHeldRatherThanGivenUp) {
    attempt(pays_, State::kPending, Outcome::kUnknown, seconds(6), seconds(11));
    EXPECT_EQ(cashback(), "unknown");
    attempt(pays_, State::kPending, Outcome::kFailed, seconds(11), seconds(20));
    EXPECT_EQ(cashback(), "unknown") << "the second attempt says nothing of the first";
    attempt(pays_, State::kDead, Outcome::kFailed, seconds(20));
    EXPECT_EQ(cashback(), "unknown");
    EXPECT_EQ(get(payment_).state, State::kUnknown);
    EXPECT_FALSE(get(payment_).next_at);
    EXPECT_FALSE(get(payment_).finished_at);
}

TEST_F(DeliveryLedgerTest, ALookupSaysWhatBecameOfAllAttempts) {
    attempt(pays_, State::kUnknown, Outcome::kUnknown, seconds(6), seconds(60));
    attempt(pays_, State::kUnknown, Outcome::kUnknown, seconds(60), seconds(90));
    EXPECT_EQ(ledger(), "sent unknown") << "asked, and still unknown: nothing new";
    attempt(pays_, State::kPending, Outcome::kFailed, seconds(90), seconds(91));
    EXPECT_EQ(cashback(), "pending");
    EXPECT_EQ(ledger(), "sent unknown failed");
    attempt(pays_, State::kDead, Outcome::kFailed, seconds(91));
    EXPECT_EQ(cashback(), "failed");
}

TEST_F(DeliveryLedgerTest, WhatIsDecidedDuringALookupIsNotClaimedBeforeItEnds) {
    attempt(pays_, State::kUnknown, Outcome::kUnknown, seconds(6), seconds(60));
    const auto asked = claim(want(pays_), seconds(60)).at(0);
    EXPECT_EQ(asked.delivery.lookups, 1U);
    {
        soci::session sql(soci::sqlite3, path());
        requeue_delivery(sql, payment_, seconds(61));
    }
    EXPECT_TRUE(claim(want(pays_), seconds(70)).empty());
    EXPECT_TRUE(deliveries().due()->empty());
    end(asked, State::kPending, Outcome::kFailed, seconds(71), seconds(500));
    EXPECT_EQ(get(payment_).next_at, seconds(61)) << "as it was decided";
    const auto again = claim(want(pays_), seconds(72)).at(0);
    EXPECT_EQ(again.number, 3U);
    end(again, State::kDelivered, Outcome::kDelivered, seconds(73));
    EXPECT_EQ(cashback(), "confirmed");
}

TEST_F(DeliveryLedgerTest, WhatALookupFindsPaidIsNotPaidAgain) {
    attempt(pays_, State::kUnknown, Outcome::kUnknown, seconds(6), seconds(60));
    const auto asked = claim(want(pays_), seconds(60)).at(0);
    {
        soci::session sql(soci::sqlite3, path());
        requeue_delivery(sql, payment_, seconds(61));
    }
    end(asked, State::kDelivered, Outcome::kDelivered, seconds(71));
    EXPECT_EQ(get(payment_).state, State::kDelivered);
    EXPECT_EQ(cashback(), "confirmed");
    EXPECT_TRUE(claim(want(pays_), seconds(72)).empty());
}

TEST_F(DeliveryLedgerTest, ALookupThatACrashLeftIsRepeated) {
    ASSERT_TRUE(destinations().change(
        pays_, {},
        [](model::Destination& one) -> Status {
            one.fields.on_unknown = model::OnUnknown::kLookUp;
            return {};
        },
        "changed", change_));
    attempt(pays_, State::kUnknown, Outcome::kUnknown, seconds(6), seconds(60));
    ASSERT_EQ(claim(want(pays_), seconds(60)).size(), 1U);
    EXPECT_EQ(deliveries().recover(seconds(100)), 1U);
    EXPECT_EQ(get(payment_).next_at, seconds(160));
    EXPECT_EQ(claim(want(pays_), seconds(160)).size(), 1U);
}

TEST_F(DeliveryLedgerTest, WhatACrashLeftIsUnknown) {
    ASSERT_EQ(claim(want(pays_), seconds(5)).size(), 1U);
    EXPECT_EQ(deliveries().recover(seconds(100)), 1U);
    EXPECT_EQ(cashback(), "unknown");
    EXPECT_EQ(ledger(), "sent unknown");
    EXPECT_EQ(get(payment_).state, State::kUnknown);
}

TEST_F(DeliveryLedgerTest, ACrashThenARefusalLeavesItUnknownWhereItIsRepeated) {
    ASSERT_TRUE(destinations().change(
        pays_, {},
        [](model::Destination& one) -> Status {
            one.fields.on_unknown = model::OnUnknown::kRepeat;
            return {};
        },
        "changed", change_));
    ASSERT_EQ(claim(want(pays_), seconds(5)).size(), 1U);
    EXPECT_EQ(deliveries().recover(seconds(100)), 1U);
    EXPECT_EQ(get(payment_).state, State::kPending);
    EXPECT_EQ(cashback(), "unknown") << "not to be reversed as unpaid";
    attempt(pays_, State::kDead, Outcome::kFailed, seconds(100));
    EXPECT_EQ(get(payment_).state, State::kUnknown);
}

TEST_F(DeliveryLedgerTest, RowsAreTakenBackRequeuedAndResolvedWithinATransactionOfTheirOwners) {
    soci::session sql(soci::sqlite3, path());
    EXPECT_EQ(destination_of_kind(sql, model::DestinationKind::kCashback), pays_);
    EXPECT_EQ(destination_of_kind(sql, model::DestinationKind::kTakeback).error().code,
              Code::kUnavailable);
    EXPECT_TRUE(cancel_delivery(sql, payment_, seconds(7)));
    EXPECT_FALSE(cancel_delivery(sql, payment_, seconds(7)));
    EXPECT_EQ(get(payment_).finished_at, seconds(7));
    requeue_delivery(sql, payment_, seconds(8));
    EXPECT_EQ(get(payment_).state, State::kPending);
    ASSERT_EQ(claim(want(pays_), seconds(8)).size(), 1U);
    EXPECT_FALSE(cancel_delivery(sql, payment_, seconds(9))) << "under way";
    EXPECT_FALSE(resolve_delivery(sql, payment_, State::kDelivered, seconds(9)));
    EXPECT_EQ(deliveries().recover(seconds(10)), 1U);
    EXPECT_TRUE(resolve_delivery(sql, payment_, State::kDelivered, seconds(11)));
    EXPECT_EQ(get(payment_).state, State::kDelivered);
}

}  // namespace
}  // namespace eyed::catalog
