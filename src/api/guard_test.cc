#include "api/guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "auth/accounts.h"
#include "auth/password_hasher.h"
#include "auth/server_secret.h"
#include "base/blocking.h"
#include "http/router.h"
#include "io/file_system.h"
#include "io/temporary_directory.h"

namespace eyed::api {
namespace {

using testing::HasSubstr;

constexpr auth::PasswordHasher::Cost kCheap{8192, 1};
constexpr int kThrough = 0;

class Guard : public testing::Test {
  protected:
    Guard()
        : catalog(std::move(*catalog::Catalog::open({.path = directory.path() + "/catalog"}))),
          hasher(auth::PasswordHasher::create(kCheap).value()),
          secret(auth::ServerSecret::open_or_create(*files, directory.path()).value()),
          authenticator(clock),
          accounts({*catalog, authenticator, hasher, secret, clock}),
          sessions({*catalog, authenticator, secret, clock, std::chrono::hours(1)}) {
        EXPECT_TRUE(accounts.load());
        root = make_user("root", model::Role::kSuperuser);
        person = make_user("person", model::Role::kMember);
    }

    UserId make_user(const std::string& name, model::Role role) {
        const auto user = accounts.create_user({name, "correct horse", role}, {});
        EXPECT_TRUE(user) << user.error().detail;
        return user->id;
    }
    std::string key(model::Scope scope) {
        auth::Accounts::NewKey wanted;
        wanted.user = person;
        wanted.scopes = model::Scopes{}.with(scope);
        const auto made = accounts.create_key(wanted, {});
        EXPECT_TRUE(made) << made.error().detail;
        return "Token " + made->secret;
    }
    std::string cookie(UserId user) {
        const auto known = authenticator.user(user).value();
        const auto value = sessions.start({known.user, known.session_nonce});
        return std::string(kSessionCookie) + "=" + value.value();
    }

    struct Call {
        model::Scope scope = model::Scope::kRead;
        http::Method method = http::Method::kGet;
        std::string authorization;
        std::string cookie;
        std::string csrf;
        std::string site;  ///< Sec-Fetch-Site
        std::string pattern = "/api/v1/events";
        std::string target = "/api/v1/events";
        model::Role role = model::Role::kApplication;
    };
    /// The status of the refusal; kThrough: none.
    int ask(const Call& call) {
        http::Request request(loop);
        http::Route route;
        route.scope = call.scope;
        route.role = call.role;
        route.pattern = call.pattern;
        request.route = &route;
        request.method = call.method;
        request.path = request.target = call.target;
        if (!call.authorization.empty())
            request.headers.push_back({"Authorization", call.authorization});
        if (!call.cookie.empty()) request.headers.push_back({"Cookie", call.cookie});
        if (!call.csrf.empty()) request.headers.push_back({"X-CSRF-Token", call.csrf});
        if (!call.site.empty()) request.headers.push_back({"Sec-Fetch-Site", call.site});
        refusal = guard({authenticator, sessions}, request);
        principal = request.principal;
        return refusal ? refusal->status : kThrough;
    }

    io::TemporaryDirectory directory;
    BlockingLoop loop;
    SystemClock clock;
    std::unique_ptr<io::FileSystem> files = io::make_file_system();
    std::unique_ptr<catalog::Catalog> catalog;
    auth::PasswordHasher hasher;
    auth::ServerSecret secret;
    auth::MemoryAuthenticator authenticator;
    auth::Accounts accounts;
    auth::BrowserSessions sessions;
    UserId root;
    UserId person;
    std::optional<http::Response> refusal;
    model::Principal principal;
};

constexpr model::Scope kAsked[] = {model::Scope::kIngest, model::Scope::kRead,
                                   model::Scope::kManage};

TEST_F(Guard, OpenRoutesAskNobody) {
    EXPECT_EQ(ask({.scope = model::Scope::kOpen}), kThrough);
    EXPECT_EQ(ask({.scope = model::Scope::kOpen, .authorization = "Token nonsense"}), kThrough);
}

TEST_F(Guard, StrangersAreUnauthenticatedEverywhereElse) {
    for (const model::Scope scope : kAsked) {
        EXPECT_EQ(ask({.scope = scope}), 401);
        EXPECT_EQ(ask({.scope = scope, .authorization = "Basic YTpi"}), 401);
        EXPECT_THAT(refusal->body, HasSubstr("were not provided"));
        EXPECT_EQ(ask({.scope = scope, .authorization = "Token " + std::string(40, '0')}), 401);
        EXPECT_THAT(refusal->body, HasSubstr("Invalid token."));
        EXPECT_EQ(ask({.scope = scope, .cookie = "eyed_session=forged"}), 401);
    }
}

TEST_F(Guard, AKeyOpensWhatItsScopeGrantsAndNothingElse) {
    for (const model::Scope granted : kAsked) {
        const std::string authorization = key(granted);
        for (const model::Scope asked : kAsked)
            EXPECT_EQ(ask({.scope = asked, .authorization = authorization}),
                      asked == granted ? kThrough : 403);
    }
}

TEST_F(Guard, WhatIsMissingIsNamed) {
    EXPECT_EQ(ask({.authorization = key(model::Scope::kIngest)}), 403);
    EXPECT_THAT(refusal->body, HasSubstr("This key lacks the scope “read”."));
    const std::string own = "Token " + accounts.user_token(person, {}).value();
    EXPECT_EQ(ask({.authorization = own, .role = model::Role::kStaff}), 403);
    EXPECT_THAT(refusal->body, HasSubstr("This needs the role “staff”."));
}

TEST_F(Guard, AHigherRoleMayWhatALowerOneMay) {
    using enum model::Role;
    const model::Role all[] = {kApplication, kMember, kStaff, kSuperuser};
    auth::Accounts::NewKey wanted;
    wanted.user = root;
    wanted.application = "shop";
    const std::string of_application = "Token " + accounts.create_key(wanted, {}).value().secret;
    const std::string of_member = "Token " + accounts.user_token(person, {}).value();
    const std::string of_staff =
        "Token " + accounts.user_token(make_user("clerk", kStaff), {}).value();
    const std::string of_superuser = "Token " + accounts.user_token(root, {}).value();
    for (const auto& [token, has] : {std::pair{of_application, kApplication},
                                     {of_member, kMember},
                                     {of_staff, kStaff},
                                     {of_superuser, kSuperuser}})
        for (const model::Role needed : all)
            EXPECT_EQ(ask({.authorization = token, .role = needed}), has >= needed ? kThrough : 403)
                << model::role_name(has) << " " << model::role_name(needed);
}

TEST_F(Guard, AUsersTokenOpensAllAndCarriesItsApplication) {
    const std::string token = accounts.user_token(person, {}).value();
    for (const model::Scope scope : kAsked)
        EXPECT_EQ(ask({.scope = scope, .authorization = "Bearer " + token}), kThrough);
    EXPECT_EQ(principal.user, person);
    EXPECT_TRUE(principal.application);
    EXPECT_FALSE(principal.reads_all);
}

TEST_F(Guard, ACookieAloneIsNobodyAndWithItsCsrfTokenItsUser) {
    Call call{
        .scope = model::Scope::kManage, .method = http::Method::kDelete, .cookie = cookie(root)};
    EXPECT_EQ(ask(call), 401);
    call.csrf = "guess";
    EXPECT_EQ(ask(call), 403);
    const std::string value = call.cookie.substr(kSessionCookie.size() + 1);
    call.csrf = sessions.find(value).value().csrf;
    EXPECT_EQ(ask(call), kThrough);
    EXPECT_EQ(principal.user, root);
    EXPECT_TRUE(principal.reads_all);
}

TEST_F(Guard, ACookieReadsWhatTheBrowserSaysNoOtherSiteAskedFor) {
    Call call{.scope = model::Scope::kRead, .cookie = cookie(root)};
    for (const char* site : {"cross-site", "same-site", "nonsense"}) {
        call.site = site;
        EXPECT_EQ(ask(call), 401) << site;
    }
    for (const char* site : {"same-origin", "none"}) {
        call.site = site;
        call.method = http::Method::kGet;
        EXPECT_EQ(ask(call), kThrough) << site;
        EXPECT_EQ(principal.user, root);
        call.method = http::Method::kPost;
        EXPECT_EQ(ask(call), 401) << "changes nothing";
    }
    call.method = http::Method::kGet;
    call.csrf = "guess";
    EXPECT_EQ(ask(call), 403);
}

TEST_F(Guard, ABadTokenIsNotSavedByACookie) {
    EXPECT_EQ(ask({.authorization = "Token " + std::string(40, '0'), .cookie = cookie(root)}), 401);
}

TEST_F(Guard, PagesOfTheAdministrationAreForSuperusers) {
    Call call{.scope = model::Scope::kOpen,
              .pattern = "/admin/events/eventtype",
              .target = "/admin/events/eventtype/?q=a"};
    EXPECT_EQ(ask(call), 303);
    ASSERT_FALSE(refusal->headers.empty());
    EXPECT_EQ(refusal->headers[0].value,
              "/admin/login/?next=%2Fadmin%2Fevents%2Feventtype%2F%3Fq%3Da");
    call.cookie = cookie(person);
    EXPECT_EQ(ask(call), 403);
    call.cookie = cookie(root);
    EXPECT_EQ(ask(call), kThrough);
}

}  // namespace
}  // namespace eyed::api
