#pragma once

#include <gtest/gtest.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "catalog/audit.h"
#include "catalog/catalog.h"
#include "catalog/deliveries.h"
#include "catalog/destinations.h"
#include "io/temporary_directory.h"

namespace eyed::catalog {

constexpr Micros seconds(std::int64_t count) {
    return Micros{count * 1'000'000};
}

/// A catalog with destinations, for the tests of what is delivered. Times are in seconds from 1970.
class DeliveryTest : public ::testing::Test {
  protected:
    using State = model::DeliveryState;
    using Outcome = model::AttemptOutcome;
    using Want = Deliveries::Want;

    DeliveryTest() : catalog_(open()) { change_.at = seconds(1); }
    std::string path() const { return directory_.file("catalog.db"); }
    std::unique_ptr<Catalog> open() const {
        auto opened = Catalog::open({path(), std::chrono::seconds(60)});
        EXPECT_TRUE(opened) << opened.error().detail;
        return std::move(*opened);
    }
    Deliveries& deliveries() { return catalog_->deliveries(); }
    Destinations& destinations() { return catalog_->destinations(); }

    static model::DestinationFields fields(const std::string& name) {
        model::DestinationFields fields;
        fields.name = name;
        fields.url = "https://example.org/hook";
        fields.schedule = {std::chrono::seconds(5), std::chrono::seconds(300)};
        return fields;
    }
    DestinationId destination(const model::DestinationFields& fields,
                              model::DestinationKind kind = model::DestinationKind::kWebhook) {
        const auto made = destinations().create({kind, fields, "sealed", {}}, change_);
        EXPECT_TRUE(made) << made.error().detail;
        return made->id;
    }
    DestinationId destination(const std::string& name) { return destination(fields(name)); }
    DestinationId by_key(const std::string& name) {
        auto wanted = fields(name);
        wanted.ordering = model::Ordering::kByKey;
        return destination(wanted);
    }

    /// Adds one delivery for each key, of events that follow those before; `at` is now.
    void add(DestinationId destination, const std::vector<std::string>& keys, Micros at) {
        std::vector<Deliveries::New> added;
        for (const std::string& key : keys) {
            const EventId event{++events_};
            added.push_back({destination, event, key, "body " + std::to_string(event.value)});
        }
        const Position from = destinations().by_id(destination)->cursor;
        const Deliveries::Moved moved{destination, from, {from.value + keys.size()}, 0};
        const auto done = deliveries().add_events(added, std::span(&moved, 1), at);
        EXPECT_TRUE(done) << done.error().detail;
    }
    DeliveryId add(DestinationId destination, Micros at) {
        add(destination, std::vector<std::string>{""}, at);
        return deliveries().of_event(EventId{events_}, 1)->at(0).id;
    }

    static Want want(DestinationId destination, std::uint32_t most = 100,
                     model::Ordering ordering = model::Ordering::kFree) {
        return {destination, most, ordering, Want::Which::kAll, "https://example.org"};
    }
    std::vector<Deliveries::Claimed> turn(const Deliveries::Turn& turn) {
        auto claimed = deliveries().turn(turn);
        EXPECT_TRUE(claimed) << claimed.error().detail;
        return claimed.value_or(std::vector<Deliveries::Claimed>{});
    }
    std::vector<Deliveries::Claimed> claim(const Want& want, Micros now) {
        return turn({.ended = {},
                     .health = {},
                     .disabled = {},
                     .alerts = {},
                     .wants = std::span(&want, 1),
                     .now = now});
    }
    static Deliveries::Ended ended(const Deliveries::Claimed& claimed, State state, Outcome outcome,
                                   std::optional<Micros> next_at = {}) {
        const bool asked = claimed.delivery.state == State::kUnknown;
        return {.attempt = {.id = {},
                            .delivery = claimed.delivery.id,
                            .destination = claimed.delivery.destination,
                            .number = claimed.number,
                            .kind = asked ? model::AttemptKind::kLookUp : model::AttemptKind::kSend,
                            .outcome = outcome,
                            .started_at = seconds(10),
                            .latency = std::chrono::microseconds(1500),
                            .status = outcome == Outcome::kDelivered ? 200 : 500,
                            .error = {},
                            .request = R"({"method":"POST"})",
                            .response = "answer",
                            .next_at = next_at},
                .state = state,
                .cashback = claimed.delivery.cashback,
                .reversal = claimed.delivery.reversal};
    }
    void end(const Deliveries::Ended& ended, Micros now) {
        EXPECT_TRUE(turn({.ended = std::span(&ended, 1),
                          .health = {},
                          .disabled = {},
                          .alerts = {},
                          .wants = {},
                          .now = now})
                        .empty());
    }
    void end(const Deliveries::Claimed& claimed, State state, Outcome outcome, Micros now,
             std::optional<Micros> next_at = {}) {
        end(ended(claimed, state, outcome, next_at), now);
    }
    /// Claims the only one that is due, and ends it.
    void attempt(DestinationId destination, State state, Outcome outcome, Micros now,
                 std::optional<Micros> next_at = {}) {
        const auto claimed = claim(want(destination), now);
        ASSERT_EQ(claimed.size(), 1U);
        end(claimed[0], state, outcome, now, next_at);
    }

    model::Delivery get(DeliveryId id) { return deliveries().by_id(id).value(); }
    static std::vector<std::string> keys(const std::vector<Deliveries::Claimed>& claimed) {
        std::vector<std::string> keys;
        for (const auto& one : claimed)
            keys.push_back(one.delivery.order_key);
        return keys;
    }
    std::vector<std::string> audit_actions(const std::string& kind) {
        std::vector<std::string> actions;
        const auto lines = catalog_->audit().list({.kind = kind}, {}).value().rows;
        for (const auto& line : lines)
            actions.push_back(line.action);
        return actions;
    }
    /// For what no repository offers.
    long long number(const std::string& query) const {
        soci::session sql(soci::sqlite3, path());
        long long value = 0;
        sql << query, soci::into(value);
        return value;
    }

    io::TemporaryDirectory directory_;
    std::unique_ptr<Catalog> catalog_;
    model::Change change_;
    std::uint64_t events_ = 0;
};

}  // namespace eyed::catalog
