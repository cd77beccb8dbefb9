#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "store/test_store.h"

namespace eyed::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ReadEvents : public StoreTest {
  protected:
    void add_data(std::initializer_list<const char*> all) {
        int n = 0;
        for (const char* data : all)
            add(event(++n, data));
        apply();
    }
    std::vector<std::uint64_t> with_data(std::vector<std::string> path, std::vector<Scalar> any) {
        EventFilter filter;
        filter.data = {{std::move(path), std::move(any)}};
        return ids(filter, {OrderBy::kId, Direction::kAscending});
    }
    /// Every page of an order, laid end to end.
    std::vector<std::uint64_t> walk(const EventFilter& filter, EventPage page) {
        std::vector<std::uint64_t> all;
        while (true) {
            const auto rows = store_->events(filter, page);
            EXPECT_TRUE(rows) << rows.error().detail;
            if (!rows) return all;
            for (const model::Event& row : rows->rows)
                all.push_back(row.id.value);
            if (!rows->more) return all;
            page.after = EventKey{rows->rows.back().timestamp, rows->rows.back().id};
        }
    }
};

TEST_F(ReadEvents, EveryOrderGivesEachEventOnceOverManyPages) {
    constexpr int kCount = 40'000;  // more than the first window of ids
    std::mt19937 random(7);
    std::vector<std::pair<std::int64_t, std::uint64_t>> expected;
    for (int i = 1; i <= kCount; ++i) {
        log::EventBody body = event(static_cast<int>(random() % 500));
        expected.emplace_back(body.timestamp.value, i);
        add(body);
    }
    apply();
    std::ranges::sort(expected);
    std::vector<std::uint64_t> by_time;
    for (const auto& [at, id] : expected)
        by_time.push_back(id);
    EXPECT_EQ(walk({}, {OrderBy::kTimestamp, Direction::kAscending, 9'000}), by_time);
    std::ranges::reverse(by_time);
    EXPECT_EQ(walk({}, {OrderBy::kTimestamp, Direction::kDescending, 9'000}), by_time);
    std::vector<std::uint64_t> by_id(kCount);
    std::ranges::generate(by_id, [n = 0ul]() mutable { return ++n; });
    EXPECT_EQ(walk({}, {OrderBy::kId, Direction::kAscending, 9'000}), by_id);
    std::ranges::reverse(by_id);
    EXPECT_EQ(walk({}, {OrderBy::kId, Direction::kDescending, 9'000}), by_id);
}

TEST_F(ReadEvents, AnEventThatCameLateButHappenedEarlyIsFoundInItsPlace) {
    for (int i = 1; i <= 30'000; ++i)
        add(event(i));
    add(event(15'000));  // id 30 001
    apply();
    EventFilter filter;
    filter.to = kStart + std::chrono::seconds(15'001);
    EXPECT_THAT(ids(filter, {OrderBy::kTimestamp, Direction::kDescending, 3}),
                ElementsAre(30'001, 15'000, 14'999));
    filter = {};
    filter.from = kStart + std::chrono::seconds(15'000);
    EXPECT_THAT(ids(filter, {OrderBy::kTimestamp, Direction::kAscending, 3}),
                ElementsAre(15'000, 30'001, 15'001));
    EXPECT_THAT(ids(filter, {OrderBy::kId, Direction::kDescending, 2}),
                ElementsAre(30'001, 30'000));
}

TEST_F(ReadEvents, ACursorStaysRightWhileEventsArrive) {
    add_events(6);
    apply();
    EventPage page{OrderBy::kId, Direction::kDescending, 3};
    EXPECT_THAT(ids({}, page), ElementsAre(6, 5, 4));
    add_events(3);
    apply();
    page.after = EventKey{{}, {4}};
    EXPECT_THAT(ids({}, page), ElementsAre(3, 2, 1));
}

TEST_F(ReadEvents, FiltersCombine) {
    add_events(2);
    log::EventBody other = event(3);
    other.category = "form interaction";
    other.application = {2};
    other.session = Uuid{};
    add(other);
    log::EventBody third = event(4);
    third.name = "submit";
    third.session = Uuid::from_halves(1, 2);
    add(third);
    apply();
    EventFilter filter;
    filter.category = "form interaction";
    EXPECT_THAT(ids(filter), ElementsAre(3));
    filter.applications = {{1}};
    EXPECT_THAT(ids(filter), IsEmpty());
    filter = {};
    filter.name = "submit";
    EXPECT_THAT(ids(filter), ElementsAre(4));
    filter = {};
    filter.session = kSession;
    EXPECT_THAT(ids(filter), ElementsAre(2, 1));
    filter.min_id = EventId{2};
    EXPECT_THAT(ids(filter), ElementsAre(2));
    filter = {};
    filter.max_id = EventId{2};
    filter.from = kStart + std::chrono::seconds(2);
    EXPECT_THAT(ids(filter), ElementsAre(2));
    filter = {};
    filter.to = kStart;
    EXPECT_THAT(ids(filter), IsEmpty());
    filter = {};
    filter.name = "'; DROP TABLE events; --";
    EXPECT_THAT(ids(filter), IsEmpty());
}

TEST_F(ReadEvents, AMovedSessionIsFoundUnderItsNewIdAlone) {
    add_events(1);
    apply();
    log::ReplaceBody moved = replace(1, "{}");
    moved.session = Uuid::from_halves(9, 9);
    add(moved);
    apply();
    EventFilter filter;
    filter.session = kSession;
    EXPECT_THAT(ids(filter), IsEmpty());
    filter.session = Uuid::from_halves(9, 9);
    EXPECT_THAT(ids(filter), ElementsAre(1));
}

TEST_F(ReadEvents, DataEqualsByJsonType) {
    add_data({R"({"a":5})", R"({"a":"5"})", R"({"a":5.0})", R"({"a":true})", R"({"a":null})",
              R"({"a":"true"})", R"({"b":5})", R"({"a":9007199254740993})", R"({"a":[5]})"});
    EXPECT_THAT(with_data({"a"}, {std::int64_t{5}}), ElementsAre(1, 3));
    EXPECT_THAT(with_data({"a"}, {std::string("5")}), ElementsAre(2));
    EXPECT_THAT(with_data({"a"}, {std::int64_t{5}, std::string("5")}), ElementsAre(1, 2, 3));
    EXPECT_THAT(with_data({"a"}, {5.0}), ElementsAre(1, 3));
    EXPECT_THAT(with_data({"a"}, {true}), ElementsAre(4));
    EXPECT_THAT(with_data({"a"}, {nullptr}), ElementsAre(5));
    EXPECT_THAT(with_data({"a"}, {std::int64_t{9007199254740993}}), ElementsAre(8));
    EXPECT_THAT(with_data({"a"}, {std::int64_t{9007199254740992}}), IsEmpty());
    EXPECT_THAT(with_data({"a", "0"}, {std::int64_t{5}}), ElementsAre(9));
    EXPECT_THAT(with_data({"a"}, {}), IsEmpty());
}

TEST_F(ReadEvents, DataPathsMayHoldAnyCharacters) {
    add_data({R"({"a.b":{"c/d":{"e~f":"x"}}})", R"({"q\"uote":"y"})", R"({"it's $[0]":"z"})",
              R"({"a":"esc\u0061ped"})", R"({"":"empty"})"});
    EXPECT_THAT(with_data({"a.b", "c/d", "e~f"}, {std::string("x")}), ElementsAre(1));
    EXPECT_THAT(with_data({"q\"uote"}, {std::string("y")}), ElementsAre(2));
    EXPECT_THAT(with_data({"it's $[0]"}, {std::string("z")}), ElementsAre(3));
    EXPECT_THAT(with_data({"a"}, {std::string("escaped")}), ElementsAre(4));
    EXPECT_THAT(with_data({""}, {std::string("empty")}), ElementsAre(5));
}

TEST_F(ReadEvents, DataThatTheDatabaseCannotReadDoesNotSpoilTheQuery) {
    add_data({R"({"a":"\ud800"})", R"({"a":1e999})", R"({"a":7})", "not json"});
    EXPECT_THAT(with_data({"a"}, {std::int64_t{7}}), ElementsAre(3));
    EXPECT_THAT(with_data({"a"}, {std::string("x")}), IsEmpty());
}

TEST_F(ReadEvents, APageEndsByItsBytesAndTheNextGoesOn) {
    const std::string data = "{\"a\":\"" + std::string(1'000, 'x') + "\"}";
    for (int i = 1; i <= 10; ++i)
        add(event(i, data));
    apply();
    EventPage page{OrderBy::kTimestamp, Direction::kDescending, 100};
    page.byte_limit = 3'500;
    const auto rows = store_->events({}, page);
    EXPECT_EQ(rows->rows.size(), 3u);
    EXPECT_TRUE(rows->more);
    EXPECT_EQ(walk({}, page).size(), 10u);
}

TEST_F(ReadEvents, SessionsAreExactUnderChanges) {
    const Uuid other = Uuid::from_halves(1, 1);
    const Uuid made = Uuid::from_halves(2, 2);
    add_events(3);
    log::EventBody late = event(10);
    late.session = other;
    add(late);
    add(log::SessionBody{made, {1}, kStart + std::chrono::seconds(5)});
    add(log::SessionBody{kSession, {1}, kStart});
    apply();
    auto rows = store_->sessions({}, {});
    ASSERT_TRUE(rows) << rows.error().detail;
    ASSERT_EQ(rows->rows.size(), 3u);
    EXPECT_EQ(rows->rows[0].session, other);
    EXPECT_EQ(rows->rows[1].session, made);
    EXPECT_EQ(rows->rows[1].events, 0u);
    EXPECT_EQ(rows->rows[2].session, kSession);
    EXPECT_EQ(rows->rows[2].events, 3u);
    EXPECT_EQ(rows->rows[2].first, event(1).timestamp);
    EXPECT_EQ(rows->rows[2].last, event(3).timestamp);

    add(log::EraseBody{{3}, kStart, {1}});
    add(log::EraseBody{{4}, kStart, {1}});
    apply();
    rows = store_->sessions({}, {});
    ASSERT_EQ(rows->rows.size(), 2u);
    EXPECT_EQ(rows->rows[1].last, event(2).timestamp);
    EXPECT_EQ(store_->session(other, {}).error().code, Code::kNotFound);
    EXPECT_EQ(store_->session(kSession, {})->events, 2u);
    EXPECT_EQ(store_->session(kSession, {{2}}).error().code, Code::kNotFound);
    EXPECT_EQ(store_->session(made, {})->first, kStart + std::chrono::seconds(5));
}

TEST_F(ReadEvents, SessionsPageByLastTime) {
    std::vector<std::uint64_t> expected;
    for (int i = 1; i <= 200; ++i) {
        log::EventBody body = event(i % 50);  // many share a time
        body.session = Uuid::from_halves(static_cast<std::uint64_t>(i % 70) + 1, 0);
        add(body);
    }
    apply();
    SessionPage page;
    page.limit = 7;
    std::vector<std::pair<std::int64_t, std::uint64_t>> seen;
    while (true) {
        const auto rows = store_->sessions({}, page);
        ASSERT_TRUE(rows) << rows.error().detail;
        for (const SessionRow& row : rows->rows)
            seen.emplace_back(-row.last.value, row.session.high());
        if (!rows->more) break;
        page.after = SessionKey{rows->rows.back().last, rows->rows.back().session};
    }
    EXPECT_EQ(seen.size(), 70u);
    EXPECT_TRUE(std::ranges::is_sorted(seen));
    SessionFilter filter;
    filter.from = kStart + std::chrono::seconds(49);
    const auto recent = store_->sessions(filter, {});
    ASSERT_TRUE(recent) << recent.error().detail;
    for (const SessionRow& row : recent->rows)
        EXPECT_GE(row.last, *filter.from);
}

}  // namespace
}  // namespace eyed::store
