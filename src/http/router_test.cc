#include "http/router.h"

#include <gtest/gtest.h>

#include "base/blocking.h"

namespace eyed::http {
namespace {

Task<Response> nothing(Request&) {
    co_return empty(204);
}

Route route(Method method, std::string pattern) {
    return {.method = method,
            .pattern = std::move(pattern),
            .scope = model::Scope::kRead,
            .handler = nothing};
}

/// A router with the patterns given, all GET.
Router router_of(std::initializer_list<const char*> patterns) {
    Router router;
    for (const char* pattern : patterns)
        EXPECT_TRUE(router.add(route(Method::kGet, pattern))) << pattern;
    return router;
}

class RouterMatch : public testing::Test {
  protected:
    /// The pattern that a path leads to; empty: none.
    std::string find(const Router& router, std::string_view path, Method method = Method::kGet) {
        request_.method = method;
        request_.path = path;
        match_ = router.match(request_);
        return match_.route == nullptr ? "" : match_.route->pattern;
    }

    BlockingLoop loop_;
    Request request_{loop_};
    Router::Match match_;
};

TEST_F(RouterMatch, FindsBothFormsOfAPath) {
    const Router router = router_of({"/", "/events", "/sessions/", "/event_detail/{id}"});
    EXPECT_EQ(find(router, "/"), "/");
    EXPECT_EQ(find(router, "/events"), "/events");
    EXPECT_EQ(find(router, "/events/"), "/events");
    EXPECT_EQ(find(router, "/sessions"), "/sessions/");
    EXPECT_EQ(find(router, "/event_detail/7/"), "/event_detail/{id}");
    EXPECT_EQ(request_.parameter("id"), "7");
    EXPECT_EQ(request_.parameter("other"), "");
}

TEST_F(RouterMatch, FindsNothingElse) {
    const Router router = router_of({"/events", "/event_detail/{id}", "/a/b"});
    for (const char* path : {"", "events", "/", "//events", "/events//", "/Events", "/event",
                             "/events/1", "/event_detail", "/event_detail//", "/a", "/a/b/c", "*"})
        EXPECT_EQ(find(router, path), "") << path;
    EXPECT_EQ(match_.outcome, Router::Outcome::kNoSuchPath);
}

TEST_F(RouterMatch, PrefersALiteralAndGoesBackWhenItLeadsNowhere) {
    const Router router = router_of({"/e/search", "/e/{id}", "/e/search/deep", "/e/{id}/updates"});
    EXPECT_EQ(find(router, "/e/search"), "/e/search");
    EXPECT_EQ(find(router, "/e/4"), "/e/{id}");
    EXPECT_EQ(find(router, "/e/search/updates"), "/e/{id}/updates");
    EXPECT_EQ(request_.parameter("id"), "search");
}

TEST_F(RouterMatch, DecodesParametersAndLiterals) {
    const Router router = router_of({"/a/{one}/b/{two}"});
    EXPECT_EQ(find(router, "/%61/x%2Fy/b/%C3%A9+z"), "/a/{one}/b/{two}");
    EXPECT_EQ(request_.parameter("one"), "x/y");
    EXPECT_EQ(request_.parameter("two"), "\xC3\xA9+z");
    EXPECT_EQ(find(router, "/a/%zz/b/c"), "");
}

TEST_F(RouterMatch, TellsAWrongMethodFromAWrongPath) {
    Router router;
    ASSERT_TRUE(router.add(route(Method::kGet, "/e/{id}")));
    ASSERT_TRUE(router.add(route(Method::kPut, "/e/{number}")));
    EXPECT_EQ(find(router, "/e/5", Method::kPut), "/e/{number}");
    EXPECT_EQ(request_.parameter("number"), "5");
    EXPECT_EQ(find(router, "/e/5", Method::kHead), "/e/{id}");
    EXPECT_EQ(find(router, "/e/5", Method::kPost), "");
    EXPECT_EQ(match_.outcome, Router::Outcome::kWrongMethod);
    EXPECT_EQ(match_.allow.to_string(), "GET, HEAD, PUT, OPTIONS");
    EXPECT_EQ(find(router, "/e/5", Method::kOther), "");
    EXPECT_EQ(match_.outcome, Router::Outcome::kWrongMethod);
}

TEST(Router, APathIsWithinAnotherByItsDecodedSegments) {
    for (const char* path : {"/api/v1", "/api/v1/", "/api/v1/x", "/%61pi/v%31/x", "/api/v1/%zz"})
        EXPECT_TRUE(is_within(path, "/api/v1")) << path;
    for (const char* path : {"", "/", "*", "/api", "/api/", "/api/v12", "/api/v1x/", "//api/v1",
                             "/api%2Fv1", "/api/%zz", "/x/api/v1"})
        EXPECT_FALSE(is_within(path, "/api/v1")) << path;
}

TEST(Router, RefusesBadAndDoubledRoutes) {
    Router router = router_of({"/a/{id}"});
    EXPECT_EQ(router.add(route(Method::kGet, "/a/{other}/")).error().code, Code::kConflict);
    for (const char* pattern :
         {"", "a", "/a//b", "/{", "/{}", "/a{b}", "/a%20b", "/{1}/{2}/{3}/{4}/{5}/{6}/{7}"})
        EXPECT_EQ(router.add(route(Method::kPost, pattern)).error().code, Code::kInvalidArgument)
            << pattern;
    EXPECT_EQ(router.add({.method = Method::kGet, .pattern = "/none"}).error().code,
              Code::kInvalidArgument);
    EXPECT_EQ(router.routes().size(), 1u);
}

}  // namespace
}  // namespace eyed::http
