#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "auth/accounts.h"
#include "auth/browser_sessions.h"
#include "auth/tokens.h"
#include "base/stopped_clock.h"
#include "catalog/keys.h"
#include "io/temporary_directory.h"

namespace eyed::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr PasswordHasher::Cost kCheap{8192, 1};
constexpr model::Actor kBy{.via = model::Via::kCli};

/// One process: a catalog connection with all that auth builds on it.
struct Process {
    Process(const std::string& directory, const Clock& clock)
        : catalog(std::move(*catalog::Catalog::open({directory + "/catalog.db", 60s}))),
          secret(ServerSecret::open_or_create(*files, directory).value()),
          authenticator(clock),
          accounts({*catalog, authenticator, hasher, secret, clock}),
          sessions({*catalog, authenticator, secret, clock, 12h}) {
        EXPECT_TRUE(accounts.load());
        EXPECT_TRUE(sessions.load());
    }
    /// The cookie of a login now.
    std::string start(UserId id) {
        const auto known = authenticator.user(id).value();
        return sessions.start({known.user, known.session_nonce}).value();
    }
    std::unique_ptr<io::FileSystem> files = io::make_file_system();
    std::unique_ptr<catalog::Catalog> catalog;
    PasswordHasher hasher = PasswordHasher::create(kCheap).value();
    ServerSecret secret;
    MemoryAuthenticator authenticator;
    Accounts accounts;
    BrowserSessions sessions;
};

class AuthTest : public ::testing::Test {
  protected:
    model::User make_user(const std::string& name, model::Role role = model::Role::kMember) {
        auto user = server_.accounts.create_user({name, "correct horse", role}, kBy);
        EXPECT_TRUE(user) << user.error().detail;
        return *user;
    }
    std::string denial(const std::string& header) {
        const auto principal = server_.authenticator.authenticate(header);
        return principal ? "admitted" : principal.error().detail;
    }

    io::TemporaryDirectory directory_;
    StoppedClock clock_;
    Process server_{directory_.path(), clock_};
};

TEST_F(AuthTest, APasswordIsVerifiedAgainstItsHashAlone) {
    const auto hash = server_.hasher.hash("secret one").value();
    EXPECT_THAT(hash, HasSubstr("$argon2id$"));
    EXPECT_TRUE(server_.hasher.verify("secret one", hash));
    EXPECT_FALSE(server_.hasher.verify("secret two", hash));
    EXPECT_FALSE(server_.hasher.verify("secret one", "nonsense"));
    EXPECT_FALSE(server_.hasher.verify("secret one", std::string(4000, 'x')));
    EXPECT_FALSE(server_.hasher.verify_nobody("secret one"));
    EXPECT_NE(server_.hasher.hash("secret one").value(), hash);
}

TEST_F(AuthTest, AHashersCostHasAMinimum) {
    EXPECT_EQ(PasswordHasher::create({1, 1}).error().code, Code::kInvalidArgument);
}

TEST_F(AuthTest, NamesAndPasswordsFollowTheRules) {
    const auto refused = [&](const std::string& name, const std::string& password) {
        const auto user = server_.accounts.create_user({name, password, model::Role::kMember}, kBy);
        return !user && user.error().code == Code::kInvalidArgument;
    };
    EXPECT_TRUE(refused("", "long enough"));
    EXPECT_TRUE(refused("a b", "long enough"));
    EXPECT_TRUE(refused("<b>", "long enough"));
    EXPECT_TRUE(refused(std::string(151, 'a'), "long enough"));
    EXPECT_TRUE(refused("ann", "short12"));
    EXPECT_TRUE(refused("ann-smith", "ann-smith"));
    EXPECT_TRUE(refused("ann", std::string(1025, 'x')));
    EXPECT_FALSE(refused("ann.smith+1@x_y-z", "12345678"));
}

TEST_F(AuthTest, LoginTakesTheRightPasswordOnly) {
    const auto user = make_user("ann");
    EXPECT_EQ(server_.accounts.login({"ann", "correct horse"})->user.id, user.id);
    for (const auto& [name, password] : {std::pair{"ann", "wrong horse"},
                                         {"bob", "correct horse"},
                                         {"ANN", "correct horse"},
                                         {"ann", ""}}) {
        const auto login = server_.accounts.login({name, password});
        ASSERT_FALSE(login) << name;
        EXPECT_EQ(login.error().code, Code::kUnauthenticated);
    }
}

TEST_F(AuthTest, ALoginOfNobodyTakesAsLongAsAWrongPassword) {
    const auto hasher = PasswordHasher::create({std::size_t{4} << 20U, 2}).value();
    Accounts accounts({*server_.catalog, server_.authenticator, hasher, server_.secret, clock_});
    ASSERT_TRUE(accounts.create_user({"ann", "correct horse"}, kBy));
    ASSERT_TRUE(accounts.create_user({"root", "correct horse", model::Role::kSuperuser}, kBy));
    const auto idle = accounts.create_user({"idle", "correct horse"}, kBy)->id;
    ASSERT_TRUE(accounts.change_user(idle, {.state = catalog::Users::State::kInactive}, kBy));
    // The least of several: what else the machine does only adds to it.
    const auto least = [&](const char* name) {
        auto least = std::chrono::nanoseconds::max();
        for (int i = 0; i < 7; ++i) {
            const auto start = std::chrono::steady_clock::now();
            EXPECT_FALSE(accounts.login({name, "wrong horse"}));
            least = std::min(least, std::chrono::steady_clock::now() - start);
        }
        return least;
    };
    const auto wrong = least("ann");
    EXPECT_GT(least("nobody") * 2, wrong);
    EXPECT_GT(least("idle") * 2, wrong);
    EXPECT_GT(wrong * 2, least("nobody"));
}

TEST_F(AuthTest, AUsersTokenIsTheSameEachTimeAndFromEveryProcess) {
    const auto user = make_user("ann");
    const auto token = server_.accounts.user_token(user.id, kBy).value();
    EXPECT_THAT(token, MatchesRegex("[0-9a-f]{40}"));
    EXPECT_EQ(server_.accounts.user_token(user.id, kBy).value(), token);
    Process other(directory_.path(), clock_);
    EXPECT_EQ(other.accounts.user_token(user.id, kBy).value(), token);
    EXPECT_EQ(server_.accounts.keys()->size(), 1U);
    EXPECT_NE(server_.accounts.user_token(make_user("bob").id, kBy).value(), token);
}

TEST_F(AuthTest, AUsersTokenSendsAsTheirApplicationWithAllScopes) {
    const auto user = make_user("ann");
    const auto token = server_.accounts.user_token(user.id, kBy).value();
    for (const std::string scheme : {"Token ", "Bearer ", "token ", "BEARER  "}) {
        const auto principal = server_.authenticator.authenticate(scheme + token);
        ASSERT_TRUE(principal) << scheme;
        EXPECT_EQ(principal->user, user.id);
        EXPECT_EQ(principal->application, user.application);
        EXPECT_EQ(principal->scopes, model::kAllScopes);
        EXPECT_TRUE(principal->key);
        EXPECT_FALSE(principal->reads_all);
    }
}

TEST_F(AuthTest, ASuperuserReadsAll) {
    const auto token =
        server_.accounts.user_token(make_user("root", model::Role::kSuperuser).id, kBy).value();
    const auto principal = server_.authenticator.authenticate("Token " + token).value();
    EXPECT_EQ(principal.role, model::Role::kSuperuser);
    EXPECT_TRUE(principal.reads_all);
}

TEST_F(AuthTest, ASuperusersKeyForAnotherApplicationReadsThatAlone) {
    const auto user = make_user("root", model::Role::kSuperuser);
    const auto principal = [&](const std::string& application) {
        const auto key =
            server_.accounts.create_key({user.id, "", application, {7}, {}}, kBy).value();
        return server_.authenticator.authenticate("Token " + key.secret).value();
    };
    EXPECT_FALSE(principal("kiosk").reads_all);
    EXPECT_EQ(principal("kiosk").role, model::Role::kApplication);
    EXPECT_FALSE(principal("root").reads_all);  // asked for by name: the application's alone
    EXPECT_TRUE(principal("").reads_all);
    EXPECT_EQ(principal("").role, model::Role::kSuperuser);
}

TEST_F(AuthTest, ADenialTellsMissingFromInvalid) {
    const auto token = server_.accounts.user_token(make_user("ann").id, kBy).value();
    EXPECT_EQ(denial(""), "missing");
    EXPECT_EQ(denial("Basic YTpi"), "missing");
    EXPECT_EQ(denial(token), "missing");
    EXPECT_EQ(denial("Token"), "invalid");
    EXPECT_EQ(denial("Token "), "invalid");
    EXPECT_EQ(denial("Token " + std::string(40, 'a')), "invalid");
    EXPECT_EQ(denial("Token " + token + "a"), "invalid");
    EXPECT_EQ(denial("Token " + token + " x"), "invalid");
    EXPECT_EQ(denial("Token " + token), "admitted");
}

TEST_F(AuthTest, ARenewedTokenReplacesTheOldOne) {
    const auto user = make_user("ann");
    const auto old = server_.accounts.user_token(user.id, kBy).value();
    ASSERT_TRUE(server_.accounts.renew_user_token(user.id, kBy));
    const auto fresh = server_.accounts.user_token(user.id, kBy).value();
    EXPECT_NE(fresh, old);
    EXPECT_EQ(denial("Token " + old), "invalid");
    EXPECT_EQ(denial("Token " + fresh), "admitted");
}

TEST_F(AuthTest, ARevokedDefaultKeyIsFollowedByAnotherToken) {
    const auto user = make_user("ann");
    const auto bob = server_.accounts.user_token(make_user("bob").id, kBy).value();
    const auto old = server_.accounts.user_token(user.id, kBy).value();
    const auto key = server_.authenticator.authenticate("Token " + old)->key;
    ASSERT_TRUE(server_.accounts.revoke_key(key, kBy));
    EXPECT_EQ(denial("Token " + old), "invalid");
    const auto fresh = server_.accounts.user_token(user.id, kBy);
    ASSERT_TRUE(fresh) << fresh.error().detail;
    EXPECT_THAT(*fresh, MatchesRegex("[0-9a-f]{40}"));
    EXPECT_NE(*fresh, old);
    EXPECT_EQ(server_.accounts.user_token(user.id, kBy).value(), *fresh);
    EXPECT_EQ(denial("Token " + *fresh), "admitted");
    EXPECT_EQ(denial("Token " + old), "invalid");
    EXPECT_EQ(denial("Token " + bob), "admitted");
}

TEST_F(AuthTest, AKeyHasTheScopesAndTheApplicationItWasMadeWith) {
    const auto user = make_user("ann");
    const auto scopes = model::Scopes{}.with(model::Scope::kIngest);
    const auto created = server_.accounts.create_key({user.id, "till", "shop", scopes, {}}, kBy);
    ASSERT_TRUE(created) << created.error().detail;
    EXPECT_THAT(created->secret, MatchesRegex("eyed_[0-9a-f]{40}"));
    EXPECT_EQ(created->key.hint, created->secret.substr(0, 12));
    const auto principal = server_.authenticator.authenticate("Token " + created->secret).value();
    EXPECT_EQ(principal.scopes, scopes);
    EXPECT_EQ(server_.authenticator.application_name(principal.application), "shop");
    EXPECT_EQ(server_.authenticator.application_by_name("shop"), principal.application);
    EXPECT_EQ(principal.key, created->key.id);
}

TEST_F(AuthTest, AKeysSecretIsNotInTheCatalog) {
    const auto created =
        server_.accounts.create_key({make_user("ann").id, "", "", {7}, {}}, kBy).value();
    const auto records = server_.catalog->keys().all().value();
    for (const auto& record : records) {
        EXPECT_NE(record.digest, created.secret);
        EXPECT_EQ(record.digest, token_digest(created.secret));
    }
}

TEST_F(AuthTest, KeysThatMakeNoSenseAreRefused) {
    const auto user = make_user("ann");
    const auto code = [&](const Accounts::NewKey& key) {
        const auto created = server_.accounts.create_key(key, kBy);
        return created ? Code::kInternal : created.error().code;
    };
    EXPECT_EQ(code({UserId{99}, "", "", {7}, {}}), Code::kNotFound);
    EXPECT_EQ(code({user.id, "", "", {0}, {}}), Code::kInvalidArgument);
    EXPECT_EQ(code({user.id, "", "a b", {7}, {}}), Code::kInvalidArgument);
    EXPECT_EQ(code({user.id, "", "", {7}, clock_.now()}), Code::kInvalidArgument);
    EXPECT_EQ(code({user.id, std::string(151, 'x'), "", {7}, {}}), Code::kInvalidArgument);
}

TEST_F(AuthTest, AnExpiredKeyIsRefusedFromTheInstantItExpires) {
    const auto created =
        server_.accounts.create_key({make_user("ann").id, "", "", {7}, clock_.now() + 10s}, kBy)
            .value();
    clock_.advance(10s - 1us);
    EXPECT_EQ(denial("Token " + created.secret), "admitted");
    clock_.advance(1us);
    EXPECT_EQ(denial("Token " + created.secret), "invalid");
}

TEST_F(AuthTest, ARevokedKeyIsRefusedAtOnce) {
    const auto created =
        server_.accounts.create_key({make_user("ann").id, "", "", {7}, {}}, kBy).value();
    ASSERT_TRUE(server_.accounts.revoke_key(created.key.id, kBy));
    EXPECT_EQ(denial("Token " + created.secret), "invalid");
    EXPECT_EQ(server_.accounts.revoke_key(created.key.id, kBy).error().code, Code::kConflict);
    EXPECT_EQ(server_.accounts.revoke_key(KeyId{99}, kBy).error().code, Code::kNotFound);
}

TEST_F(AuthTest, WhatAnotherProcessChangedIsSeenAtTheNextUpkeep) {
    EXPECT_FALSE(server_.authenticator.has_users());
    Process other(directory_.path(), clock_);
    const auto user =
        other.accounts.create_user({"ann", "correct horse", model::Role::kMember}, kBy).value();
    const auto created = other.accounts.create_key({user.id, "", "", {7}, {}}, kBy).value();
    ASSERT_TRUE(server_.accounts.upkeep());
    EXPECT_TRUE(server_.authenticator.has_users());
    EXPECT_EQ(denial("Token " + created.secret), "admitted");
    ASSERT_TRUE(other.accounts.revoke_key(created.key.id, kBy));
    ASSERT_TRUE(server_.accounts.upkeep());
    EXPECT_EQ(denial("Token " + created.secret), "invalid");
}

TEST_F(AuthTest, AnInactiveUserIsRefusedInEveryWayUntilActiveAgain) {
    const auto user = make_user("ann");
    const auto token = server_.accounts.user_token(user.id, kBy).value();
    const auto key = server_.accounts.create_key({user.id, "", "kiosk", {7}, {}}, kBy).value();
    const auto cookie = server_.start(user.id);
    const auto refused = [&] {
        const bool all =
            denial("Token " + token) == "invalid" && denial("Token " + key.secret) == "invalid" &&
            !server_.sessions.find(cookie) && !server_.accounts.login({"ann", "correct horse"});
        const bool none =
            denial("Token " + token) == "admitted" && denial("Token " + key.secret) == "admitted" &&
            server_.sessions.find(cookie) && server_.accounts.login({"ann", "correct horse"});
        EXPECT_NE(all, none);
        return all;
    };
    Process other(directory_.path(), clock_);
    const auto inactive =
        other.accounts.change_user(user.id, {.state = catalog::Users::State::kInactive}, kBy);
    ASSERT_TRUE(inactive) << inactive.error().detail;
    EXPECT_FALSE(inactive->active);
    ASSERT_TRUE(server_.accounts.upkeep());
    EXPECT_TRUE(refused());
    EXPECT_TRUE(server_.authenticator.has_users());
    EXPECT_TRUE(
        server_.accounts.change_user(user.id, {.state = catalog::Users::State::kActive}, kBy)
            ->active);
    EXPECT_FALSE(refused());
}

TEST_F(AuthTest, LastUseIsWrittenDownOnceAMinuteAndSurvivesReloads) {
    const auto user = make_user("ann");
    const auto created = server_.accounts.create_key({user.id, "", "", {7}, {}}, kBy).value();
    ASSERT_TRUE(server_.accounts.upkeep());
    const auto used_at = clock_.now();
    EXPECT_EQ(denial("Token " + created.secret), "admitted");
    make_user("bob");  // reloads the snapshot
    ASSERT_TRUE(server_.accounts.upkeep());
    EXPECT_EQ(server_.accounts.keys()->at(0).last_used_at, std::nullopt);
    clock_.advance(1min);
    ASSERT_TRUE(server_.accounts.upkeep());
    EXPECT_EQ(server_.accounts.keys()->at(0).last_used_at, used_at);
}

TEST_F(AuthTest, OnlyTheFirstUserIsMadeWhenNoneIsAskedFor) {
    const auto none = catalog::Users::When::kNoUserYet;
    ASSERT_TRUE(
        server_.accounts.create_user({"ann", "correct horse", model::Role::kSuperuser}, kBy, none));
    EXPECT_EQ(
        server_.accounts.create_user({"bob", "correct horse", model::Role::kSuperuser}, kBy, none)
            .error()
            .code,
        Code::kConflict);
}

TEST_F(AuthTest, AuthenticatingWhileKeysChangeIsSafe) {
    const auto user = make_user("ann");
    const auto token = "Token " + server_.accounts.user_token(user.id, kBy).value();
    std::atomic<bool> stop{false};
    std::atomic<int> refused{0};
    {
        std::vector<std::jthread> readers;
        for (int i = 0; i < 3; ++i)
            readers.emplace_back([&] {
                while (!stop)
                    if (!server_.authenticator.authenticate(token)) ++refused;
            });
        for (int i = 0; i < 10; ++i) {
            EXPECT_TRUE(server_.accounts.create_key({user.id, "", "", {7}, {}}, kBy));
            EXPECT_TRUE(server_.accounts.upkeep());
        }
        stop = true;
    }
    EXPECT_EQ(refused, 0);
}

TEST_F(AuthTest, ASessionIsFoundByItsCookieUntilItExpires) {
    const auto user = make_user("ann", model::Role::kSuperuser);
    const auto cookie = server_.start(user.id);
    EXPECT_THAT(cookie, MatchesRegex("[0-9a-f.]+"));
    const auto session = server_.sessions.find(cookie);
    ASSERT_TRUE(session);
    EXPECT_EQ(session->user.name, "ann");
    EXPECT_EQ(session->principal.role, model::Role::kSuperuser);
    EXPECT_EQ(session->principal.application, user.application);
    clock_.advance(12h);
    EXPECT_EQ(server_.sessions.find(cookie).error().code, Code::kUnauthenticated);
}

TEST_F(AuthTest, NoByteOfACookieMayChange) {
    const auto cookie = server_.start(make_user("ann").id);
    for (std::size_t i = 0; i < cookie.size(); ++i) {
        auto changed = cookie;
        changed[i] = changed[i] == '1' ? '2' : '1';
        EXPECT_FALSE(server_.sessions.find(changed)) << i;
    }
    for (const char* other : {"", ".", "...", "1.2.3", "x.y.z.w"})
        EXPECT_FALSE(server_.sessions.find(other)) << other;
}

TEST_F(AuthTest, TheCsrfTokenBelongsToItsSession) {
    const auto user = make_user("ann");
    const auto one = server_.sessions.find(server_.start(user.id)).value();
    const auto two = server_.sessions.find(server_.start(user.id)).value();
    EXPECT_TRUE(BrowserSessions::csrf_matches(one, one.csrf));
    EXPECT_FALSE(BrowserSessions::csrf_matches(one, two.csrf));
    EXPECT_FALSE(BrowserSessions::csrf_matches(one, ""));
}

TEST_F(AuthTest, AnEndedSessionStaysEndedAfterARestart) {
    const auto user = make_user("ann");
    const auto ended = server_.start(user.id);
    const auto kept = server_.start(user.id);
    ASSERT_TRUE(server_.sessions.end(server_.sessions.find(ended).value()));
    EXPECT_FALSE(server_.sessions.find(ended));
    Process restarted(directory_.path(), clock_);
    EXPECT_FALSE(restarted.sessions.find(ended));
    EXPECT_TRUE(restarted.sessions.find(kept));
}

TEST_F(AuthTest, PurgingForgetsOnlyWhatHasExpired) {
    const auto user = make_user("ann");
    const auto first = server_.start(user.id);
    ASSERT_TRUE(server_.sessions.end(server_.sessions.find(first).value()));
    clock_.advance(6h);
    const auto second = server_.start(user.id);
    ASSERT_TRUE(server_.sessions.end(server_.sessions.find(second).value()));
    clock_.advance(6h + 1us);
    ASSERT_TRUE(server_.sessions.purge());
    EXPECT_FALSE(server_.sessions.find(second));
    EXPECT_EQ(Process(directory_.path(), clock_).sessions.find(second).error().code,
              Code::kUnauthenticated);
}

TEST_F(AuthTest, ANewPasswordEndsAllSessionsAndKeepsTokens) {
    const auto user = make_user("ann");
    const auto cookie = server_.start(user.id);
    const auto token = server_.accounts.user_token(user.id, kBy).value();
    EXPECT_EQ(server_.accounts.change_user(user.id, {.password = "short"}, kBy).error().code,
              Code::kInvalidArgument);
    EXPECT_TRUE(server_.sessions.find(cookie));
    ASSERT_TRUE(server_.accounts.change_user(user.id, {.password = "battery staple"}, kBy));
    EXPECT_FALSE(server_.sessions.find(cookie));
    EXPECT_FALSE(server_.accounts.login({"ann", "correct horse"}));
    EXPECT_TRUE(server_.accounts.login({"ann", "battery staple"}));
    EXPECT_EQ(denial("Token " + token), "admitted");
}

TEST_F(AuthTest, ALoginThatAPasswordWasChangedDuringIsNoSession) {
    const auto user = make_user("ann");
    const auto login = server_.accounts.login({"ann", "correct horse"}).value();
    EXPECT_TRUE(server_.sessions.find(server_.sessions.start(login).value()));
    ASSERT_TRUE(server_.accounts.change_user(user.id, {.password = "battery staple"}, kBy));
    const auto late = server_.sessions.start(login);
    ASSERT_TRUE(late);
    EXPECT_FALSE(server_.sessions.find(*late));
}

TEST_F(AuthTest, AKeyMadeForTheInstallationsApplicationOutlivesItsMakersAccount) {
    make_user("root", model::Role::kSuperuser);
    const auto ann = make_user("ann", model::Role::kSuperuser);
    ASSERT_TRUE(server_.accounts.create_application({.name = "shop"}, kBy));
    const auto shared = server_.accounts.create_key({ann.id, "", "shop", {1}, {}}, kBy).value();
    const auto personal = server_.accounts.create_key({ann.id, "", "", {1}, {}}, kBy).value();
    ASSERT_TRUE(
        server_.accounts.change_user(ann.id, {.state = catalog::Users::State::kInactive}, kBy));
    EXPECT_EQ(denial("Token " + shared.secret), "admitted");
    EXPECT_EQ(denial("Token " + personal.secret), "invalid");
}

}  // namespace
}  // namespace eyed::auth
