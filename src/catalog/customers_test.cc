#include "catalog/customers.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "catalog/audit.h"
#include "catalog/cashback_fixture.h"
#include "catalog/customer_traces.h"
#include "catalog/reconciliations.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class CustomersTest : public CashbackTest {
  protected:
    Customers& customers() { return catalog_->customers(); }
    /// What the database's files hold.
    std::string bytes() const {
        std::string all;
        for (const char* end : {"", "-wal"}) {
            std::ifstream file(path() + end, std::ios::binary);
            std::ostringstream text;
            text << file.rdbuf();
            all += text.str();
        }
        return all;
    }
};

TEST_F(CustomersTest, AreMadeFoundAndRenamed) {
    const auto made = customers().create({kAnn, "Ann", {}}, change_).value();
    EXPECT_EQ(customers().by_id(made.id)->document, kAnn);
    EXPECT_EQ(customers().by_document(kAnn)->id, made.id);
    EXPECT_EQ(customers().create({kAnn, "Other", {}}, change_).error().code,
              Code::kInvalidArgument);
    EXPECT_EQ(customers().rename(made.id, "Anna", {{7}}, change_).error().code,
              Code::kPreconditionFailed);
    EXPECT_EQ(customers().rename(made.id, "Anna", {{1, 7}}, change_)->revision, 2U);
    EXPECT_EQ(customers().by_id(made.id)->name, "Anna");
    EXPECT_EQ(customers().rename(made.id, {}, {{2}}, change_)->name, "Anna");
    EXPECT_EQ(customers().rename(made.id, {}, {{1}}, change_).error().code,
              Code::kPreconditionFailed);
    EXPECT_EQ(customers().rename(CustomerId{9}, "x", {}, change_).error().code, Code::kNotFound);
    EXPECT_EQ(customers().erase(made.id, {{1}}, change_).error().code, Code::kPreconditionFailed);
    const auto lines = catalog_->audit().list({.kind = "customer"}).value().rows;
    ASSERT_EQ(lines.size(), 2U);
    for (const auto& line : lines) {
        EXPECT_EQ(line.subject, "***.***.***-35");
        EXPECT_THAT(line.details, Not(HasSubstr("Ann")));
    }
}

TEST_F(CustomersTest, AreInReachOfWhoMadeThemOrHasACashbackOfTheirs) {
    const ApplicationId shop{3};  // that of make()
    const ApplicationId other{4};
    const auto bob = customers().create({kBob, "Bob", other}, change_)->id;
    const auto ann = make(purchase(kAnn, {1000})).customer;
    const auto seen = [&](ApplicationId application) {
        std::vector<CustomerId> ids;
        const Customers::Filter filter{.applications = {application}};
        const auto found = customers().list(filter, Customers::Order::kIdAscending, {}).value();
        for (const auto& customer : found.rows)
            ids.push_back(customer.id);
        EXPECT_EQ(found.count, ids.size());
        for (const CustomerId id : {ann, bob})
            EXPECT_EQ(customers().by_id(id, {application}).has_value(),
                      std::ranges::find(ids, id) != ids.end());
        return ids;
    };
    EXPECT_THAT(seen(shop), ElementsAre(ann));
    EXPECT_THAT(seen(other), ElementsAre(bob));
    EXPECT_EQ(customers().by_id(ann, {other}).error().code, Code::kNotFound);
    EXPECT_TRUE(customers().by_id(ann, {other, shop}));
    make(purchase(kBob, {1000}));
    EXPECT_THAT(seen(shop), ElementsAre(bob, ann));
    EXPECT_THAT(seen(other), ElementsAre(bob));
    EXPECT_THAT(seen(ApplicationId{-1}), ::testing::IsEmpty());
}

TEST_F(CustomersTest, AreListedByNameAndDocument) {
    ASSERT_TRUE(customers().create({kBob, "bob", {}}, change_));
    ASSERT_TRUE(customers().create({kAnn, "Ann", {}}, change_));
    const auto names = [&](const Customers::Filter& filter) {
        const auto found = customers().list(filter, Customers::Order::kName, {}).value();
        std::vector<std::string> names;
        for (const auto& customer : found.rows)
            names.push_back(customer.name);
        EXPECT_EQ(found.count, names.size());
        return names;
    };
    EXPECT_THAT(names({}), ElementsAre("Ann", "bob"));
    EXPECT_THAT(names({.document = kBob}), ElementsAre("bob"));
    EXPECT_THAT(names({.text = "AN"}), ElementsAre("Ann"));
    EXPECT_THAT(names({.erased = true}), ElementsAre());
}

TEST_F(CustomersTest, AreNotErasedBeforeAllIsSettled) {
    const auto cashback = make(purchase(kAnn, {1000}));
    const auto refused = customers().erase(cashback.customer, {}, change_);
    EXPECT_EQ(refused.error().code, Code::kConflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("1 cashbacks"));
    deliver();
    const auto reversal = cashbacks().reverse(cashback.id, back(), change_)->reversal;
    EXPECT_EQ(customers().erase(cashback.customer, {}, change_).error().code, Code::kConflict);
    ASSERT_TRUE(cashbacks().settle(reversal.id, "", change_));
    EXPECT_TRUE(customers().erase(cashback.customer, {}, change_));
    EXPECT_EQ(customers().erase(cashback.customer, {}, change_).error().code, Code::kNotFound);
}

TEST_F(CustomersTest, OfWhoIsErasedNoTraceIsLeft) {
    auto sold = purchase(kAnn, {1000, 2000});
    sold.name = "Ann of Nowhere";
    const auto cashback = record(wanted(sold, "key")).value().cashback;
    end(claim(), model::AttemptOutcome::kDelivered, model::DeliveryState::kDelivered, 201,
        R"({"document":"111.444.777-35","name":"Ann of Nowhere"})");
    make(purchase(kBob, {1000}));
    auto returned = back({{1, 1, {}}});
    returned.reason = "111.444.777-35 brought it back";
    const auto reversal = cashbacks().reverse(cashback.id, returned, change_).value().reversal;
    ASSERT_TRUE(cashbacks().settle(reversal.id, "", change_));
    const auto compared =
        catalog_->reconciliations()
            .create({.name = "theirs.csv",
                     .from = at(0),
                     .to = at(1000),
                     .mapping = "{}",
                     .lines = {{.line = 2, .reference = kAnn, .document = kAnn, .at = at(100)},
                               {.line = 3, .reference = "to 111.444.777-35", .document = kAnn}}},
                    change_)
            .value();
    ASSERT_TRUE(bytes().contains(kAnn));
    const auto before = cashbacks().ledger(cashback.id).value().size();

    ASSERT_TRUE(customers().erase(cashback.customer, {}, change_));

    const std::string left = bytes();
    for (const char* trace : {kAnn, "111.444.777-35", "Ann of Nowhere"})
        EXPECT_FALSE(left.contains(trace)) << trace;
    EXPECT_TRUE(left.contains(kBob));
    const auto erased = customers().by_id(cashback.customer).value();
    EXPECT_EQ(erased.document, "");
    EXPECT_TRUE(erased.erased_at);
    EXPECT_THAT(erased.pseudonym, HasSubstr("erased-"));
    EXPECT_EQ(cashbacks().ledger(cashback.id).value().size(), before);
    EXPECT_EQ(cashbacks().by_id(cashback.id)->earned, model::Money{300});
    EXPECT_EQ(catalog_->reconciliations().lines(compared.id, {}, {})->rows.size(), 2U);
    EXPECT_EQ(customers().rename(cashback.customer, "x", {}, change_).error().code,
              Code::kNotFound);
    // The rest can be returned still: nobody could tell the target whose it was.
    auto rest = back();
    rest.takeback = Cashbacks::NewReversal::Takeback::kForwarded;
    EXPECT_EQ(cashbacks().reverse(cashback.id, rest, change_)->reversal.state,
              model::ReversalState::kSettlementDue);
    // The same purchase is known still, and who comes again is somebody new.
    for (const char* key : {"", "key"}) {
        const auto again = record(wanted(sold, key)).value();
        EXPECT_EQ(again.outcome, Cashbacks::Recorded::Outcome::kKnown);
        EXPECT_EQ(again.cashback.id, cashback.id);
        EXPECT_EQ(again.customer.pseudonym, erased.pseudonym);
        EXPECT_EQ(again.customer.document, "");
    }
    EXPECT_NE(make(purchase(kAnn, {5000})).customer, cashback.customer);
}

TEST_F(CustomersTest, WhatIsKeptOfThemElsewhereIsFoundByIndexes) {
    EXPECT_EQ(trace_queries().size(), 5U);
    for (const std::string& query : trace_queries())
        EXPECT_THAT(plan(query), Not(HasSubstr("SCAN"))) << query << "\n" << plan(query);
}

}  // namespace
}  // namespace eyed::catalog
