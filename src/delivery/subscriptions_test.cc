#include "delivery/subscriptions.h"

#include "delivery/engine_fixture.h"
#include "store/memory_log.h"

namespace eyed::delivery {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SubscriptionsTest : public EngineTest {
  protected:
    ~SubscriptionsTest() override { stop(); }

    void start(Subscriptions::Options options = {}) {
        subscriptions_.emplace(
            Subscriptions::Parts{
                .catalog = *catalog_,
                .log = log_,
                .clock = clock_,
                .logger = logger_,
                .application_name =
                    [](ApplicationId id) { return "app " + std::to_string(id.value); },
                .added = [this] { ++added_; }},
            options);
        subscriptions_->start();
    }
    void stop() {
        if (!subscriptions_) return;
        log_.interrupt();
        subscriptions_->stop();
        subscriptions_.reset();
    }
    static log::EventBody event(const std::string& name) {
        log::EventBody body;
        body.application = ApplicationId{1};
        body.category = "page";
        body.name = name;
        body.data = R"({"n":1})";
        return body;
    }
    void append(const std::string& name, Uuid session = {}) {
        log::Batch batch;
        log::EventBody body = event(name);
        body.session = session;
        batch.add(body);
        log_.add(batch);
    }
    void append_many(int count) {
        log::Batch batch;
        for (int i = 0; i < count; ++i)
            batch.add(event("view"));
        log_.add(batch);
    }
    void erase(std::uint64_t event) {
        log::Batch batch;
        batch.add(log::EraseBody{.target = EventId{event}, .changed_at = {}, .changed_by = {}});
        log_.add(batch);
    }
    std::vector<model::Delivery> given(DestinationId to) {
        catalog::Deliveries::Filter filter;
        filter.destination = to;
        auto rows = deliveries().list(filter, {.limit = 100'000}).value().rows;
        std::ranges::sort(rows, {}, &model::Delivery::id);
        return rows;
    }
    std::vector<std::uint64_t> events_given(DestinationId to) {
        std::vector<std::uint64_t> events;
        const auto rows = given(to);
        for (const auto& one : rows)
            events.push_back(one.event.value);
        return events;
    }
    bool reaches(DestinationId to, std::uint64_t position) {
        return eventually([&] { return destinations().by_id(to)->cursor.value == position; });
    }
    void pause(DestinationId to) {
        ASSERT_TRUE(destinations().set_state(to, model::DestinationState::kPaused, "", change_));
        if (subscriptions_) subscriptions_->changed();
    }
    void resume(DestinationId to) {
        ASSERT_TRUE(destinations().set_state(to, model::DestinationState::kActive, "", change_));
        if (subscriptions_) subscriptions_->changed();
    }

    const std::string url_ = "https://example.org/";
    store::MemoryLog log_;
    std::atomic<int> added_{0};
    std::optional<Subscriptions> subscriptions_;
};

TEST_F(SubscriptionsTest, BringsWhatTheFilterLetsThroughInTheLogsOrder) {
    const auto all = webhook(url_, {}, "all");
    const auto some = webhook(url_, [](auto& fields) { fields.filter.names = {"buy"}; }, "some");
    append("view");
    start();
    ASSERT_TRUE(eventually([&] { return events_given(all).size() == 1; }));
    append("buy", *parse_uuid("e2085be5-9137-4e4e-80b5-f1ffddc25423"));
    append("view");
    ASSERT_TRUE(reaches(all, 3));
    ASSERT_TRUE(reaches(some, 3));
    EXPECT_THAT(events_given(all), ElementsAre(1, 2, 3));
    EXPECT_THAT(events_given(some), ElementsAre(2));
    EXPECT_GT(added_, 0);
    const auto delivery = deliveries().by_id(given(some).at(0).id).value();
    EXPECT_EQ(delivery.order_key, "e2085be5-9137-4e4e-80b5-f1ffddc25423");
    EXPECT_THAT(delivery.body, HasSubstr(R"("id":2,"application":"app 1")"));
    EXPECT_EQ(given(all).at(0).order_key, "");
    EXPECT_TRUE(eventually([this] { return subscriptions_->behind() == 0; }));
}

TEST_F(SubscriptionsTest, ATemplateMakesTheBody) {
    const auto to = webhook(
        url_, [](auto& fields) { fields.body_template = R"({"text":"{{/name}} {{/data/n}}"})"; });
    append("view");
    start();
    ASSERT_TRUE(eventually([&] { return given(to).size() == 1; }));
    EXPECT_EQ(deliveries().by_id(given(to).at(0).id)->body, R"({"text":"view 1"})");
}

TEST_F(SubscriptionsTest, RecordsThatNobodyWantsMoveTheCursor) {
    const auto to = webhook(url_, [](auto& fields) { fields.filter.categories = {"none"}; });
    append_many(5'000);
    log::Batch batch;
    batch.add(log::SessionBody{});
    log_.add(batch);
    start();
    EXPECT_TRUE(reaches(to, 5'001));
    EXPECT_THAT(given(to), IsEmpty());
}

TEST_F(SubscriptionsTest, OneThatIsFullIsGivenNoMore) {
    const auto full = webhook(url_, {}, "full");
    const auto other = webhook(url_, [](auto& fields) { fields.filter.names = {"buy"}; }, "other");
    append_many(100);
    append("buy");
    start({.most_open = 10, .at_once = 1'000});
    ASSERT_TRUE(reaches(other, 101));
    EXPECT_EQ(given(full).size(), 10U);
    EXPECT_EQ(destinations().by_id(full)->cursor.value, 10U);
    EXPECT_TRUE(eventually([this] { return subscriptions_->behind() == 91; }));
    const auto rows = given(full);
    for (const auto& one : rows)
        ASSERT_TRUE(deliveries().cancel(one.id, change_));
    EXPECT_TRUE(eventually([&] { return given(full).size() == 20; }));
}

TEST_F(SubscriptionsTest, APausedOneGoesOnWhereItWas) {
    const auto to = webhook(url_);
    pause(to);
    append_many(3);
    start();
    const auto other = webhook(url_, {}, "other");
    subscriptions_->changed();
    ASSERT_TRUE(reaches(other, 3));
    EXPECT_THAT(given(to), IsEmpty());
    EXPECT_EQ(subscriptions_->behind(), 0U);
    resume(to);
    ASSERT_TRUE(reaches(to, 3));
    EXPECT_THAT(events_given(to), ElementsAre(1, 2, 3));
}

TEST_F(SubscriptionsTest, WhatIsErasedFurtherOnIsNeverGiven) {
    append("first");
    append("second");
    append_many(3'000);
    erase(2);
    const auto to = webhook(url_);
    start({.most_open = 100'000, .at_once = 100});
    ASSERT_TRUE(reaches(to, 3'003));
    const auto events = events_given(to);
    EXPECT_EQ(events.size(), 3'001U);
    EXPECT_EQ(events[0], 1U);
    EXPECT_EQ(events[1], 3U);
}

TEST_F(SubscriptionsTest, WhatIsErasedLeavesTheDeliveriesOfPausedOnesToo) {
    const auto to = webhook(url_);
    append("first");
    start();
    ASSERT_TRUE(reaches(to, 1));
    pause(to);
    erase(1);
    ASSERT_TRUE(eventually([&] { return given(to).at(0).state == State::kCancelled; }));
    EXPECT_EQ(deliveries().by_id(given(to).at(0).id)->body, "");
}

TEST_F(SubscriptionsTest, WhatWasErasedWhileItDidNotRunLeavesAtTheStart) {
    const auto to = webhook(url_);
    append("first");
    start();
    ASSERT_TRUE(reaches(to, 1));
    stop();
    pause(to);
    erase(1);
    start();
    EXPECT_TRUE(eventually([&] { return given(to).at(0).state == State::kCancelled; }));
}

TEST_F(SubscriptionsTest, WhatTheLogLostIsCounted) {
    const auto to = webhook(url_);
    append_many(20);
    log_.lose(Position{1}, Position{15});
    start();
    ASSERT_TRUE(reaches(to, 20));
    EXPECT_EQ(destinations().by_id(to)->missed, 15U);
    EXPECT_EQ(given(to).size(), 5U);
}

TEST_F(SubscriptionsTest, DamageStopsItThereAndIsSaid) {
    const auto to = webhook(url_);
    append_many(5);
    log_.damage(Position{4});
    start();
    ASSERT_TRUE(reaches(to, 3));
    EXPECT_TRUE(eventually([this] { return logger_.has("record at 4 is damaged"); }));
    log_.damage(Position{});
    EXPECT_TRUE(reaches(to, 5));
    EXPECT_THAT(events_given(to), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(SubscriptionsTest, NothingIsLostOrGivenTwiceWhileTheCatalogFails) {
    const auto to = webhook(url_);
    start({.most_open = 100'000, .at_once = 50});
    {
        soci::session other(soci::sqlite3, path());
        other << "BEGIN IMMEDIATE";
        append_many(500);
        EXPECT_TRUE(eventually([this] { return logger_.has("not brought to destinations"); }));
        other << "ROLLBACK";
    }
    ASSERT_TRUE(reaches(to, 500));
    EXPECT_EQ(given(to).size(), 500U);
    EXPECT_TRUE(eventually([this] { return logger_.has("brought to destinations again"); }));
}

TEST_F(SubscriptionsTest, ManyAtDifferentPlacesCatchUpAndGoOnTogether) {
    append_many(2'500);
    std::vector<DestinationId> all;
    for (int i = 0; i < 5; ++i) {
        const auto made = destinations().create(
            {model::DestinationKind::kWebhook, fields("hook " + std::to_string(i)), "sealed",
             Position{static_cast<std::uint64_t>(i) * 500}},
            change_);
        all.push_back(made->id);
    }
    start({.most_open = 100'000, .at_once = 300});
    for (std::size_t i = 0; i < all.size(); ++i) {
        ASSERT_TRUE(reaches(all[i], 2'500));
        EXPECT_EQ(given(all[i]).size(), 2'500 - i * 500);
    }
    append("more");
    for (const DestinationId to : all)
        ASSERT_TRUE(reaches(to, 2'501));
}

}  // namespace
}  // namespace eyed::delivery
