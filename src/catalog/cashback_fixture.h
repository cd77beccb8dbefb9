#pragma once

#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "catalog/cashbacks.h"
#include "catalog/catalog.h"
#include "catalog/customers.h"
#include "catalog/deliveries.h"
#include "catalog/destinations.h"
#include "catalog/products.h"
#include "io/temporary_directory.h"

namespace eyed::catalog {

/// A catalog that takes purchases and has where to pay them, for the tests of its repositories.
/// Every line earns a tenth, whatever its type. Times are in seconds from 2026.
class CashbackTest : public ::testing::Test {
  protected:
    static constexpr const char* kAnn = "11144477735";
    static constexpr const char* kBob = "52998224725";

    CashbackTest() : catalog_(open()) {
        pays_ = add_destination(model::DestinationKind::kCashback, "cashback");
        takes_back_ = add_destination(model::DestinationKind::kTakeback, "takeback");
    }
    std::string path() const { return directory_.file("catalog.db"); }
    std::unique_ptr<Catalog> open() const {
        auto opened = Catalog::open({path(), std::chrono::seconds(60)});
        EXPECT_TRUE(opened) << opened.error().detail;
        return std::move(*opened);
    }
    static Micros at(std::int64_t seconds) { return Micros{(1'767'225'600 + seconds) * 1'000'000}; }
    DestinationId add_destination(model::DestinationKind kind, const std::string& name) {
        const auto made = catalog_->destinations().create(
            {.kind = kind, .fields = {.name = name, .url = "https://example.org/", .schedule = {}}},
            change_);
        EXPECT_TRUE(made) << made.error().detail;
        return made->id;
    }
    Cashbacks& cashbacks() { return catalog_->cashbacks(); }

    /// One line of type A, B, C … for each of these, in centavos, of `quantity` pieces.
    static model::Purchase purchase(const std::string& document,
                                    std::initializer_list<std::int64_t> values,
                                    std::uint32_t quantity = 1) {
        model::Purchase purchase{.sold_at = at(0), .document = document, .name = "somebody"};
        char type = 'A';
        for (const std::int64_t value : values) {
            purchase.lines.push_back({std::string(1, type++), {value}, quantity});
            purchase.total += model::Money{value * quantity};
        }
        return purchase;
    }
    Cashbacks::New wanted(const model::Purchase& purchase, const std::string& key = {}) const {
        return {.purchase = purchase,
                .by = {{}, KeyId{7}},
                .application = ApplicationId{3},
                .received_at = now_,
                .key = key,
                .digest = hash128(purchase.document + std::to_string(purchase.total.minor) +
                                  std::to_string(purchase.sold_at.value)),
                .compute = [purchase](const Cashbacks::MonthSoFar&) { return tenths(purchase); }};
    }
    static Result<std::vector<model::EarnedLine>> tenths(const model::Purchase& purchase) {
        std::vector<model::EarnedLine> lines;
        for (const model::PurchaseLine& line : purchase.lines) {
            const model::Money earned{line.value.minor * line.quantity / 10};
            lines.push_back({.number = static_cast<std::uint32_t>(lines.size() + 1),
                             .line = line,
                             .product = ProductId{line.type[0] - 'A' + 1},
                             .rule = CashbackRuleId{1},
                             .rule_version = 1,
                             .rate = {1000},
                             .exact = line.value.minor * line.quantity * 1000,
                             .rounded = earned,
                             .earned = earned});
        }
        return lines;
    }
    Result<Cashbacks::Recorded> record(const Cashbacks::New& wanted) {
        auto all = cashbacks().record_all({&wanted, 1});
        EXPECT_TRUE(all) << all.error().detail;
        return std::move(all->front());
    }
    model::Cashback make(const model::Purchase& purchase) {
        const auto recorded = record(wanted(purchase));
        EXPECT_TRUE(recorded) << recorded.error().detail;
        return recorded->cashback;
    }

    /// Claims all that is due, of both targets.
    std::vector<Deliveries::Claimed> claim() {
        const std::vector<Deliveries::Want> wants{
            {.destination = pays_, .most = 1000, .target = "https://example.org"},
            {.destination = takes_back_, .most = 1000, .target = "https://example.org"}};
        auto claimed = catalog_->deliveries().turn({.wants = wants, .now = now_});
        EXPECT_TRUE(claimed) << claimed.error().detail;
        return std::move(*claimed);
    }
    /// Ends the attempts that `claim` began.
    void end(const std::vector<Deliveries::Claimed>& claimed, model::AttemptOutcome outcome,
             model::DeliveryState state, int status, const std::string& body = {},
             std::optional<Micros> next = {}) {
        std::vector<Deliveries::Ended> ended;
        for (const Deliveries::Claimed& one : claimed)
            ended.push_back({.attempt = {.delivery = one.delivery.id,
                                         .destination = one.delivery.destination,
                                         .number = one.number,
                                         .outcome = outcome,
                                         .started_at = now_,
                                         .status = status,
                                         .error = status == 0 ? "no answer" : "",
                                         .response = body,
                                         .next_at = state == model::DeliveryState::kPending
                                                        ? std::optional(next.value_or(now_))
                                                        : std::nullopt},
                             .state = state,
                             .cashback = one.delivery.cashback,
                             .reversal = one.delivery.reversal});
        const auto done = catalog_->deliveries().turn({.ended = ended, .now = now_});
        EXPECT_TRUE(done) << done.error().detail;
    }
    void deliver() {
        end(claim(), model::AttemptOutcome::kDelivered, model::DeliveryState::kDelivered, 201);
    }
    void refuse_for_good() {
        end(claim(), model::AttemptOutcome::kFailed, model::DeliveryState::kDead, 400);
    }
    void lose() {
        end(claim(), model::AttemptOutcome::kUnknown, model::DeliveryState::kUnknown, 0);
    }

    model::CashbackState state(CashbackId id) { return cashbacks().by_id(id)->state; }
    std::vector<model::LedgerKind> kinds(CashbackId id) {
        const auto entries = cashbacks().ledger(id).value();
        std::vector<model::LedgerKind> kinds;
        for (const auto& entry : entries)
            kinds.push_back(entry.kind);
        return kinds;
    }
    static model::Money share(const model::EarnedLine& line, std::uint32_t before,
                              std::uint32_t now) {
        const auto part = [&](std::uint32_t pieces) {
            return line.earned.minor * pieces / line.line.quantity;
        };
        return {part(before + now) - part(before)};
    }
    static Cashbacks::NewReversal back(std::vector<model::ReturnedLine> lines = {}) {
        return {.lines = std::move(lines),
                .reason = "returned",
                .application = ApplicationId{3},
                .amount_of = share};
    }

    /// How the database finds what a query asks for.
    std::string plan(const std::string& query) const {
        soci::session sql(soci::sqlite3, path());
        const soci::rowset<soci::row> rows = sql.prepare << "EXPLAIN QUERY PLAN " + query;
        std::string plan;
        for (const auto& row : rows)
            plan += row.get<std::string>(3) + "\n";
        return plan;
    }

    io::TemporaryDirectory directory_;
    Micros now_ = at(100);
    model::Change change_{{UserId{1}, {}, model::Via::kApi}, at(100)};
    std::unique_ptr<Catalog> catalog_;
    DestinationId pays_;
    DestinationId takes_back_;
};

}  // namespace eyed::catalog
