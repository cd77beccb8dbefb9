// What changes accounts, its lines in the audit log, and the lists.
#include <gmock/gmock.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <atomic>
#include <thread>

#include "catalog/applications.h"
#include "catalog/audit.h"
#include "catalog/catalog.h"
#include "catalog/keys.h"
#include "catalog/known_settings.h"
#include "catalog/refresh_tokens.h"
#include "catalog/users.h"
#include "io/temporary_directory.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr model::Actor kBy{UserId{7}, KeyId{8}, model::Via::kApi};
constexpr model::Change kChange{kBy, Micros{77}};

class CatalogAccounts : public ::testing::Test {
  protected:
    model::User make_user(const std::string& name, model::Role role = model::Role::kMember) {
        auto made = catalog_->users().create({name, "h", "t", "s", role, Micros{5}},
                                             Users::When::kAlways, kBy);
        EXPECT_TRUE(made) << made.error().detail;
        return *made;
    }
    KeyId make_key(const model::User& user, const std::string& digest,
                   std::optional<Micros> expires_at = {}) {
        KeyRecord record;
        record.digest = digest;
        record.key = {.name = "till",
                      .hint = "eyed_0123456",
                      .user = user.id,
                      .application = user.application,
                      .scopes = model::Scopes{3},
                      .created_at = Micros{9},
                      .expires_at = expires_at};
        return catalog_->keys().create(record, kBy).value();
    }
    KeyRecord default_key(const model::User& user, const std::string& digest) const {
        return {{.name = "default",
                 .user = user.id,
                 .application = user.application,
                 .scopes = model::kAllScopes,
                 .personal = true,
                 .is_default = true,
                 .created_at = Micros{9}},
                digest};
    }
    void sql(const std::string& statement) const {
        soci::session session(soci::sqlite3, "db=\"" + directory_.file("catalog.db") + "\"");
        session << statement;
    }
    RefreshToken token(const std::string& digest, Micros at = Micros{10}) const {
        return {digest, "family of " + digest, user_, at, at + std::chrono::microseconds(100)};
    }
    /// The audit log's lines from the oldest on, as `kind action subject details`.
    std::vector<std::string> lines() {
        std::vector<std::string> lines;
        const auto found = catalog_->audit().list({}, Audit::newest(1000)).value();
        for (auto entry = found.rows.rbegin(); entry != found.rows.rend(); ++entry)
            lines.push_back(entry->kind + " " + entry->action + " " + entry->subject + " " +
                            entry->details);
        return lines;
    }
    std::vector<std::string> new_lines(const std::function<void()>& change) {
        const auto before = lines().size();
        change();
        auto all = lines();
        all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(before));
        return all;
    }

    io::TemporaryDirectory directory_;
    std::unique_ptr<Catalog> catalog_ =
        Catalog::open({directory_.file("catalog.db"), std::chrono::seconds(60)}).value();
    UserId user_;
};

TEST_F(CatalogAccounts, EachChangeOfAUserIsALineOfItsOwn) {
    const auto root = make_user("root", model::Role::kSuperuser);
    const auto ann = make_user("ann");
    EXPECT_THAT(lines(), ElementsAre(R"(application created root {"owner":"root"})",
                                     R"(user created root {"role":"superuser"})",
                                     R"(application created ann {"owner":"ann"})",
                                     R"(user created ann {"role":"member"})"));
    const auto changes = new_lines([&] {
        const auto changed = catalog_->users().change(
            ann.id,
            {model::Role::kStaff, Users::State::kInactive, Users::Password{"new hash", "n"}},
            kChange);
        ASSERT_TRUE(changed);
        EXPECT_EQ(changed->role, model::Role::kStaff);
        EXPECT_FALSE(changed->active);
    });
    EXPECT_THAT(changes, ElementsAre(R"(user role_changed ann {"role":["member","staff"]})",
                                     "user deactivated ann {}", "user password_changed ann {}"));
    const auto entry = catalog_->audit().list({}, Audit::newest(1))->rows.at(0);
    EXPECT_EQ(entry.actor.user, kBy.user);
    EXPECT_EQ(entry.actor.key, kBy.key);
    EXPECT_EQ(entry.at, Micros{77});
    EXPECT_EQ(entry.subject_id, ann.id.value);
    EXPECT_TRUE(root.active);
}

TEST_F(CatalogAccounts, WhatChangesNothingLeavesNoLine) {
    make_user("root", model::Role::kSuperuser);
    const auto ann = make_user("ann");
    EXPECT_THAT(
        new_lines([&] {
            ASSERT_TRUE(catalog_->users().change(
                ann.id, {.role = model::Role::kMember, .state = Users::State::kActive}, kChange));
            ASSERT_TRUE(catalog_->users().change(ann.id, {}, kChange));
            const auto app = catalog_->applications().by_name("ann").value();
            ASSERT_TRUE(catalog_->applications().change(
                app.id, {.reads = Reads::kOwn, .owner = ann.id}, kChange));
            ASSERT_TRUE(catalog_->applications().find_or_create({"ann", UserId{}, Micros{1}}, kBy));
        }),
        IsEmpty());
}

TEST_F(CatalogAccounts, TheLastActiveSuperuserStays) {
    const auto root = make_user("root", model::Role::kSuperuser);
    const auto other = make_user("other", model::Role::kSuperuser);
    const auto change = [&](const model::User& user, const Users::Edit& edit) {
        const auto changed = catalog_->users().change(user.id, edit, kChange);
        return changed ? Code::kInternal : changed.error().code;
    };
    const Users::Edit demote{.role = model::Role::kStaff};
    const Users::Edit deactivate{.state = Users::State::kInactive};
    EXPECT_EQ(change(other, deactivate), Code::kInternal);
    const auto refused = new_lines([&] {
        EXPECT_EQ(change(root, demote), Code::kConflict);
        EXPECT_EQ(change(root, deactivate), Code::kConflict);
        EXPECT_EQ(
            change(root, {.role = model::Role::kMember, .password = Users::Password{"x", "y"}}),
            Code::kConflict);
    });
    EXPECT_THAT(refused, IsEmpty());
    EXPECT_EQ(catalog_->users().by_id(root.id)->password_hash, "h");
    EXPECT_EQ(change(other, demote), Code::kInternal);  // inactive: nobody counts on them
    EXPECT_EQ(change(root, {.role = model::Role::kSuperuser}), Code::kInternal);
}

TEST_F(CatalogAccounts, TwoSuperusersCannotDemoteEachOtherAtOnce) {
    const auto a = make_user("a", model::Role::kSuperuser);
    const auto b = make_user("b", model::Role::kSuperuser);
    std::atomic<int> done{0};
    {
        std::vector<std::jthread> threads;
        for (const auto& user : {a, b})
            threads.emplace_back([&, id = user.id] {
                const auto own =
                    Catalog::open({directory_.file("catalog.db"), std::chrono::seconds(60)})
                        .value();
                if (own->users().change(id, {.role = model::Role::kMember}, kChange)) ++done;
            });
    }
    EXPECT_EQ(done, 1);
}

TEST_F(CatalogAccounts, EachChangeOfAnApplicationIsALineOfItsOwn) {
    const auto ann = make_user("ann");
    EXPECT_THAT(
        new_lines([&] {
            const auto made =
                catalog_->applications().create({"shop", ann.id, Micros{1}}, kBy).value();
            ASSERT_TRUE(catalog_->applications().change(made.id, {.reads = Reads::kAll}, kChange));
            const auto changed =
                catalog_->applications().change(made.id, {Reads::kOwn, UserId{}}, kChange);
            ASSERT_TRUE(changed);
            EXPECT_FALSE(changed->reads_all);
            EXPECT_FALSE(changed->owner);
        }),
        ElementsAre(R"(application created shop {"owner":"ann"})", "application granted shop {}",
                    "application grant_withdrawn shop {}",
                    R"(application owner_changed shop {"owner":["ann",""]})"));
}

TEST_F(CatalogAccounts, AnApplicationsNameIsTakenOnceAndItsOwnerIsSomebody) {
    ASSERT_TRUE(catalog_->applications().create({"shop", UserId{}, Micros{1}}, kBy));
    EXPECT_EQ(catalog_->applications().create({"shop", UserId{}, Micros{1}}, kBy).error().code,
              Code::kConflict);
    EXPECT_EQ(catalog_->applications().create({"x", UserId{99}, Micros{1}}, kBy).error().code,
              Code::kNotFound);
    const auto shop = catalog_->applications().by_name("shop").value();
    const auto nobody =
        catalog_->applications().change(shop.id, {Reads::kAll, UserId{99}}, kChange);
    EXPECT_EQ(nobody.error().code, Code::kNotFound);
    EXPECT_FALSE(catalog_->applications().by_id(shop.id)->reads_all) << "all or nothing";
    EXPECT_EQ(catalog_->applications().by_id(ApplicationId{99}).error().code, Code::kNotFound);
}

TEST_F(CatalogAccounts, MakingAndRevokingAKeyAreLinesWithoutItsSecret) {
    const auto ann = make_user("ann");
    const auto made = new_lines([&] {
        const auto id = make_key(ann, "d1", Micros{1'000'000});
        ASSERT_TRUE(catalog_->keys().revoke({id, "n", kChange}));
        EXPECT_EQ(catalog_->keys().revoke({id, "n", kChange}).error().code, Code::kConflict);
        EXPECT_EQ(catalog_->keys().revoke({KeyId{99}, "n", kChange}).error().code, Code::kNotFound);
    });
    const std::string details =
        R"({"application":"ann","scopes":["ingest","read"],"hint":"eyed_0123456",)"
        R"("expires_at":"1970-01-01T00:00:01.000000Z"})";
    EXPECT_THAT(made, ElementsAre("key created till " + details, "key revoked till " + details));
}

TEST_F(CatalogAccounts, ARenewedTokenRevokesTheDefaultKeyInTheSameStep) {
    const auto ann = make_user("ann");
    const auto id = catalog_->keys().put_default(default_key(ann, "d1"), kBy).value();
    const auto lines =
        new_lines([&] { ASSERT_TRUE(catalog_->users().set_token_nonce(ann.id, "n", kChange)); });
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_THAT(lines[0], HasSubstr("key revoked default"));
    EXPECT_EQ(lines[1], "user token_renewed ann {}");
    EXPECT_EQ(catalog_->keys().by_id(id)->revoked_at, kChange.at);
    EXPECT_THAT(
        new_lines([&] { ASSERT_TRUE(catalog_->users().set_token_nonce(ann.id, "m", kChange)); }),
        ElementsAre("user token_renewed ann {}"));
}

TEST_F(CatalogAccounts, ADefaultKeyThatReplacesAnotherAuditsBoth) {
    const auto ann = make_user("ann");
    ASSERT_TRUE(catalog_->keys().put_default(default_key(ann, "d1"), kBy));
    const auto lines =
        new_lines([&] { ASSERT_TRUE(catalog_->keys().put_default(default_key(ann, "d2"), kBy)); });
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_THAT(lines[0], HasSubstr("key revoked default"));
    EXPECT_THAT(lines[1], HasSubstr("key created default"));
    EXPECT_THAT(
        new_lines([&] { ASSERT_TRUE(catalog_->keys().put_default(default_key(ann, "d2"), kBy)); }),
        IsEmpty());
}

TEST_F(CatalogAccounts, AUsersOwnApplicationStaysTheirs) {
    const auto ann = make_user("ann");
    const auto bob = make_user("bob");
    for (const UserId to : {bob.id, UserId{}}) {
        const auto given = catalog_->applications().change(ann.application, {.owner = to}, kChange);
        EXPECT_EQ(given.error().code, Code::kConflict);
    }
    EXPECT_TRUE(catalog_->applications().change(ann.application, {.owner = ann.id}, kChange));
    EXPECT_EQ(catalog_->applications().by_id(ann.application)->owner, ann.id);
}

TEST_F(CatalogAccounts, AUserHasSoManyApplicationsAndNoMore) {
    const auto ann = make_user("ann");
    sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 998) "
        "INSERT INTO applications (name, owner_id, created_at) SELECT 'a' || i, " +
        std::to_string(ann.id.value) + ", 1 FROM n");
    auto& applications = catalog_->applications();
    ASSERT_TRUE(applications.create({"last", ann.id, Micros{1}}, kBy)) << "their own makes 1000";
    const auto over = applications.create({"over", ann.id, Micros{1}}, kBy);
    ASSERT_EQ(over.error().code, Code::kConflict);
    EXPECT_EQ(over.error().detail, "The owner has 1000 applications, and may have no more.");
    const auto free = applications.create({"free", UserId{}, Micros{1}}, kBy).value();
    EXPECT_EQ(applications.change(free.id, {.owner = ann.id}, kChange).error().code,
              Code::kConflict);
}

TEST_F(CatalogAccounts, AnApplicationHasSoManyValidKeysAndNoMore) {
    const auto ann = make_user("ann");
    const std::string id = std::to_string(ann.id.value);
    sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001) "
        "INSERT INTO api_keys (digest, name, user_id, application_id, scopes, is_default, "
        "created_at, expires_at) SELECT 'k' || i, '', " +
        id + ", " + std::to_string(ann.application.value) +
        ", 1, 0, 1, CASE WHEN i <= 2 THEN 9 END FROM n");
    const auto last = make_key(ann, "d1");  // at 9, when two have expired
    KeyRecord over{{.user = ann.id, .application = ann.application, .created_at = Micros{9}}, "d2"};
    EXPECT_EQ(catalog_->keys().create(over, kBy).error().code, Code::kConflict);
    EXPECT_TRUE(catalog_->keys().put_default(default_key(ann, "d3"), kBy)) << "logins go on";
    ASSERT_TRUE(catalog_->keys().revoke({last, "n", kChange}));
    EXPECT_EQ(catalog_->keys().valid(Micros{9})->size(), 1000U);
    EXPECT_EQ(catalog_->keys().valid(Micros{8})->size(), 1002U);
}

TEST_F(CatalogAccounts, AKeyOfSomebodyInactiveIsRefusedWhileItLasts) {
    make_user("root", model::Role::kSuperuser);
    const auto ann = make_user("ann");
    const auto bob = make_user("bob");
    auto& applications = catalog_->applications();
    const auto shop = applications.create({"shop", ann.id, Micros{1}}, kBy).value();
    const auto free = applications.create({"free", UserId{}, Micros{1}}, kBy).value();
    const auto make = [&](UserId user, ApplicationId application, const char* digest,
                          bool personal) {
        KeyRecord record{{.user = user, .application = application, .personal = personal}, digest};
        return catalog_->keys().create(record, kBy).value();
    };
    const auto own = make(ann.id, ann.application, "d1", true);
    const auto of_shop = make(bob.id, shop.id, "d2", false);
    const auto of_free = make(ann.id, free.id, "d3", false);
    const auto of_bob = make(bob.id, bob.application, "d4", true);
    const auto in = [&](Keys::State state) {
        std::vector<KeyId> ids;
        const auto found = catalog_->keys().list({.state = state, .now = Micros{1}}, {}).value();
        for (const auto& key : found.rows) {
            ids.push_back(key.id);
            EXPECT_EQ(model::state_of(key, Micros{1}), state);
        }
        return ids;
    };
    EXPECT_THAT(in(Keys::State::kRefused), IsEmpty());
    ASSERT_TRUE(catalog_->users().change(ann.id, {.state = Users::State::kInactive}, kChange));
    EXPECT_THAT(in(Keys::State::kRefused), ElementsAre(own, of_shop));
    EXPECT_THAT(in(Keys::State::kValid), ElementsAre(of_free, of_bob));
    ASSERT_TRUE(catalog_->keys().revoke({own, "n", kChange}));
    EXPECT_THAT(in(Keys::State::kRevoked), ElementsAre(own));
    ASSERT_TRUE(catalog_->users().change(ann.id, {.state = Users::State::kActive}, kChange));
    EXPECT_THAT(in(Keys::State::kValid), ElementsAre(of_shop, of_free, of_bob));
}

TEST_F(CatalogAccounts, ARefusedChangeLeavesNoLine) {
    const auto ann = make_user("ann");
    make_key(ann, "d1");
    EXPECT_THAT(new_lines([&] {
                    EXPECT_FALSE(catalog_->users().create(
                        {"ann", "h", "t", "s", model::Role::kMember, Micros{1}},
                        Users::When::kAlways, kBy));
                    EXPECT_FALSE(catalog_->keys().create(
                        {{.user = ann.id, .application = ann.application}, "d1"}, kBy));
                    EXPECT_FALSE(catalog_->users().set_token_nonce(UserId{99}, "n", kChange));
                }),
                IsEmpty());
}

TEST_F(CatalogAccounts, ListsOfUsersFilterOrderAndPage) {
    make_user("bob", model::Role::kStaff);
    make_user("ann", model::Role::kSuperuser);
    const auto cid = make_user("c_d");
    make_user("cxd");
    ASSERT_TRUE(catalog_->users().change(cid.id, {.state = Users::State::kInactive}, kChange));
    using enum RowPage::Order;
    const auto names = [&](const Users::Filter& filter, const RowPage& page = {}) {
        std::vector<std::string> names;
        const auto found = catalog_->users().list(filter, page).value();
        for (const auto& user : found.rows)
            names.push_back(user.name);
        return names;
    };
    EXPECT_THAT(names({}), ElementsAre("bob", "ann", "c_d", "cxd"));
    EXPECT_THAT(names({}, {.order = kName}), ElementsAre("ann", "bob", "c_d", "cxd"));
    EXPECT_THAT(names({}, {.direction = RowPage::Direction::kDescending}),
                ElementsAre("cxd", "c_d", "ann", "bob"));
    EXPECT_THAT(names({.role = model::Role::kStaff}), ElementsAre("bob"));
    EXPECT_THAT(names({.state = Users::State::kInactive}), ElementsAre("c_d"));
    EXPECT_THAT(names({.state = Users::State::kActive, .search = "C"}), ElementsAre("cxd"));
    EXPECT_THAT(names({.search = "_"}), ElementsAre("c_d"));
    const auto first = catalog_->users().list({}, {.order = kName, .limit = 2}).value();
    EXPECT_TRUE(first.more);
    EXPECT_THAT(names({}, {.order = kName, .limit = 2, .after = first.rows.back().id.value}),
                ElementsAre("c_d", "cxd"));
    EXPECT_FALSE(catalog_->users().list({}, {.limit = 4})->more);
}

TEST_F(CatalogAccounts, ListsOfKeysAreByStateAndForWhomTheyAre) {
    const auto ann = make_user("ann");
    const auto bob = make_user("bob");
    const auto shop = catalog_->applications().create({"shop", ann.id, Micros{1}}, kBy).value();
    const auto valid = make_key(ann, "d1");
    const auto expired = make_key(ann, "d2", Micros{50});
    const auto revoked = make_key(ann, "d3");
    ASSERT_TRUE(catalog_->keys().revoke({revoked, "n", kChange}));
    KeyRecord of_shop{{.user = bob.id, .application = shop.id, .scopes = {1}}, "d4"};
    const auto shared = catalog_->keys().create(of_shop, kBy).value();
    const auto ids = [&](Keys::Filter filter, const RowPage& page = {}) {
        filter.now = Micros{50};
        std::vector<KeyId> ids;
        const auto found = catalog_->keys().list(filter, page).value();
        for (const auto& key : found.rows)
            ids.push_back(key.id);
        return ids;
    };
    EXPECT_THAT(ids({}), ElementsAre(valid, expired, revoked, shared));
    EXPECT_THAT(ids({.state = Keys::State::kValid}), ElementsAre(valid, shared));
    EXPECT_THAT(ids({.state = Keys::State::kExpired}), ElementsAre(expired));
    EXPECT_THAT(ids({.state = Keys::State::kRevoked}), ElementsAre(revoked));
    EXPECT_THAT(ids({.application = shop.id}), ElementsAre(shared));
    EXPECT_THAT(ids({.user = bob.id}), ElementsAre(shared));
    EXPECT_THAT(ids({.visible_to = bob.id}), ElementsAre(shared));
    EXPECT_THAT(ids({.visible_to = ann.id}), ElementsAre(valid, expired, revoked, shared));
    EXPECT_THAT(
        ids({}, {.direction = RowPage::Direction::kDescending, .limit = 2, .after = shared.value}),
        ElementsAre(revoked, expired));
    EXPECT_EQ(catalog_->keys().by_id(shared)->application, shop.id);
    EXPECT_EQ(catalog_->keys().by_id(KeyId{99}).error().code, Code::kNotFound);
}

TEST_F(CatalogAccounts, ARefreshTokenCountsOnceAndTheNextFollows) {
    user_ = make_user("ann").id;
    auto& tokens = catalog_->refresh_tokens();
    ASSERT_TRUE(tokens.add(token("a")));
    EXPECT_TRUE(tokens.counts("a", Micros{20}).value());
    EXPECT_EQ(tokens.rotate("a", token("b", Micros{20}), kBy).value(), RefreshTokens::Use::kUsed);
    EXPECT_FALSE(tokens.counts("a", Micros{20}).value());
    EXPECT_TRUE(tokens.counts("b", Micros{20}).value());
    EXPECT_EQ(tokens.rotate("b", token("c", Micros{30}), kBy).value(), RefreshTokens::Use::kUsed);
    EXPECT_EQ(tokens.rotate("none", token("d"), kBy).value(), RefreshTokens::Use::kInvalid);
    EXPECT_FALSE(tokens.counts("d", Micros{20}).value());
}

TEST_F(CatalogAccounts, ARefreshTokenUsedTwiceEndsItsWholeFamily) {
    user_ = make_user("ann").id;
    auto& tokens = catalog_->refresh_tokens();
    ASSERT_TRUE(tokens.add(token("a")));
    ASSERT_TRUE(tokens.add(token("other login")));
    ASSERT_EQ(tokens.rotate("a", token("b"), kBy).value(), RefreshTokens::Use::kUsed);
    const auto audited = new_lines([&] {
        EXPECT_EQ(tokens.rotate("a", token("c"), kBy).value(), RefreshTokens::Use::kUsedTwice);
    });
    EXPECT_THAT(audited, ElementsAre("user refresh_token_reused ann {}"));
    EXPECT_EQ(tokens.rotate("b", token("d"), kBy).value(), RefreshTokens::Use::kInvalid);
    EXPECT_TRUE(tokens.counts("other login", Micros{20}).value());
}

TEST_F(CatalogAccounts, AUsedRefreshTokenRevokesItsFamilyAndThatIsAudited) {
    user_ = make_user("ann").id;
    auto& tokens = catalog_->refresh_tokens();
    const model::Change at{kBy, Micros{20}};
    ASSERT_TRUE(tokens.add(token("a")));
    ASSERT_TRUE(tokens.add(token("fresh")));
    ASSERT_EQ(tokens.rotate("a", token("b"), kBy).value(), RefreshTokens::Use::kUsed);
    const auto audited = new_lines([&] {
        EXPECT_EQ(tokens.revoke_family("fresh", at).value(), RefreshTokens::Use::kUsed);
        EXPECT_EQ(tokens.revoke_family("a", at).value(), RefreshTokens::Use::kUsedTwice);
        EXPECT_EQ(tokens.revoke_family("a", at).value(), RefreshTokens::Use::kInvalid);
        EXPECT_EQ(tokens.revoke_family("none", at).value(), RefreshTokens::Use::kInvalid);
    });
    EXPECT_THAT(audited, ElementsAre("user refresh_token_reused ann {}"));
    EXPECT_FALSE(tokens.counts("b", Micros{20}).value()) << "what a thief may hold";
    EXPECT_FALSE(tokens.counts("fresh", Micros{20}).value());
}

TEST_F(CatalogAccounts, OfTwoThatBringTheSameRefreshTokenOneIsTooLate) {
    user_ = make_user("ann").id;
    ASSERT_TRUE(catalog_->refresh_tokens().add(token("a")));
    std::atomic<int> used{0};
    std::atomic<int> twice{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&, i] {
                const auto own =
                    Catalog::open({directory_.file("catalog.db"), std::chrono::seconds(60)})
                        .value();
                const auto use =
                    own->refresh_tokens().rotate("a", token("n" + std::to_string(i)), kBy);
                ASSERT_TRUE(use) << use.error().detail;
                used += *use == RefreshTokens::Use::kUsed;
                twice += *use == RefreshTokens::Use::kUsedTwice;
            });
    }
    EXPECT_EQ(used, 1);
    EXPECT_EQ(twice, 1) << "the first that came again revoked it; the others found it revoked";
}

TEST_F(CatalogAccounts, ANewPasswordAndADeactivationRevokeRefreshTokens) {
    make_user("root", model::Role::kSuperuser);
    const auto ann = make_user("ann");
    user_ = ann.id;
    auto& tokens = catalog_->refresh_tokens();
    ASSERT_TRUE(tokens.add(token("a")));
    ASSERT_TRUE(catalog_->users().change(ann.id, {.password = Users::Password{"x", "y"}}, kChange));
    EXPECT_FALSE(tokens.counts("a", Micros{20}).value());
    ASSERT_TRUE(tokens.add(token("b")));
    for (const auto state : {Users::State::kInactive, Users::State::kActive})
        ASSERT_TRUE(catalog_->users().change(ann.id, {.state = state}, kChange));
    EXPECT_FALSE(tokens.counts("b", Micros{20}).value());
}

TEST_F(CatalogAccounts, RefreshTokensAreForgottenOnceExpired) {
    user_ = make_user("ann").id;
    auto& tokens = catalog_->refresh_tokens();
    ASSERT_TRUE(tokens.add(token("a")));
    ASSERT_TRUE(tokens.add(token("b")));
    EXPECT_FALSE(tokens.counts("b", Micros{110}).value());
    EXPECT_EQ(tokens.rotate("b", token("c", Micros{110}), kBy).value(),
              RefreshTokens::Use::kInvalid);
    ASSERT_TRUE(tokens.purge(Micros{111}));
    ASSERT_TRUE(tokens.add(token("a"))) << "the digest is free again";
}

TEST_F(CatalogAccounts, ChangedSettingsAreLinesFromTheSecondStartOn) {
    using Setting = KnownSettings::Setting;
    const auto start = [&](const std::string& memory, const std::string& secret) {
        return new_lines([&] {
            ASSERT_TRUE(catalog_->known_settings().update(
                {{"store.memory", memory}, {"auth.jwt_secret", secret, Setting::Shown::kNever}},
                Micros{5}));
        });
    };
    EXPECT_THAT(start("1GiB", "digest 1"), IsEmpty());
    EXPECT_THAT(start("1GiB", "digest 1"), IsEmpty());
    EXPECT_THAT(start("2GiB", "digest 2"),
                ElementsAre(R"(setting changed store.memory {"value":["1GiB","2GiB"]})",
                            "setting changed auth.jwt_secret {}"));
    EXPECT_THAT(start("2GiB", "digest 2"), IsEmpty());
}

TEST_F(CatalogAccounts, HostileNamesStayWithinTheirDetails) {
    const std::string hostile = "\"},\"x\":{\"\\";
    const auto ann = make_user("ann");
    KeyRecord record{
        {.name = hostile, .user = ann.id, .application = ann.application, .scopes = {1}}, "d"};
    ASSERT_TRUE(catalog_->keys().create(record, kBy));
    const auto entry = catalog_->audit().list({}, Audit::newest(1))->rows.at(0);
    EXPECT_EQ(entry.subject, hostile);
    EXPECT_THAT(entry.details, Not(HasSubstr("x")));
}

}  // namespace
}  // namespace eyed::catalog
