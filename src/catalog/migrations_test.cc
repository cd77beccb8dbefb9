// Opening a catalog's file: what an older program left, and what is none.
#include <gmock/gmock.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <filesystem>
#include <fstream>

#include "catalog/applications.h"
#include "catalog/audit.h"
#include "catalog/calendar_events.h"
#include "catalog/calendar_labels.h"
#include "catalog/catalog.h"
#include "catalog/ended_sessions.h"
#include "catalog/event_types.h"
#include "catalog/keys.h"
#include "catalog/outbox.h"
#include "catalog/sqlite/migrations.h"
#include "catalog/users.h"
#include "io/temporary_directory.h"

namespace eyed::catalog {
namespace {

using ::testing::HasSubstr;

class Migrations : public ::testing::Test {
  protected:
    std::string path() const { return directory_.file("catalog.db"); }
    std::unique_ptr<Catalog> open() const {
        auto opened = Catalog::open({path(), std::chrono::seconds(60)});
        EXPECT_TRUE(opened) << opened.error().detail;
        return std::move(*opened);
    }

    io::TemporaryDirectory directory_;
};

/// A file of that schema, without rows.
void make_schema(soci::session& sql, std::size_t number) {
    sql << "CREATE TABLE migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, "
           "applied_at TEXT NOT NULL)";
    for (std::size_t i = 0; i < number; ++i) {
        for (const auto statement : sqlite::migrations()[i].statements)
            sql << std::string(statement);
        sql << "INSERT INTO migrations VALUES (" + std::to_string(i + 1) + ", 'then', 'then')";
    }
}

/// A file as the first release left it, with rows of all kinds.
void make_schema_one(const std::string& path) {
    soci::session sql(soci::sqlite3, "db=\"" + path + "\"");
    make_schema(sql, 1);
    sql << "INSERT INTO applications VALUES (1, 'root', NULL, 1), (2, 'ann', NULL, 2), "
           "(3, 'kiosk', NULL, 3), (4, 'import', NULL, 4)";
    sql << "INSERT INTO users VALUES (1, 'root', 1, 'h1', 't1', 's1', 1, 1, 1), "
           "(2, 'ann', 2, 'h2', 't2', 's2', 0, 0, 2)";
    sql << "UPDATE applications SET owner_id = id WHERE id < 3";
    sql << "UPDATE applications SET owner_id = 1 WHERE id = 3";
    sql << "INSERT INTO api_keys VALUES (1, 'd1', 'default', 1, 1, 7, 1, 10, 11, NULL, NULL), "
           "(2, 'd2', 'till', 1, 3, 3, 0, 20, NULL, 99, NULL), "
           "(3, 'd3', 'phone', 2, 2, 2, 0, 30, NULL, NULL, 35)";
    sql << "INSERT INTO event_types VALUES "
           "(1, 2, 'page', 'view', NULL, 'off', 1, 40, 41, NULL), "
           "(5, 3, 'order', 'paid', '{\"cents\":1}', 'example', 3, 50, 51, 1)";
    sql << "INSERT INTO ended_sessions VALUES ('n1', 1000)";
}

TEST_F(Migrations, TheFirstSchemasUsersAndApplicationsAreTakenOver) {
    make_schema_one(path());
    const auto catalog = open();
    const auto root = catalog->users().by_name("root").value();
    EXPECT_EQ(root.user.role, model::Role::kSuperuser);
    EXPECT_EQ(root.password_hash, "h1");
    const auto ann = catalog->users().by_name("ann").value();
    EXPECT_EQ(ann.user.role, model::Role::kMember);
    EXPECT_FALSE(ann.user.active);
    EXPECT_EQ(ann.token_nonce, "t2");
    const auto kiosk = catalog->applications().by_name("kiosk").value();
    EXPECT_EQ(kiosk.owner, root.user.id);
    EXPECT_FALSE(kiosk.reads_all);
    EXPECT_EQ(catalog->applications().all()->size(), 4U);
    EXPECT_EQ(catalog->ended_sessions().all()->at(0).nonce, "n1");
    EXPECT_TRUE(catalog->audit().list({})->rows.empty());
}

TEST_F(Migrations, TheFirstSchemasKeysStayWhatTheyWere) {
    make_schema_one(path());
    const auto catalog = open();
    const auto keys = catalog->keys().all().value();
    ASSERT_EQ(keys.size(), 3U);
    EXPECT_TRUE(keys[0].key.personal);  // for their own application: with their role, as ever
    EXPECT_TRUE(keys[0].key.is_default);
    EXPECT_EQ(keys[0].key.last_used_at, Micros{11});
    EXPECT_FALSE(keys[1].key.personal);  // for another: reads that one alone, as ever
    EXPECT_EQ(keys[1].key.expires_at, Micros{99});
    EXPECT_EQ(keys[1].key.scopes.bits, 3);
    EXPECT_TRUE(keys[2].key.personal);
    EXPECT_EQ(keys[2].key.revoked_at, Micros{35});
    EXPECT_EQ(keys[2].key.hint, "");
    EXPECT_EQ(keys[2].digest, "d3");
}

TEST_F(Migrations, TheFirstSchemasEventTypesKeepIdsAndChecks) {
    make_schema_one(path());
    const auto catalog = open();
    const auto types = catalog->event_types().changes_since(0).value();
    ASSERT_EQ(types.size(), 2U);
    EXPECT_EQ(types[0].id, EventTypeId{1});
    EXPECT_EQ(types[0].mode, model::CheckMode::kOff);
    EXPECT_EQ(types[0].version, 1U);
    EXPECT_EQ(types[0].revision, 1U);
    EXPECT_EQ(types[1].id, EventTypeId{5});
    EXPECT_EQ(types[1].mode, model::CheckMode::kEnforce);
    EXPECT_EQ(types[1].example, R"({"cents":1})");
    EXPECT_EQ(types[1].revision, 3U);
    EXPECT_EQ(types[1].updated_by, UserId{1});
    const auto made = catalog->event_types()
                          .create_if_absent({{ApplicationId{1}, "new", "one", Micros{9}}}, 9)
                          .value();
    EXPECT_GT(made[0]->id, EventTypeId{5});
    EXPECT_GT(made[0]->revision, 3U);
}

TEST_F(Migrations, TheSecondSchemaGetsACalendarAndKeepsItsRows) {
    {
        soci::session sql(soci::sqlite3, "db=\"" + path() + "\"");
        make_schema(sql, 2);
        sql << "INSERT INTO applications VALUES (1, 'root', NULL, 1, 0)";
        sql << "INSERT INTO users (id, name, application_id, password_hash, token_nonce, "
               "session_nonce, active, created_at, role) "
               "VALUES (1, 'root', 1, 'h', 't', 's', 1, 1, 'superuser')";
        sql << "INSERT INTO audit VALUES (1, 5, 1, NULL, 'cli', 'created', 'user', 1, 'root', "
               "'{}')";
    }
    const auto catalog = open();
    EXPECT_EQ(catalog->users().by_name("root")->user.role, model::Role::kSuperuser);
    EXPECT_EQ(catalog->audit().list({})->rows.size(), 1U);
    const model::Change change{{UserId{1}, {}, model::Via::kApi}, Micros{9}};
    const auto hall = catalog->locations().create({"Hall", ""}, change).value();
    CalendarEvents::New event{{.title = "Plan", .end = Micros{5}, .location = hall.id}, "uid"};
    ASSERT_TRUE(
        catalog->calendar_events().create(event, {}, CalendarEvents::Clashes::kAllow, change));
    EXPECT_EQ(catalog->calendar_events().by_uid("uid")->location_name, "Hall");
    EXPECT_THAT(catalog->outbox().first(9)->at(1).data, HasSubstr(R"("user":"root")"));
}

TEST_F(Migrations, ANewerSchemaIsRefused) {
    open();
    {
        soci::session sql(soci::sqlite3, "db=\"" + path() + "\"");
        sql << "INSERT INTO migrations VALUES (999, 'of tomorrow', 'now')";
    }
    const auto opened = Catalog::open({path()});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::kUnsupported);
    EXPECT_THAT(opened.error().detail, HasSubstr("newer"));
    soci::session sql(soci::sqlite3, "db=\"" + path() + "\"");
    sql << "DELETE FROM migrations WHERE number = 999";
    sql.close();
    open();
}

TEST_F(Migrations, EveryMigrationIsRecordedOnce) {
    for (int i = 0; i < 2; ++i)
        open();
    soci::session sql(soci::sqlite3, "db=\"" + path() + "\"");
    int recorded = 0;
    sql << "SELECT count(*) FROM migrations", soci::into(recorded);
    EXPECT_EQ(static_cast<std::size_t>(recorded), sqlite::migrations().size());
}

TEST_F(Migrations, OnlyItsOwnerMayReadTheFile) {
    using std::filesystem::perms;
    open();
    const auto others = perms::group_all | perms::others_all;
    EXPECT_EQ(std::filesystem::status(path()).permissions() & others, perms::none);
}

TEST_F(Migrations, AFileThatIsNoDatabaseIsReportedAsCorrupt) {
    const std::string other = directory_.file("other.db");
    std::ofstream(other) << std::string(8192, 'x');
    const auto opened = Catalog::open({other});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::kCorrupt) << opened.error().detail;
}

TEST_F(Migrations, AMissingDirectoryIsReported) {
    const auto opened = Catalog::open({directory_.file("none/catalog.db")});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Code::kIo);
}

}  // namespace
}  // namespace eyed::catalog
