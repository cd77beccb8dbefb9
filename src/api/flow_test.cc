#include "api/flow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/blocking.h"
#include "http/router.h"

namespace eyed::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Flow : public testing::Test {
  protected:
    BlockingLoop loop;
    http::Request request{loop};
    query::ApplicationNameCache names;
    model::Principal caller{.application = ApplicationId{3}};

    Flow() {
        names.add(ApplicationId{3}, "shop");
        names.add(ApplicationId{4}, "bank");
    }
};

TEST_F(Flow, ACallerReadsItsOwnApplicationAlone) {
    EXPECT_THAT(*readable(names, caller), ElementsAre(ApplicationId{3}));
    EXPECT_THAT(*readable(names, caller, "shop"), ElementsAre(ApplicationId{3}));
}

TEST_F(Flow, AnotherApplicationIsForbiddenWhetherItIsThereOrNot) {
    for (const char* name : {"bank", "nobody"}) {
        const auto applications = readable(names, caller, name);
        ASSERT_FALSE(applications);
        EXPECT_EQ(applications.error().code, Code::kForbidden);
    }
}

TEST_F(Flow, WhoReadsAllMayNarrowItToOne) {
    caller.reads_all = true;
    EXPECT_THAT(*readable(names, caller), IsEmpty());
    EXPECT_THAT(*readable(names, caller, "bank"), ElementsAre(ApplicationId{4}));
}

TEST_F(Flow, AnUnknownApplicationIsNotTheSameAsAll) {
    caller.reads_all = true;
    EXPECT_THAT(*readable(names, caller, "nobody"), ElementsAre(ApplicationId{-1}));
    caller.reads_all = false;
    caller.application = {};
    EXPECT_THAT(*readable(names, caller), ElementsAre(ApplicationId{-1}));
}

TEST_F(Flow, JsonIsJsonByWhateverName) {
    for (const char* type :
         {"", "application/json", "Application/JSON; charset=utf-8", "application/problem+json"}) {
        request.content_type = type;
        EXPECT_TRUE(takes_json(request)) << type;
    }
    for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "text/csv"}) {
        request.content_type = type;
        EXPECT_FALSE(takes_json(request)) << type;
    }
}

TEST_F(Flow, APathNumberIsPositiveAndWhole) {
    http::Route route;
    route.pattern = "/event_detail/{id}";
    request.route = &route;
    const auto number = [&](std::string_view text) {
        request.parameter_values[0] = text;
        return path_number(request, "id");
    };
    EXPECT_EQ(number("42"), 42u);
    EXPECT_EQ(number("9223372036854775807"), 9223372036854775807u);
    for (const char* text :
         {"", "0", "-1", "+1", "1.5", "x", "1x", "9223372036854775808", "99999999999999999999"})
        EXPECT_EQ(number(text), std::nullopt) << text;
}

TEST_F(Flow, AStaleAnswerSaysSo) {
    http::Response fresh;
    mark(Freshness::kFresh, fresh);
    ASSERT_EQ(fresh.headers.size(), 1u);
    EXPECT_EQ(fresh.headers[0].value, "no-store");
    http::Response stale;
    mark(Freshness::kStale, stale);
    ASSERT_EQ(stale.headers.size(), 2u);
    EXPECT_EQ(stale.headers[1].name, "X-Eyed-Stale");
    EXPECT_EQ(stale.headers[1].value, "true");
}

TEST_F(Flow, AFullLaneRefusesAtOnce) {
    WorkerPool pool({.name = "lane", .threads = 1, .queue_capacity = 0});
    const auto result = loop.run(on_worker(pool, request, []() -> Result<int> { return 1; }));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::kOverloaded);
}

TEST_F(Flow, WorkComesBackToTheRequestsThread) {
    WorkerPool pool({.name = "lane", .threads = 1, .queue_capacity = 8});
    const auto here = std::this_thread::get_id();
    const auto there = loop.run(on_worker(
        pool, request, []() -> Result<std::thread::id> { return std::this_thread::get_id(); }));
    ASSERT_TRUE(there);
    EXPECT_NE(*there, here);
}

}  // namespace
}  // namespace eyed::api
