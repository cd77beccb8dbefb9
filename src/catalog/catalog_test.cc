#include "catalog/catalog.h"

#include <gmock/gmock.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <thread>

#include "catalog/applications.h"
#include "catalog/audit.h"
#include "catalog/audit_lines.h"
#include "catalog/ended_sessions.h"
#include "catalog/event_types.h"
#include "catalog/keys.h"
#include "catalog/users.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr model::Actor kBy{UserId{}, KeyId{}, model::Via::kCli};
constexpr model::Change kChange{kBy, Micros{77}};

/// A catalog of its own in a directory that goes with the test.
class CatalogTest : public ::testing::Test {
  protected:
    CatalogTest() {
        std::string pattern = std::filesystem::temp_directory_path() / "eyed catalog-XXXXXX";
        directory_ = mkdtemp(pattern.data());
        catalog_ = open();
    }
    ~CatalogTest() override {
        catalog_.reset();
        std::filesystem::remove_all(directory_);
    }
    std::string path() const { return directory_ + "/catalog.db"; }
    std::unique_ptr<Catalog> open() const {
        auto opened = Catalog::open({path(), std::chrono::seconds(60)});
        EXPECT_TRUE(opened) << opened.error().detail;
        return std::move(*opened);
    }
    model::User make_user(const std::string& name) {
        auto user = catalog_->users().create(
            {name, "hash", "token", "session", model::Role::kMember, Micros{5}},
            Users::When::kAlways, kBy);
        EXPECT_TRUE(user) << user.error().detail;
        return *user;
    }
    KeyRecord key_of(const model::User& user, const std::string& digest) const {
        KeyRecord record;
        record.key.name = "k";
        record.key.user = user.id;
        record.key.application = user.application;
        record.key.scopes = model::kAllScopes;
        record.key.created_at = Micros{7};
        record.digest = digest;
        return record;
    }
    static EventTypes::New type(const std::string& category, const std::string& name,
                                ApplicationId application = ApplicationId{1}) {
        return {application, category, name, Micros{9}};
    }

    void append(const model::AuditEntry& entry) {
        soci::session sql(soci::sqlite3, "db=\"" + path() + "\"");
        append_audit(sql, entry);
    }

    std::string directory_;
    std::unique_ptr<Catalog> catalog_;
};

TEST_F(CatalogTest, AUserGetsAnApplicationOfTheSameName) {
    const auto user = make_user("ann");
    const auto application = catalog_->applications().by_name("ann");
    ASSERT_TRUE(application);
    EXPECT_EQ(application->id, user.application);
    EXPECT_EQ(application->owner, user.id);
    const auto record = catalog_->users().by_name("ann");
    ASSERT_TRUE(record);
    EXPECT_EQ(record->user.id, user.id);
    EXPECT_EQ(record->password_hash, "hash");
    EXPECT_EQ(record->user.created_at, Micros{5});
    EXPECT_TRUE(record->user.active);
    EXPECT_EQ(record->user.role, model::Role::kMember);
}

TEST_F(CatalogTest, NamesOfUsersAreUniqueAndToldApartByCase) {
    make_user("ann");
    make_user("Ann");
    const auto again = catalog_->users().create(
        {"ann", "h", "t", "s", model::Role::kMember, Micros{1}}, Users::When::kAlways, kBy);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Code::kConflict);
    EXPECT_EQ(catalog_->users().count().value(), 2U);
}

TEST_F(CatalogTest, AnApplicationsNameCannotBecomeAUsers) {
    ASSERT_TRUE(catalog_->applications().find_or_create({"shop", UserId{}, Micros{1}}, kBy));
    const auto user = catalog_->users().create(
        {"shop", "h", "t", "s", model::Role::kMember, Micros{1}}, Users::When::kAlways, kBy);
    ASSERT_FALSE(user);
    EXPECT_EQ(user.error().code, Code::kConflict);
    EXPECT_EQ(catalog_->users().count().value(), 0U);
}

TEST_F(CatalogTest, OnlyOneOfManyBecomesTheFirstUser) {
    std::atomic<int> made{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            const auto own = open();
            if (own->users().create(
                    {"u" + std::to_string(i), "h", "t", "s", model::Role::kSuperuser, Micros{1}},
                    Users::When::kNoUserYet, kBy))
                ++made;
        });
    threads.clear();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(catalog_->users().count().value(), 1U);
}

TEST_F(CatalogTest, ANewPasswordReplacesHashAndSessionNonceAlone) {
    const auto user = make_user("ann");
    ASSERT_TRUE(catalog_->users().change(
        user.id, {.password = Users::Password{"hash2", "session2"}}, kChange));
    ASSERT_TRUE(catalog_->users().set_token_nonce(user.id, "token2", kChange));
    const auto record = catalog_->users().by_id(user.id).value();
    EXPECT_EQ(record.password_hash, "hash2");
    EXPECT_EQ(record.session_nonce, "session2");
    EXPECT_EQ(record.token_nonce, "token2");
    EXPECT_EQ((catalog_->users().change(UserId{99}, {}, kChange).error().code), Code::kNotFound);
    EXPECT_EQ(catalog_->users().set_token_nonce(UserId{99}, "n", kChange).error().code,
              Code::kNotFound);
    EXPECT_EQ(catalog_->users().by_name("bob").error().code, Code::kNotFound);
}

TEST_F(CatalogTest, AnApplicationIsMadeOnceAndFoundAfter) {
    const auto first = catalog_->applications().find_or_create({"shop", UserId{}, Micros{1}}, kBy);
    const auto second = catalog_->applications().find_or_create({"shop", UserId{}, Micros{2}}, kBy);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->id, second->id);
    EXPECT_EQ(second->created_at, Micros{1});
    EXPECT_EQ(catalog_->applications().all()->size(), 1U);
    EXPECT_EQ(catalog_->applications().by_name("x").error().code, Code::kNotFound);
}

TEST_F(CatalogTest, AUsersStateChangesAlone) {
    const auto ann = make_user("ann");
    const auto bob = make_user("bob");
    const auto active = [&](UserId id) { return catalog_->users().by_id(id)->user.active; };
    ASSERT_TRUE(catalog_->users().change(ann.id, {.state = Users::State::kInactive}, kChange));
    EXPECT_FALSE(active(ann.id));
    EXPECT_TRUE(active(bob.id));
    ASSERT_TRUE(catalog_->users().change(ann.id, {.state = Users::State::kInactive}, kChange));
    ASSERT_TRUE(catalog_->users().change(ann.id, {.state = Users::State::kActive}, kChange));
    EXPECT_TRUE(active(ann.id));
    const auto missing =
        catalog_->users().change(UserId{99}, {.state = Users::State::kActive}, kChange);
    EXPECT_EQ(missing.error().code, Code::kNotFound);
}

TEST_F(CatalogTest, AKeyReadsBackAsItWasStored) {
    const auto user = make_user("ann");
    auto record = key_of(user, "d1");
    record.key.scopes = model::Scopes{}.with(model::Scope::kRead);
    record.key.expires_at = Micros{100};
    const auto id = catalog_->keys().create(record, kBy);
    ASSERT_TRUE(id) << id.error().detail;
    const auto all = catalog_->keys().all().value();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].key.id, *id);
    EXPECT_EQ(all[0].digest, "d1");
    EXPECT_EQ(all[0].key.scopes, record.key.scopes);
    EXPECT_EQ(all[0].key.expires_at, Micros{100});
    EXPECT_EQ(all[0].key.last_used_at, std::nullopt);
    EXPECT_EQ(all[0].key.revoked_at, std::nullopt);
}

TEST_F(CatalogTest, WhatTheDatabaseSaysOfABrokenRuleIsForTheLogAlone) {
    const auto record = key_of(make_user("ann"), "d1");
    ASSERT_TRUE(catalog_->keys().create(record, kBy));
    const auto again = catalog_->keys().create(record, kBy);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, Code::kInternal) << "clients are shown the detail of a conflict";
    EXPECT_THAT(again.error().detail, HasSubstr("UNIQUE"));
}

TEST_F(CatalogTest, AKeyOfNobodyIsRefused) {
    EXPECT_FALSE(catalog_->keys().create(key_of({UserId{42}, "x", ApplicationId{42}}, "d"), kBy));
    EXPECT_TRUE(catalog_->keys().all()->empty());
}

TEST_F(CatalogTest, ARevokedKeyIsNoLongerValidAndCannotBeRevokedTwice) {
    const auto id = catalog_->keys().create(key_of(make_user("ann"), "d1"), kBy).value();
    ASSERT_TRUE(catalog_->keys().revoke({id, "new", {kBy, Micros{50}}}));
    EXPECT_TRUE(catalog_->keys().valid(Micros{60})->empty());
    EXPECT_EQ(catalog_->keys().all()->at(0).key.revoked_at, Micros{50});
    EXPECT_EQ(catalog_->keys().revoke({id, "newer", {kBy, Micros{60}}}).error().code,
              Code::kConflict);
}

TEST_F(CatalogTest, AUserHasOneDefaultKeyAndANewOneRevokesIt) {
    const auto user = make_user("ann");
    auto record = key_of(user, "d1");
    record.key.is_default = true;
    const auto first = catalog_->keys().put_default(record, kBy).value();
    EXPECT_EQ(catalog_->keys().put_default(record, kBy).value(), first);
    record.digest = "d2";
    const auto second = catalog_->keys().put_default(record, kBy).value();
    EXPECT_NE(second, first);
    const auto valid = catalog_->keys().valid(Micros{60}).value();
    ASSERT_EQ(valid.size(), 1U);
    EXPECT_EQ(valid[0].key.id, second);
}

TEST_F(CatalogTest, RevokingADefaultKeyAloneGivesItsUserANewNonce) {
    const auto user = make_user("ann");
    const auto nonce = [&] { return catalog_->users().by_id(user.id)->token_nonce; };
    const auto before = nonce();
    const auto id = catalog_->keys().create(key_of(user, "d1"), kBy).value();
    ASSERT_TRUE(catalog_->keys().revoke({id, "new", {kBy, Micros{50}}}));
    EXPECT_EQ(nonce(), before);
    auto record = key_of(user, "d2");
    record.key.is_default = true;
    const auto default_id = catalog_->keys().put_default(record, kBy).value();
    ASSERT_TRUE(catalog_->keys().revoke({default_id, "new", {kBy, Micros{50}}}));
    EXPECT_EQ(nonce(), "new");
    EXPECT_EQ(catalog_->keys().revoke({default_id, "newer", {kBy, Micros{60}}}).error().code,
              Code::kConflict);
    EXPECT_EQ(nonce(), "new");
}

TEST_F(CatalogTest, LastUseNeverMovesBack) {
    const auto id = catalog_->keys().create(key_of(make_user("ann"), "d1"), kBy).value();
    ASSERT_TRUE(catalog_->keys().note_uses({{id, Micros{80}}, {KeyId{99}, Micros{1}}}));
    ASSERT_TRUE(catalog_->keys().note_uses({{id, Micros{70}}}));
    EXPECT_EQ(catalog_->keys().all()->at(0).key.last_used_at, Micros{80});
}

TEST_F(CatalogTest, EventTypesAreMadeAtFirstSightAndFoundAfter) {
    const auto made = catalog_->event_types().create_if_absent(
        {type("a", "x"), type("a", "x"), type("a", "X")}, 10);
    ASSERT_TRUE(made) << made.error().detail;
    ASSERT_EQ(made->size(), 3U);
    EXPECT_EQ(made->at(0)->id, made->at(1)->id);
    EXPECT_NE(made->at(0)->id, made->at(2)->id);
    EXPECT_EQ(made->at(0)->mode, model::CheckMode::kOff);
    EXPECT_EQ(made->at(0)->first_seen, Micros{9});
    EXPECT_EQ(catalog_->event_types().changes_since(0)->size(), 2U);
}

TEST_F(CatalogTest, ConnectionsThatMakeTheSameTypesTogetherMakeEachOnce) {
    std::vector<std::vector<std::int64_t>> ids(6);
    {
        std::vector<std::jthread> threads;
        for (auto& own_ids : ids)
            threads.emplace_back([&] {
                const auto own = open();
                for (int round = 0; round < 10; ++round) {
                    const auto made = own->event_types().create_if_absent(
                        {type("c", std::to_string(round)), type("c", "same")}, 100);
                    ASSERT_TRUE(made) << made.error().detail;
                    for (const auto& one : *made)
                        own_ids.push_back(one->id.value);
                }
            });
    }
    for (const auto& other : ids)
        EXPECT_EQ(other, ids[0]);
    const auto all = catalog_->event_types().changes_since(0).value();
    EXPECT_EQ(all.size(), 11U);
    std::set<std::uint64_t> revisions;
    for (const auto& one : all)
        revisions.insert(one.revision);
    EXPECT_EQ(revisions.size(), 11U);
}

TEST_F(CatalogTest, AnApplicationOverItsLimitGetsKnownTypesOnly) {
    ASSERT_TRUE(catalog_->event_types().create_if_absent({type("a", "1"), type("a", "2")}, 2));
    const auto more =
        catalog_->event_types()
            .create_if_absent({type("a", "3"), type("a", "1"), type("a", "4", ApplicationId{2})}, 2)
            .value();
    EXPECT_FALSE(more[0]);
    EXPECT_TRUE(more[1]);
    EXPECT_TRUE(more[2]);
}

TEST_F(CatalogTest, EachChangeOfATypeMakesItsNextVersion) {
    auto& types = catalog_->event_types();
    const auto made = types.create_if_absent({type("a", "1"), type("a", "2")}, 9);
    const auto id = made->at(0)->id;
    const auto user = make_user("ann");
    const auto before = made->at(1)->revision;
    const model::Actor by{user.id, {}, model::Via::kAdmin};
    EventTypes::Change change{.id = id, .by = by, .at = Micros{70}};
    change.example = R"({"k":1})";
    change.mode = model::CheckMode::kEnforce;
    const auto set = types.change(change);
    ASSERT_TRUE(set) << set.error().detail;
    EXPECT_EQ(set->mode, model::CheckMode::kEnforce);
    EXPECT_EQ(set->example, R"({"k":1})");
    EXPECT_EQ(set->updated_by, user.id);
    EXPECT_EQ(set->updated_at, Micros{70});
    EXPECT_EQ(set->version, 2U);
    const auto changed = types.changes_since(before).value();
    ASSERT_EQ(changed.size(), 1U);
    EXPECT_EQ(changed[0].id, id);

    EventTypes::Change clear{.id = id, .by = by, .at = Micros{71}};
    clear.example.emplace(std::nullopt);
    const auto cleared = types.change(clear).value();
    EXPECT_EQ(cleared.mode, model::CheckMode::kOff);
    EXPECT_EQ(cleared.example, std::nullopt);
    EXPECT_EQ(cleared.version, 3U);
    EXPECT_GT(cleared.revision, set->revision);
    EXPECT_EQ(types.change({.id = EventTypeId{99}}).error().code, Code::kNotFound);

    const auto all = types.versions(id, {.limit = 2}).value();
    ASSERT_EQ(all.rows.size(), 2U);
    EXPECT_TRUE(all.more);
    EXPECT_EQ(all.rows[0].version, 3U);
    EXPECT_EQ(all.rows[1].example, R"({"k":1})");
    EXPECT_EQ(all.rows[1].changed_by, user.id);
    const auto rest = types.versions(id, {.limit = 2, .after = 2}).value();
    ASSERT_EQ(rest.rows.size(), 1U);
    EXPECT_FALSE(rest.more);
    EXPECT_EQ(rest.rows[0].version, 1U);
    EXPECT_EQ(rest.rows[0].changed_at, Micros{9});
    EXPECT_FALSE(rest.rows[0].changed_by);

    const auto lines = catalog_->audit().list({.kind = "event_type"}).value().rows;
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[1].details, R"({"version":[1,2],"mode":["off","enforce"],"example":"set"})");
    EXPECT_EQ(lines[0].details,
              R"({"version":[2,3],"mode":["enforce","off"],"example":"removed"})");
    EXPECT_EQ(lines[0].subject, "a: 1");
    EXPECT_EQ(lines[0].actor.user, user.id);
}

TEST_F(CatalogTest, AModeThatIsNotSaidFollowsFromWhatThereIsToCheck) {
    auto& types = catalog_->event_types();
    const auto id = types.create_if_absent({type("a", "1")}, 9)->at(0)->id;
    const auto change = [&](auto set) {
        EventTypes::Change change{.id = id, .at = Micros{70}};
        set(change);
        return types.change(change);
    };
    using Change = EventTypes::Change;
    using enum model::CheckMode;
    EXPECT_EQ(change([](Change& c) { c.mode = kObserve; }).error().code, Code::kInvalidArgument);
    EXPECT_EQ(change([](Change& c) { c.example = R"({"a":1})"; })->mode, kObserve);
    EXPECT_EQ(change([](Change& c) { c.mode = kOff; })->mode, kOff);
    const auto schema = change([](Change& c) { c.schema = "{}"; });
    EXPECT_EQ(schema->mode, kOff);
    EXPECT_EQ(schema->example, std::nullopt);
    EXPECT_EQ(change([](Change& c) { c.mode = kEnforce; })->mode, kEnforce);
    EXPECT_EQ(change([](Change& c) { c.example = R"({"a":1})"; })->mode, kEnforce);
    EXPECT_EQ(change([](Change& c) {
                  c.example = R"({"a":1})";
                  c.schema = "{}";
              })
                  .error()
                  .code,
              Code::kInvalidArgument);
    EXPECT_EQ(change([](Change& c) {
                  c.example.emplace(std::nullopt);
                  c.mode = kObserve;
              })
                  .error()
                  .code,
              Code::kInvalidArgument);
    EXPECT_EQ(change([](Change& c) { c.example.emplace(std::nullopt); })->mode, kOff);
}

TEST_F(CatalogTest, AChangeOfAnOlderVersionIsRefusedAndOneThatChangesNothingMakesNone) {
    auto& types = catalog_->event_types();
    const auto id = types.create_if_absent({type("a", "1")}, 9)->at(0)->id;
    EventTypes::Change change{.id = id, .at = Micros{70}, .expected_version = 1};
    change.description = "what it is for";
    EXPECT_EQ(types.change(change)->version, 2U);
    EXPECT_EQ(types.change(change).error().code, Code::kConflict);
    change.expected_version = 2;
    EXPECT_EQ(types.change(change)->version, 2U);
    EXPECT_EQ(types.versions(id, {})->rows.size(), 2U);
    EXPECT_EQ(catalog_->audit().list({.kind = "event_type"})->rows.size(), 1U);
}

TEST_F(CatalogTest, ListsOfTypesFilterSearchOrderAndPage) {
    ASSERT_TRUE(catalog_->event_types().create_if_absent(
        {type("web", "click"), type("web", "50%_off"), type("app", "click"), type("app", "Open")},
        9));
    const auto names = [&](const EventTypes::Page& page) {
        const auto found = catalog_->event_types().list(page);
        std::vector<std::string> names;
        for (const auto& one : found->rows)
            names.push_back(one.category + "/" + one.name);
        return names;
    };
    EventTypes::Page page;
    EXPECT_THAT(names(page), ElementsAre("app/Open", "app/click", "web/50%_off", "web/click"));
    page.category = "web";
    EXPECT_THAT(names(page), ElementsAre("web/50%_off", "web/click"));
    page.name = "click";
    EXPECT_THAT(names(page), ElementsAre("web/click"));
    page = {};
    page.search = "oPe";
    EXPECT_THAT(names(page), ElementsAre("app/Open"));
    page.search = "%_";
    EXPECT_THAT(names(page), ElementsAre("web/50%_off"));
    page = {};
    page.order = EventTypes::OrderBy::kFirstSeen;
    page.direction = EventTypes::Page::Direction::kDescending;
    page.limit = 2;
    page.offset = 1;
    EXPECT_THAT(names(page), ElementsAre("app/click", "web/50%_off"));
    EXPECT_EQ(catalog_->event_types().list(page)->total, 4U);
}

TEST_F(CatalogTest, EventTypesAreListedByTheApplicationsThatSendThem) {
    auto by_two = type("app", "open");
    by_two.application = ApplicationId{2};
    auto by_three = type("app", "close");
    by_three.application = ApplicationId{3};
    auto again = by_two;
    again.application = ApplicationId{3};
    ASSERT_TRUE(catalog_->event_types().create_if_absent({by_two, by_three, again}, 9));
    const auto names = [&](std::vector<ApplicationId> applications) {
        EventTypes::Page page;
        page.applications = std::move(applications);
        const auto found = catalog_->event_types().list(page).value();
        EXPECT_EQ(found.total, found.rows.size());
        std::vector<std::string> names;
        for (const auto& one : found.rows)
            names.push_back(one.name);
        return names;
    };
    EXPECT_THAT(names({ApplicationId{2}}), ElementsAre("open"));
    EXPECT_THAT(names({ApplicationId{3}}), ElementsAre("close", "open"));
    EXPECT_THAT(names({ApplicationId{2}, ApplicationId{3}}), ElementsAre("close", "open"));
    EXPECT_THAT(names({ApplicationId{-1}}), ElementsAre());
    EXPECT_THAT(names({}), ElementsAre("close", "open"));
}

TEST_F(CatalogTest, EndedSessionsAreRememberedUntilTheyExpire) {
    ASSERT_TRUE(catalog_->ended_sessions().add({"n1", Micros{10}}));
    ASSERT_TRUE(catalog_->ended_sessions().add({"n1", Micros{10}}));
    ASSERT_TRUE(catalog_->ended_sessions().add({"n2", Micros{20}}));
    ASSERT_TRUE(catalog_->ended_sessions().purge(Micros{15}));
    const auto left = catalog_->ended_sessions().all().value();
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].nonce, "n2");
}

TEST_F(CatalogTest, WhatWasStoredIsThereAfterReopening) {
    const auto user = make_user("ann");
    catalog_ = open();
    EXPECT_EQ(catalog_->users().by_name("ann")->user.id, user.id);
    EXPECT_TRUE(catalog_->check());
}

TEST_F(CatalogTest, TheVersionChangesWhenAnotherConnectionCommitsAndNotByOneself) {
    const auto before = catalog_->version().value();
    make_user("ann");
    EXPECT_EQ(catalog_->version().value(), before);
    const auto other = open();
    ASSERT_TRUE(other->users().create({"bob", "h", "t", "s", model::Role::kMember, Micros{1}},
                                      Users::When::kAlways, kBy));
    const auto after = catalog_->version().value();
    EXPECT_NE(after, before);
    EXPECT_EQ(catalog_->version().value(), after);
}

TEST_F(CatalogTest, TheAuditLogIsReadNewestFirstAndFiltered) {
    const auto entry = [](const std::string& kind, std::int64_t subject, std::int64_t user) {
        return model::AuditEntry{.at = Micros{subject * 10},
                                 .actor = {UserId{user}, KeyId{}, model::Via::kCli},
                                 .action = "created",
                                 .kind = kind,
                                 .subject_id = subject,
                                 .subject = "s",
                                 .details = R"({"a":1})"};
    };
    for (const auto& one : {entry("user", 1, 0), entry("key", 2, 7), entry("user", 3, 7)})
        append(one);
    const auto subjects = [&](const Audit::Filter& filter, const RowPage& page = Audit::newest()) {
        std::vector<std::int64_t> ids;
        const auto found = catalog_->audit().list(filter, page).value();
        for (const auto& row : found.rows)
            ids.push_back(row.subject_id);
        return ids;
    };
    using Ids = std::vector<std::int64_t>;
    EXPECT_EQ(subjects({}), (Ids{3, 2, 1}));
    EXPECT_EQ(subjects({.kind = "user"}), (Ids{3, 1}));
    EXPECT_EQ(subjects({.user = UserId{7}}), (Ids{3, 2}));
    EXPECT_EQ(subjects({.from = Micros{20}, .to = Micros{30}}), (Ids{2}));
    EXPECT_EQ(subjects({.kind = "user", .subject_id = 1}), (Ids{1}));
    const auto first = catalog_->audit().list({}, Audit::newest(2)).value();
    EXPECT_TRUE(first.more);
    RowPage second = Audit::newest(2);
    second.after = first.rows.back().id.value;
    EXPECT_EQ(subjects({}, second), (Ids{1}));
    EXPECT_EQ(first.rows[0].actor.via, model::Via::kCli);
    EXPECT_EQ(first.rows[0].details, R"({"a":1})");
}

TEST_F(CatalogTest, TheDatabaseItselfRefusesToChangeTheAuditLog) {
    append({.at = Micros{1}, .action = "created", .kind = "user"});
    soci::session sql(soci::sqlite3, "db=\"" + path() + "\"");
    EXPECT_THROW(sql << "UPDATE audit SET action = 'x'", soci::soci_error);
    EXPECT_THROW(sql << "DELETE FROM audit", soci::soci_error);
    EXPECT_EQ(catalog_->audit().list({})->rows.size(), 1U);
}

}  // namespace
}  // namespace eyed::catalog
