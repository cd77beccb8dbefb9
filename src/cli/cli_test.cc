#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "auth/accounts.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/import_source.h"
#include "cli/import_state.h"
#include "cli/text.h"
#include "io/temporary_directory.h"

namespace eyed::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

/// The whole program but for serve, on a data directory of its own.
class CliTest : public ::testing::Test {
  protected:
    int run(std::vector<std::string> arguments, const std::string& input = {}) {
        arguments.insert(arguments.end(), {"--data", directory_.file("data"), "--auth.hash_memory",
                                           "8KiB", "--auth.hash_passes", "1"});
        return run_bare(arguments, input);
    }
    int run_bare(const std::vector<std::string>& arguments, const std::string& input = {}) {
        std::istringstream in(input);
        std::ostringstream out;
        std::ostringstream err;
        const Start start{arguments, environment_, in, out, err};
        const int code = cli::run(start, [&](const config::Loaded& loaded) {
            served_with_ = loaded.settings.data;
            return 7;
        });
        out_ = out.str();
        err_ = err.str();
        return code;
    }
    void make_user(const std::string& name) {
        ASSERT_EQ(run({"user", "create", name, "--password-stdin"}, "correct horse\n"), kDone)
            << err_;
    }

    io::TemporaryDirectory directory_;
    std::vector<std::string> environment_;
    std::string out_;
    std::string err_;
    std::string served_with_;
};

TEST_F(CliTest, AUserIsCreatedWithThePasswordOfStandardInput) {
    EXPECT_EQ(run({"user", "create", "admin", "--superuser", "--password-stdin", "--quiet"},
                  "correct horse\n"),
              kDone);
    EXPECT_EQ(out_, "admin\n");
    EXPECT_EQ(err_, "");
    EXPECT_EQ(run({"user", "list", "--json"}), kDone);
    EXPECT_THAT(out_, AllOf(HasSubstr(R"("name":"admin")"), HasSubstr(R"("superuser":true)")));
}

TEST_F(CliTest, ANameTakenFailsAndBadInputIsUsage) {
    make_user("ann");
    EXPECT_EQ(run({"user", "create", "ann", "--password-stdin"}, "correct horse\n"), kFailed);
    EXPECT_THAT(err_, HasSubstr("already"));
    EXPECT_EQ(run({"user", "create", "a b", "--password-stdin"}, "correct horse\n"), kUsage);
    EXPECT_EQ(run({"user", "create", "bob", "--password-stdin"}, "short\n"), kUsage);
    EXPECT_EQ(run({"user", "create", "bob", "--password-stdin"}, ""), kUsage);
    EXPECT_EQ(run({"user", "create", "bob"}, "correct horse\n"), kUsage);
    EXPECT_THAT(err_, HasSubstr("--password-stdin"));
}

TEST_F(CliTest, AUsersRoleIsGivenAndTheLastSuperuserStays) {
    ASSERT_EQ(run({"user", "create", "root", "--superuser", "--password-stdin"}, "correct horse\n"),
              kDone);
    ASSERT_EQ(run({"user", "create", "clerk", "--staff", "--password-stdin", "--json"},
                  "correct horse\n"),
              kDone);
    EXPECT_THAT(out_, HasSubstr(R"("role":"staff")"));
    EXPECT_EQ(run({"user", "role", "clerk", "member"}), kDone);
    EXPECT_EQ(out_, "clerk is member now.\n");
    EXPECT_EQ(run({"user", "role", "root", "staff"}), kFailed);
    EXPECT_THAT(err_, HasSubstr("last active superuser"));
    EXPECT_EQ(run({"user", "deactivate", "root"}), kFailed);
    EXPECT_EQ(run({"user", "role", "nobody", "staff"}), kFailed);
    EXPECT_EQ(run({"user", "role", "clerk", "king"}), kUsage);
    EXPECT_EQ(run({"user", "create", "x", "--staff", "--superuser", "--password-stdin"}, "y\n"),
              kUsage);
}

TEST_F(CliTest, ApplicationsAreMadeGrantedAndListed) {
    make_user("ann");
    EXPECT_EQ(run({"application", "create", "shop", "--owner", "ann"}), kDone);
    EXPECT_EQ(out_, "Created application shop.\n");
    EXPECT_EQ(run({"application", "create", "dashboard", "--json"}), kDone);
    EXPECT_THAT(out_, AllOf(HasSubstr(R"("owner":null)"), HasSubstr(R"("reads_all":false)")));
    EXPECT_EQ(run({"application", "grant", "dashboard", "--json"}), kDone);
    EXPECT_THAT(out_, HasSubstr(R"("reads_all":true)"));
    EXPECT_EQ(run({"application", "list"}), kDone);
    EXPECT_THAT(out_, AllOf(HasSubstr("OWNER"), HasSubstr("dashboard"), HasSubstr("its own")));
    EXPECT_EQ(run({"application", "list", "--quiet"}), kDone);
    EXPECT_EQ(out_, "ann\nshop\ndashboard\n");
    EXPECT_EQ(run({"application", "withdraw", "dashboard"}), kDone);
    EXPECT_EQ(run({"application", "create", "shop"}), kFailed);
    EXPECT_EQ(run({"application", "create", "a b"}), kUsage);
    EXPECT_EQ(run({"application", "create", "x", "--owner", "nobody"}), kFailed);
    EXPECT_EQ(run({"application", "grant", "nothing"}), kFailed);
}

TEST_F(CliTest, WhatCommandsChangeIsInTheAuditLog) {
    make_user("ann");
    ASSERT_EQ(run({"token", "create", "--user", "ann", "--scope", "read", "--quiet"}), kDone);
    const std::string secret = out_;
    ASSERT_EQ(run({"token", "revoke", "1"}), kDone);
    EXPECT_EQ(run({"token", "revoke", "1"}), kFailed);
    EXPECT_EQ(run({"audit", "--json"}), kDone);
    EXPECT_THAT(out_, HasSubstr(R"("via":"cli","action":"revoked","kind":"key","subject_id":1)"));
    EXPECT_THAT(out_, AllOf(HasSubstr(R"("user":null)"), Not(HasSubstr(secret))));
    EXPECT_EQ(run({"audit", "--kind", "user", "--action", "created", "--quiet"}), kDone);
    EXPECT_EQ(out_, "2\n");  // behind that of their application
    EXPECT_EQ(run({"audit", "--user", "ann", "--quiet"}), kDone);
    EXPECT_EQ(out_, "");
    EXPECT_EQ(run({"audit", "--limit", "1"}), kDone);
    EXPECT_THAT(out_, AllOf(HasSubstr("ACTION"), HasSubstr("revoked"), Not(HasSubstr("created "))));
    EXPECT_EQ(run({"audit", "--from", "yesterday"}), kUsage);
    EXPECT_EQ(run({"audit", "--user", "nobody"}), kFailed);
}

TEST_F(CliTest, ListsOfKeysShowHowTheyBegin) {
    make_user("ann");
    ASSERT_EQ(run({"token", "create", "--user", "ann", "--quiet"}), kDone);
    const std::string hint = out_.substr(0, 12);
    EXPECT_EQ(run({"token", "list"}), kDone);
    EXPECT_THAT(out_, AllOf(HasSubstr("BEGINS"), HasSubstr(hint + "…")));
    EXPECT_EQ(run({"token", "list", "--json"}), kDone);
    EXPECT_THAT(out_, AllOf(HasSubstr("\"hint\":\"" + hint), HasSubstr("\"personal\":true")));
}

TEST_F(CliTest, APasswordIsSet) {
    make_user("ann");
    EXPECT_EQ(run({"user", "passwd", "ann", "--password-stdin"}, "battery staple\r\n"), kDone);
    EXPECT_EQ(run({"user", "passwd", "bob", "--password-stdin"}, "battery staple\n"), kFailed);
}

TEST_F(CliTest, AUserIsDeactivatedAndActivated) {
    make_user("ann");
    EXPECT_EQ(run({"user", "deactivate", "ann"}), kDone) << err_;
    EXPECT_THAT(out_, AllOf(HasSubstr("ann is deactivated"), HasSubstr("refused")));
    EXPECT_EQ(run({"user", "list", "--json"}), kDone);
    EXPECT_THAT(out_, HasSubstr(R"("active":false)"));
    EXPECT_EQ(run({"user", "activate", "ann", "--json"}), kDone) << err_;
    EXPECT_THAT(out_, AllOf(HasSubstr(R"("name":"ann")"), HasSubstr(R"("active":true)")));
    EXPECT_EQ(run({"user", "activate", "ann", "--quiet"}), kDone) << err_;
    EXPECT_EQ(out_, "");
    EXPECT_EQ(run({"user", "deactivate", "bob"}), kFailed);
    EXPECT_THAT(err_, HasSubstr("bob"));
    EXPECT_EQ(run({"user", "deactivate"}), kUsage);
}

TEST_F(CliTest, ATokenStandsAloneOnStandardOutput) {
    make_user("ann");
    EXPECT_EQ(run({"token", "create", "--user", "ann", "--application", "shop", "--scope", "ingest",
                   "--scope", "read", "--name", "till", "--expires", "90d"}),
              kDone);
    EXPECT_THAT(out_, MatchesRegex("eyed_[0-9a-f]{40}\n"));
    EXPECT_THAT(err_, AllOf(HasSubstr("shop"), HasSubstr("ingest,read")));
    const auto secret = out_.substr(0, 40);
    EXPECT_EQ(run({"token", "list", "--json"}), kDone);
    EXPECT_THAT(out_, AllOf(HasSubstr(R"("application":"shop")"), HasSubstr(R"("user":"ann")"),
                            HasSubstr(R"("scopes":["ingest","read"])"), Not(HasSubstr(secret))));
}

TEST_F(CliTest, AnApplicationThatAKeyIsMadeForIsMadeAloudOnce) {
    make_user("ann");
    const std::vector<std::string> create{"token", "create",        "--user",
                                          "ann",   "--application", "shopp"};
    EXPECT_EQ(run(create), kDone);
    EXPECT_THAT(err_, HasSubstr("Made the application shopp, owned by ann.\n"));
    EXPECT_EQ(run(create), kDone);
    EXPECT_THAT(err_, Not(HasSubstr("Made"))) << "it is there now";
    EXPECT_EQ(run({"token", "create", "--user", "ann", "--json"}), kDone);
    EXPECT_THAT(out_, HasSubstr(R"("application_created":false)"));
    EXPECT_EQ(run({"token", "create", "--user", "ann", "--application", "new", "--json"}), kDone);
    EXPECT_THAT(out_, HasSubstr(R"("application_created":true)"));
    EXPECT_EQ(err_, "");
    EXPECT_EQ(run({"token", "create", "--user", "ann", "--application", "newer", "--quiet"}),
              kDone);
    EXPECT_EQ(err_, "Made the application newer, owned by ann.\n");
    EXPECT_EQ(run({"token", "create", "--user", "ann", "--application", "newest", "--name",
                   std::string(151, 'x')}),
              kUsage);
    EXPECT_THAT(err_, Not(HasSubstr("Made"))) << "no key, and nothing made";
}

TEST_F(CliTest, ARevokedTokenIsListedAsSuch) {
    make_user("ann");
    ASSERT_EQ(run({"token", "create", "--user", "ann", "--json"}), kDone);
    EXPECT_THAT(out_, HasSubstr(R"("id":1,)"));
    EXPECT_EQ(run({"token", "revoke", "1"}), kDone) << err_;
    EXPECT_EQ(run({"token", "list"}), kDone);
    EXPECT_THAT(out_, HasSubstr("revoked"));
    EXPECT_EQ(run({"token", "revoke", "1"}), kFailed);
    EXPECT_EQ(run({"token", "revoke", "--user", "ann"}), kDone) << err_;
}

TEST_F(CliTest, TokensThatMakeNoSenseAreUsageOrFail) {
    make_user("ann");
    EXPECT_EQ(run({"token", "create", "--user", "ann", "--scope", "all"}), kUsage);
    EXPECT_EQ(run({"token", "create", "--user", "ann", "--expires", "soon"}), kUsage);
    EXPECT_EQ(run({"token", "create"}), kUsage);
    EXPECT_EQ(run({"token", "revoke"}), kUsage);
    EXPECT_EQ(run({"token", "revoke", "1", "--user", "ann"}), kUsage);
    EXPECT_EQ(run({"token", "create", "--user", "bob"}), kFailed);
    EXPECT_THAT(err_, HasSubstr("bob"));
}

TEST_F(CliTest, ConfigPrintsEverySettingWithItsSource) {
    EXPECT_EQ(run_bare({"config", "--store.memory=2GiB"}), kDone);
    EXPECT_THAT(out_, AllOf(HasSubstr("store.memory"), HasSubstr("2GiB"),
                            HasSubstr("--store.memory"), HasSubstr("default")));
    EXPECT_EQ(run_bare({"config", "--json"}), kDone);
    EXPECT_THAT(out_, HasSubstr(R"("listen":{"value":"127.0.0.1:8000","source":"default"})"));
}

TEST_F(CliTest, WrongCommandLinesExitTwoWithOneLine) {
    for (const std::vector<std::string>& arguments :
         std::vector<std::vector<std::string>>{{},
                                               {"frobnicate"},
                                               {"user"},
                                               {"user", "create"},
                                               {"serve", "extra"},
                                               {"config", "--json", "--quiet"},
                                               {"config", "--nonsense"},
                                               {"config", "--store.nonsense", "1"},
                                               {"config", "--store.memory", "lots"},
                                               {"export", "--format", "xml"},
                                               {"export", "--url", "http://x"},
                                               {"import"},
                                               {"import", "f", "--batch", "0"}}) {
        EXPECT_EQ(run_bare(arguments), kUsage) << ::testing::PrintToString(arguments);
        EXPECT_THAT(err_, MatchesRegex("eyed: [^\n]+\n")) << ::testing::PrintToString(arguments);
        EXPECT_EQ(out_, "");
    }
}

TEST_F(CliTest, AServerNeedsATokenFromTheCommandLineOrTheEnvironment) {
    const std::vector<std::vector<std::string>> commands{
        {"propagate", "none", "--to", "http://127.0.0.1:1"},
        {"type", "list", "--url", "ftp://x"},
        {"rejections", "list", "--url", "ftp://x"},
        {"export", "--url", "ftp://x"},
        {"import", "none", "--url", "ftp://x"}};
    const auto fault =
        HasSubstr("a token for the server is needed: give --token, or set EYED_TOKEN");
    for (const auto& command : commands) {
        environment_ = {"PATH=/bin", "EYED_TOKEN="};
        EXPECT_EQ(run_bare(command), kUsage) << command.front();
        EXPECT_THAT(err_, fault) << command.front();
        environment_ = {"EYED_TOKEN=secret"};
        EXPECT_NE(run_bare(command), kDone) << command.front();
        EXPECT_THAT(err_, Not(HasSubstr("token"))) << "the next fault is told: " << command.front();
    }
}

TEST_F(CliTest, TheTokenOfTheEnvironmentIsNoSettingAndCountsForServersAlone) {
    environment_ = {"EYED_TOKEN=t0ken"};
    EXPECT_EQ(run_bare({"config"}), kDone) << err_;
    EXPECT_THAT(out_, Not(HasSubstr("t0ken")));
    EXPECT_EQ(run({"export"}), kFailed);
    EXPECT_THAT(err_, Not(HasSubstr("--url"))) << "it works on the data directory";
    EXPECT_EQ(run({"export", "--token", "given"}), kUsage);
    EXPECT_THAT(err_, HasSubstr("--url"));
    EXPECT_EQ(run_bare({"export", "--help"}), kDone);
    EXPECT_THAT(out_, AllOf(HasSubstr("EYED_TOKEN"), Not(HasSubstr("t0ken"))));
}

TEST_F(CliTest, AValueThatIsNotAllowedIsToldWithThoseThatAre) {
    const struct {
        std::vector<std::string> command;
        std::string said;
    } cases[] = {
        {{"propagate", "f", "--count", "0"}, "--count: must be a whole number of 1 or more"},
        {{"propagate", "f", "--count", "-1"}, "--count: must be a whole number of 1 or more"},
        {{"propagate", "f", "--count", "1.5"}, "--count: must be a whole number of 1 or more"},
        {{"rejections", "list", "--limit", "0"}, "--limit: must be a whole number of 1 or more"},
        {{"rejections", "list", "--key", "x"}, "--key: must be a whole number of 1 or more"},
        {{"rejections", "replay", "--id", "0"}, "--id: must be a whole number of 1 or more"},
        {{"user", "role", "ann", "god"}, "role: must be member, staff or superuser"},
        {{"token", "revoke", "abc"}, "id: must be a key's number, see `eyed token list`"},
        {{"token", "revoke", "0"}, "id: must be a key's number, see `eyed token list`"},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(run_bare(one.command), kUsage) << one.said;
        EXPECT_EQ(err_, "eyed: " + one.said + "\n");
    }
}

TEST_F(CliTest, AnUnknownCommandIsNamed) {
    EXPECT_EQ(run_bare({"frobnicate", "--data", "/d"}), kUsage);
    EXPECT_THAT(err_, HasSubstr("'frobnicate'"));
    EXPECT_EQ(run_bare({"user", "foo"}), kUsage);
    EXPECT_THAT(err_, HasSubstr("'foo'"));
}

TEST_F(CliTest, HelpAndVersionAreAnswers) {
    EXPECT_EQ(run_bare({"--help"}), kDone);
    EXPECT_THAT(out_, AllOf(HasSubstr("serve"), HasSubstr("import"), HasSubstr("--data")));
    EXPECT_EQ(run_bare({"token", "create", "--help"}), kDone);
    EXPECT_THAT(out_, AllOf(HasSubstr("--scope"), HasSubstr("eyed token create")));
    EXPECT_EQ(run_bare({"--version"}), kDone);
    EXPECT_THAT(out_, HasSubstr("eyed "));
}

TEST_F(CliTest, ServeGetsTheSettingsAndItsCodeIsTheProgramsCode) {
    EXPECT_EQ(run_bare({"serve", "--data", "/d"}), 7);
    EXPECT_EQ(served_with_, "/d");
}

TEST_F(CliTest, WorkOnADirectoryWithoutEventsFails) {
    for (const char* command : {"verify", "rebuild", "export"}) {
        EXPECT_EQ(run({command}), kFailed) << command;
        EXPECT_THAT(err_, HasSubstr("--data")) << command;
    }
}

TEST_F(CliTest, AccountsAreAskedForWhereThereAreSomeAndMadeByCreateAlone) {
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{"user", "list"},
                                               {"user", "passwd", "ann"},
                                               {"token", "list"},
                                               {"token", "create", "--user", "ann"},
                                               {"token", "revoke", "1"}}) {
        EXPECT_EQ(run(command), kFailed) << ::testing::PrintToString(command);
        EXPECT_THAT(err_, HasSubstr("--data"));
    }
    EXPECT_FALSE(std::filesystem::exists(directory_.file("data")));
    make_user("ann");
    EXPECT_EQ(run({"user", "list"}), kDone);
}

class ImportSourceTest : public ::testing::Test {
  protected:
    std::unique_ptr<ImportSource> open(
        const std::string& content, ImportSource::Format format = ImportSource::Format::kNdjson) {
        std::ofstream(directory_.file("events")) << content;
        auto source = ImportSource::open({directory_.file("events"), format});
        EXPECT_TRUE(source) << source.error().detail;
        return std::move(*source);
    }
    static std::vector<std::string> all(ImportSource& source) {
        std::vector<std::string> lines;
        for (std::string line; source.next(line).value(); line.clear())
            lines.push_back(line);
        return lines;
    }
    static std::string id(const ImportSource& source, int line) {
        return "\"event_id\":\"import:" + source.fingerprint() + ":" + std::to_string(line) + "\"";
    }
    io::TemporaryDirectory directory_;
};

TEST_F(ImportSourceTest, ALineKeepsItsBytesAndGetsAnEventId) {
    const auto source = open("{\"category\":\"a\", \"name\":\"b\",\"data\":{\"n\": 1.50}}\n");
    EXPECT_EQ(all(*source),
              (std::vector<std::string>{R"({"category":"a","name":"b","data":{"n": 1.50},)" +
                                        id(*source, 1) + "}\n"}));
}

TEST_F(ImportSourceTest, AnEventIdOfItsOwnIsKept) {
    const auto source = open(R"({"category":"a","name":"b","event_id":"x"})");
    EXPECT_EQ(all(*source)[0], "{\"category\":\"a\",\"name\":\"b\",\"event_id\":\"x\"}\n");
}

TEST_F(ImportSourceTest, FieldsOfAnExportAndNullsAreLeftOut) {
    const auto source =
        open(R"({"id":1,"application":"x","session_id":null,"category":"a","name":"b","data":{},)"
             R"("received_at":"t","event_id":null,"dialect":"native"})"
             "\r\n");
    EXPECT_EQ(all(*source)[0], R"({"category":"a","name":"b","data":{},)" + id(*source, 1) + "}\n");
}

TEST_F(ImportSourceTest, WhatIsNoEventIsPassedOnAndBlankLinesAreNot) {
    const auto source = open("\n{\"category\":\n\n[1]\n{} {}\nnonsense");
    EXPECT_EQ(all(*source),
              (std::vector<std::string>{"{\"category\":\n", "[1]\n", "{} {}\n", "nonsense\n"}));
    EXPECT_EQ(source->place().line, 6U);
    EXPECT_EQ(source->place().offset, source->size());
}

TEST_F(ImportSourceTest, ReadingGoesOnFromAPlaceWithTheSameIds) {
    const auto source = open("{\"name\":\"1\"}\n{\"name\":\"2\"}\n{\"name\":\"3\"}\n");
    std::string line;
    ASSERT_TRUE(source->next(line).value());
    const auto place = source->place();
    const auto rest = all(*source);
    ASSERT_TRUE(source->seek(place));
    EXPECT_EQ(all(*source), rest);
    EXPECT_EQ(rest.size(), 2U);
    EXPECT_THAT(rest[1], HasSubstr(id(*source, 3)));
}

TEST_F(ImportSourceTest, CsvFollowsItsHeader) {
    const auto source = open(
        "name,category,extra,data,event_id\r\n"
        "\"click, \"\"big\"\"\",web,9,\"{\"\"k\"\": [1]}\",e1\r\n"
        "open,app,,,\r\n",
        ImportSource::Format::kCsv);
    EXPECT_EQ(all(*source),
              (std::vector<std::string>{
                  R"({"name":"click, \"big\"","category":"web","data":{"k": [1]},"event_id":"e1"})"
                  "\n",
                  R"({"name":"open","category":"app",)" + id(*source, 2) + "}\n"}));
}

TEST_F(ImportSourceTest, ACellOfDataThatIsNoJsonIsPassedOnAsText) {
    const auto source = open("category,name,data\na,b,\"{} , \"\"x\"\":1\"\nc,d,nonsense\n",
                             ImportSource::Format::kCsv);
    const auto lines = all(*source);
    EXPECT_THAT(lines[0], HasSubstr(R"("data":"{} , \"x\":1")"));
    EXPECT_THAT(lines[1], HasSubstr(R"("data":"nonsense")"));
}

TEST_F(ImportSourceTest, AQuotedCellMayGoOverLines) {
    const auto source = open("category,name\n\"a\nb\",c\nd,e\n", ImportSource::Format::kCsv);
    const auto lines = all(*source);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_THAT(lines[0], HasSubstr(R"("category":"a\nb")"));
    EXPECT_THAT(lines[1], HasSubstr(id(*source, 2)));
}

TEST_F(ImportSourceTest, ALineEndWithinQuotationMarksIsKeptAsItIs) {
    for (const std::string end : {"\n", "\r\n"}) {
        const auto source = open("category,name,event_id" + end + "c,n,\"a\r\nb\r\"" + end,
                                 ImportSource::Format::kCsv);
        EXPECT_EQ(all(*source),
                  (std::vector<std::string>{R"({"category":"c","name":"n","event_id":"a\r\nb\r"})"
                                            "\n"}));
    }
}

TEST_F(ImportSourceTest, ACsvPlaceIsTheSameAfterSeeking) {
    const auto source = open("category,name\n\"a\nb\",c\nd,e\n", ImportSource::Format::kCsv);
    const auto before = all(*source);
    ASSERT_TRUE(source->seek({}));
    EXPECT_EQ(all(*source), before);
    ASSERT_TRUE(source->seek({}));
    std::string first;
    ASSERT_TRUE(source->next(first).value());
    const auto place = source->place();
    EXPECT_EQ(place.line, 3U) << "lines of the file";
    EXPECT_EQ(place.number, 1U) << "records";
    EXPECT_EQ(all(*source), (std::vector<std::string>{before[1]}));
    ASSERT_TRUE(source->seek(place));
    EXPECT_EQ(all(*source), (std::vector<std::string>{before[1]}));
}

TEST_F(ImportSourceTest, AQuotationMarkThatIsNotClosedIsNamedByItsLine) {
    const auto source = open("category,name\n\"a\nb\",c\nd,\"e\nf,g\n", ImportSource::Format::kCsv);
    std::string line;
    ASSERT_TRUE(source->next(line).value());
    const auto broken = source->next(line);
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().code, Code::kInvalidArgument);
    EXPECT_THAT(broken.error().detail, HasSubstr("opens in line 4 is never closed"));
}

TEST_F(ImportSourceTest, ARecordOfACsvHasABoundAndItsLineIsNamed) {
    std::string text = "category,name,data\nc,n,\"\n";
    for (int i = 0; i < 17; ++i)
        text += std::string(1 << 20, 'x') + "\n";
    const auto source = open(text + "\"\n", ImportSource::Format::kCsv);
    std::string line;
    const auto refused = source->next(line);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kTooLarge);
    EXPECT_THAT(refused.error().detail, HasSubstr("begins in line 2 is over 16 MiB"));
}

TEST_F(ImportSourceTest, ACsvWithoutItsColumnsIsRefused) {
    std::ofstream(directory_.file("f")) << "a,b\n1,2\n";
    EXPECT_EQ(ImportSource::open({directory_.file("f"), ImportSource::Format::kCsv}).error().code,
              Code::kInvalidArgument);
    EXPECT_EQ(ImportSource::open({directory_.file("none"), {}}).error().code, Code::kNotFound);
}

TEST_F(ImportSourceTest, TheFingerprintTellsFilesApart) {
    const auto one = open("{\"name\":\"1\"}\n")->fingerprint();
    const auto two = open("{\"name\":\"2\"}\n")->fingerprint();
    EXPECT_NE(one, two);
    EXPECT_EQ(open("{\"name\":\"1\"}\n")->fingerprint(), one);
    EXPECT_TRUE(all(*open("")).empty());
}

TEST(ImportStateTest, ReadsBackForTheSameFileAlone) {
    const io::TemporaryDirectory directory;
    const auto files = io::make_file_system();
    const auto path = directory.file("s");
    EXPECT_FALSE(read_import_state(*files, path, "abc").value());
    ASSERT_TRUE(write_import_state(*files, path, {"abc", {10, 2, 1}, 3, 4, 5}));
    const auto state = read_import_state(*files, path, "abc").value();
    ASSERT_TRUE(state);
    EXPECT_EQ(state->place.offset, 10U);
    EXPECT_EQ(state->place.line, 2U);
    EXPECT_EQ(state->place.number, 1U);
    EXPECT_EQ(state->accepted, 3U);
    EXPECT_EQ(state->duplicates, 4U);
    EXPECT_EQ(state->rejected, 5U);
    EXPECT_FALSE(read_import_state(*files, path, "other").value());
    std::ofstream(path) << "nonsense";
    EXPECT_EQ(read_import_state(*files, path, "abc").error().code, Code::kCorrupt);
}

TEST(PrintableTest, WhatATerminalObeysIsEscapedAndTheRestStays) {
    EXPECT_EQ(printable("a\x1b[31m\n\t\x7f"), R"(a\u001b[31m\u000a\u0009\u007f)");
    EXPECT_EQ(printable("\u0080\u009f\u00a0"), "\\u0080\\u009f\u00a0");
    EXPECT_EQ(printable("\u202e\u2066\u200f"), R"(\u202e\u2066\u200f)");
    EXPECT_EQ(printable("é€\U0001F600 \\ \""), "é€\U0001F600 \\ \"");
    EXPECT_EQ(printable("a\x9bz\xC3"), "a\uFFFDz\uFFFD");
    EXPECT_EQ(printable(printable("\x1b\xff")), printable("\x1b\xff"));
}

TEST(TableTest, WidthsAreCharactersAndCellsPrintable) {
    EXPECT_EQ(table({"A", "B"}, {{"é€", "x"}, {"abc", "y"}, {"\x1b", "z"}}),
              "A       B\né€      x\nabc     y\n\\u001b  z\n");
}

TEST(TableTest, ColumnsAreAsWideAsTheirWidest) {
    EXPECT_EQ(table({"A", "BB"}, {{"long", "x"}, {"s", ""}}), "A     BB\nlong  x\ns\n");
}

}  // namespace
}  // namespace eyed::cli
