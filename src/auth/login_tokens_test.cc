#include "auth/login_tokens.h"

#include <gmock/gmock.h>

#include "auth/accounts.h"
#include "auth/jwt_vectors.h"
#include "base/stopped_clock.h"
#include "catalog/audit.h"
#include "io/temporary_directory.h"

namespace eyed::auth {
namespace {

using namespace std::chrono_literals;

constexpr model::Actor kBy{.via = model::Via::kCli};
constexpr const char* kShared = "shared with another service";

JwtTrust::Elsewhere elsewhere() {
    return {.keys = {JwtKey::shared_secret(JwtAlgorithm::kHs256, kShared).value()},
            .rules = {},
            .application = "jwt",
            .scopes = model::Scopes{}.with(model::Scope::kIngest)};
}

class LoginTokensTest : public ::testing::Test {
  protected:
    LoginTokensTest() {
        EXPECT_TRUE(accounts_.load());
        EXPECT_TRUE(accounts_.create_user({"root", "correct horse", model::Role::kSuperuser}, kBy));
        ann_ = accounts_.create_user({"ann", "correct horse", model::Role::kStaff}, kBy)->id;
    }
    std::string denial(const std::string& header) {
        const auto principal = authenticator_.authenticate(header);
        return principal ? "admitted" : principal.error().detail;
    }
    std::string bearer(const std::string& token) { return denial("Bearer " + token); }
    LoginTokens::Pair log_in() { return tokens_.issue(verified()).value(); }
    VerifiedUser verified() { return accounts_.login({"ann", password_}).value(); }
    /// Signed by the secret that is shared with another service.
    std::string foreign(const JwtClaims& claims) {
        return sign_jwt(JwtKey::shared_secret(JwtAlgorithm::kHs256, kShared).value(), claims);
    }
    double in(std::chrono::seconds time) {
        return static_cast<double>(clock_.now().value) / 1e6 + static_cast<double>(time.count());
    }

    io::TemporaryDirectory directory_;
    StoppedClock clock_;
    CapturingLogger logger_;
    std::unique_ptr<io::FileSystem> files_ = io::make_file_system();
    std::unique_ptr<catalog::Catalog> catalog_ =
        catalog::Catalog::open({directory_.file("catalog.db")}).value();
    PasswordHasher hasher_ = PasswordHasher::create({8192, 1}).value();
    ServerSecret secret_ = ServerSecret::open_or_create(*files_, directory_.path()).value();
    MemoryAuthenticator authenticator_{clock_, JwtTrust(secret_, elsewhere())};
    Accounts accounts_{{*catalog_, authenticator_, hasher_, secret_, clock_}};
    LoginTokens tokens_{{*catalog_, authenticator_, clock_, logger_, 5min, 24h}};
    UserId ann_;
    std::string password_ = "correct horse";
};

TEST_F(LoginTokensTest, AnAccessTokenActsAsItsUserUntilItExpires) {
    const auto pair = log_in();
    const auto principal = authenticator_.authenticate("Bearer " + pair.access).value();
    EXPECT_EQ(principal.user, ann_);
    EXPECT_EQ(principal.role, model::Role::kStaff);
    EXPECT_EQ(principal.scopes, model::kAllScopes);
    EXPECT_FALSE(principal.key);
    EXPECT_TRUE(principal.reads_all);
    clock_.advance(5min - 1s);
    EXPECT_EQ(bearer(pair.access), "admitted");
    clock_.advance(1s);
    EXPECT_EQ(bearer(pair.access), "invalid: Signature has expired");
}

TEST_F(LoginTokensTest, ARefreshTokenIsNoAccessToken) {
    EXPECT_EQ(bearer(log_in().refresh), "invalid: Token has wrong type");
    EXPECT_FALSE(tokens_.refresh(log_in().access));
    EXPECT_FALSE(tokens_.revoke(log_in().access));
}

TEST_F(LoginTokensTest, ARefreshTokenGivesTheNextPairOnce) {
    const auto first = log_in();
    const auto second = tokens_.refresh(first.refresh);
    ASSERT_TRUE(second) << second.error().detail;
    EXPECT_NE(second->refresh, first.refresh);
    EXPECT_EQ(bearer(second->access), "admitted");
    EXPECT_EQ(bearer(first.access), "admitted");
    ASSERT_TRUE(tokens_.refresh(second->refresh));
}

TEST_F(LoginTokensTest, ARefreshTokenThatComesTwiceEndsItsLoginAndIsTold) {
    const auto other = log_in();
    const auto first = log_in();
    const auto second = tokens_.refresh(first.refresh).value();
    const auto again = tokens_.refresh(first.refresh);
    EXPECT_EQ(again.error().code, Code::kUnauthenticated);
    EXPECT_FALSE(tokens_.refresh(second.refresh)) << "whoever has it may be the thief";
    EXPECT_TRUE(tokens_.refresh(other.refresh));
    EXPECT_TRUE(logger_.has("a refresh token came a second time"));
    const auto entry = catalog_->audit().list({}, catalog::Audit::newest(1))->rows.at(0);
    EXPECT_EQ(entry.action, "refresh_token_reused");
    EXPECT_EQ(entry.subject_id, ann_.value);
}

TEST_F(LoginTokensTest, ARevokedRefreshTokenDoesNotCount) {
    const auto pair = log_in();
    ASSERT_TRUE(tokens_.verify(pair.refresh));
    ASSERT_TRUE(tokens_.revoke(pair.refresh));
    EXPECT_FALSE(tokens_.verify(pair.refresh));
    EXPECT_FALSE(tokens_.refresh(pair.refresh));
    EXPECT_EQ(tokens_.revoke(pair.refresh).error().code, Code::kUnauthenticated);
}

TEST_F(LoginTokensTest, LoggingOutWithAUsedRefreshTokenEndsTheLoginAndIsTold) {
    const auto first = log_in();
    const auto rotated = tokens_.refresh(first.refresh).value();
    ASSERT_TRUE(tokens_.revoke(first.refresh)) << "whoever rotated it is somebody else";
    EXPECT_FALSE(tokens_.refresh(rotated.refresh));
    EXPECT_TRUE(logger_.has("a refresh token came a second time"));
    EXPECT_EQ(catalog_->audit().list({}, catalog::Audit::newest(1))->rows.at(0).action,
              "refresh_token_reused");
    EXPECT_FALSE(tokens_.revoke(first.refresh)) << "nothing is left to revoke";
}

TEST_F(LoginTokensTest, OursAreTheTokensThatThisInstallationSignedAndWhoseTimeIsNotOver) {
    const auto pair = log_in();
    EXPECT_TRUE(tokens_.is_ours(pair.access));
    EXPECT_TRUE(tokens_.is_ours(pair.refresh));
    EXPECT_FALSE(tokens_.is_ours(pair.refresh + "x"));
    EXPECT_FALSE(tokens_.is_ours(foreign({.expires_at = in(60s), .token_type = "refresh"})));
    clock_.advance(5min);
    EXPECT_FALSE(tokens_.is_ours(pair.access));
}

TEST_F(LoginTokensTest, ANewPasswordEndsBothKindsAtOnce) {
    const auto pair = log_in();
    ASSERT_TRUE(accounts_.change_user(ann_, {.password = "battery staple"}, kBy));
    EXPECT_EQ(bearer(pair.access), "invalid: The user's password has been changed.");
    EXPECT_FALSE(tokens_.refresh(pair.refresh));
    EXPECT_FALSE(tokens_.verify(pair.access));
    password_ = "battery staple";
    EXPECT_EQ(bearer(log_in().access), "admitted");
}

TEST_F(LoginTokensTest, ALoginThatAPasswordWasChangedDuringGivesTokensThatDoNotCount) {
    const auto login = verified();
    ASSERT_TRUE(accounts_.change_user(ann_, {.password = "battery staple"}, kBy));
    const auto late = tokens_.issue(login).value();
    EXPECT_EQ(bearer(late.access), "invalid: The user's password has been changed.");
    EXPECT_FALSE(tokens_.refresh(late.refresh));
}

TEST_F(LoginTokensTest, ADeactivationEndsBothKindsAtOnceAndRefreshTokensForGood) {
    using State = catalog::Users::State;
    const auto ann = verified();
    const auto pair = log_in();
    ASSERT_TRUE(accounts_.change_user(ann_, {.state = State::kInactive}, kBy));
    EXPECT_EQ(bearer(pair.access), "invalid: User not found");
    EXPECT_FALSE(tokens_.refresh(pair.refresh));
    EXPECT_FALSE(tokens_.issue(ann));
    ASSERT_TRUE(accounts_.change_user(ann_, {.state = State::kActive}, kBy));
    EXPECT_FALSE(tokens_.refresh(pair.refresh));
}

TEST_F(LoginTokensTest, ADemotionHoldsForTokensThatAreOut) {
    const auto pair = log_in();
    ASSERT_TRUE(accounts_.change_user(ann_, {.role = model::Role::kMember}, kBy));
    const auto principal = authenticator_.authenticate("Bearer " + pair.access).value();
    EXPECT_EQ(principal.role, model::Role::kMember);
    EXPECT_FALSE(principal.reads_all);
}

TEST_F(LoginTokensTest, ARefreshTokenExpires) {
    const auto pair = log_in();
    clock_.advance(24h);
    EXPECT_FALSE(tokens_.refresh(pair.refresh));
    EXPECT_FALSE(tokens_.verify(pair.refresh));
    EXPECT_TRUE(tokens_.purge());
}

TEST_F(LoginTokensTest, AnotherServersTokensAreNotOurs) {
    const io::TemporaryDirectory other;
    const auto secret = ServerSecret::open_or_create(*files_, other.path()).value();
    const JwtTrust trust(secret, {});
    const std::string token = trust.sign({.expires_at = in(60s),
                                          .issued_at = in(0s),
                                          .token_type = "access",
                                          .user_id = ann_.value});
    EXPECT_EQ(bearer(token), "invalid: Signature verification failed");
}

TEST_F(LoginTokensTest, AForeignTokenIsItsApplicationWhateverItSaysOfUsers) {
    const std::string token = foreign({.expires_at = in(60s),
                                       .issued_at = in(0s),
                                       .token_type = "access",
                                       .user_id = ann_.value});
    EXPECT_EQ(bearer(token), "invalid: No such application");
    ASSERT_TRUE(accounts_.create_application({.name = "jwt"}, kBy));
    const auto principal = authenticator_.authenticate("Bearer " + token).value();
    EXPECT_FALSE(principal.user);
    EXPECT_EQ(principal.role, model::Role::kApplication);
    EXPECT_EQ(authenticator_.application_name(principal.application), "jwt");
    EXPECT_EQ(principal.scopes, model::Scopes{}.with(model::Scope::kIngest));
    EXPECT_FALSE(principal.reads_all);
    EXPECT_FALSE(tokens_.verify(token));
    EXPECT_FALSE(tokens_.refresh(token));
}

TEST_F(LoginTokensTest, AForeignTokenOfAnInactiveOwnersApplicationIsRefused) {
    ASSERT_TRUE(accounts_.create_application({.name = "jwt", .owner = ann_}, kBy));
    const std::string token = foreign({.expires_at = in(60s)});
    EXPECT_EQ(bearer(token), "admitted");
    ASSERT_TRUE(accounts_.change_user(ann_, {.state = catalog::Users::State::kInactive}, kBy));
    EXPECT_EQ(bearer(token), "invalid: The application is inactive");
}

TEST_F(LoginTokensTest, WhatIsNoKeyAndNoJwtIsToldWhyToWhoSentItAsBearer) {
    EXPECT_EQ(bearer("nonsense"), "invalid: Not enough segments");
    EXPECT_EQ(denial("Token nonsense"), "invalid");
    EXPECT_EQ(bearer("a.b"), "invalid: Not enough segments");
    EXPECT_EQ(bearer(vectors::kRs256), "invalid: The specified alg value is not allowed");
}

TEST_F(LoginTokensTest, KeysOfApplicationsFollowGrantAndOwner) {
    const auto key = accounts_.create_key({ann_, "", "shop", {7}, {}}, kBy).value();
    const auto personal = accounts_.create_key({ann_, "", "", {7}, {}}, kBy).value();
    const auto shop = accounts_.application_by_name("shop").value();
    const auto reads_all = [&] {
        return authenticator_.authenticate("Token " + key.secret)->reads_all;
    };
    EXPECT_FALSE(reads_all());
    ASSERT_TRUE(accounts_.change_application(shop.id, {.reads = catalog::Reads::kAll}, kBy));
    EXPECT_TRUE(reads_all());
    ASSERT_TRUE(accounts_.change_application(shop.id, {.reads = catalog::Reads::kOwn}, kBy));
    EXPECT_FALSE(reads_all());

    ASSERT_TRUE(accounts_.change_user(ann_, {.state = catalog::Users::State::kInactive}, kBy));
    EXPECT_EQ(denial("Token " + key.secret), "invalid");
    ASSERT_TRUE(accounts_.change_application(shop.id, {.owner = UserId{}}, kBy));
    EXPECT_EQ(denial("Token " + key.secret), "admitted") << "the installation's now";
    EXPECT_EQ(denial("Token " + personal.secret), "invalid");
}

TEST_F(LoginTokensTest, AUserOwnsTheirApplications) {
    ASSERT_TRUE(accounts_.create_application({.name = "shop", .owner = ann_}, kBy));
    EXPECT_EQ(authenticator_.applications_of(ann_).size(), 2U);
    EXPECT_TRUE(authenticator_.applications_of(UserId{99}).empty());
}

}  // namespace
}  // namespace eyed::auth
