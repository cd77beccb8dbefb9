// Commands that ask a server, against one that does not answer as eyed does.
#include <gmock/gmock.h>

#include <sstream>

#include "cli/commands.h"
#include "cli/test_peer.h"
#include "io/temporary_directory.h"

namespace eyed::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class ServerCommandsTest : public ::testing::Test {
  protected:
    /// Runs a command against answers given in order, each with status 200 unless it says more.
    int run(std::vector<std::string> arguments, const std::vector<std::string>& answers) {
        std::vector<std::string> whole;
        for (const std::string& answer : answers)
            whole.push_back(answer.starts_with("HTTP/") ? answer : Peer::answer("200 OK", answer));
        const Peer peer(whole);
        arguments.insert(arguments.end(),
                         {"--url", peer.url(), "--token", "t", "--data", directory_.file("data")});
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        const Start start{arguments, {}, in, out, err};
        const int code = cli::run(start, [](const config::Loaded&) { return 1; });
        out_ = out.str();
        err_ = err.str();
        return code;
    }

    io::TemporaryDirectory directory_;
    std::string out_;
    std::string err_;
};

TEST_F(ServerCommandsTest, AnswersOfAnotherShapeReadAsEmpty) {
    const std::string type = R"({"results":[{"id":3,"category":"c","name":"n"}]})";
    for (const std::string odd :
         {"{}", R"({"results":5})", R"({"results":[5,null,{}]})", R"({"results":[{"counts":7}]})",
          R"({"results":[{"id":-1.5e300,"counts":{"events":"many"}}]})"})
        for (const std::vector<std::string>& list : {std::vector<std::string>{"type", "list"},
                                                     {"type", "list", "--json"},
                                                     {"type", "list", "--quiet"}})
            EXPECT_EQ(run(list, {odd}), kDone) << odd << err_;
    EXPECT_EQ(run({"type", "show", "c", "n"}, {"{}"}), kFailed);
    EXPECT_EQ(run({"type", "show", "c", "n"}, {type}), kDone) << err_;
    EXPECT_EQ(run({"type", "infer", "c", "n"}, {type, R"({"keys":[{"types":[],"share":"x"},4]})"}),
              kDone);
    EXPECT_EQ(run({"type", "infer", "c", "n"}, {type, "{}"}), kDone);
    EXPECT_EQ(run({"type", "backtest", "c", "n"}, {type, "{}"}), kDone);
    EXPECT_EQ(run({"type", "backtest", "c", "n"},
                  {type, R"({"reasons":[{"count":1},{"count":1,"event_ids":[]}],"next":5})"}),
              kDone);
    EXPECT_EQ(run({"rejections", "list"}, {R"({"results":[{"id":{}},[]],"next":null})"}), kDone);
}

TEST_F(ServerCommandsTest, AnAnswerThatIsNoObjectIsAnError) {
    for (const char* answer : {"[]", "<html>", "", "5"}) {
        EXPECT_EQ(run({"type", "list"}, {answer}), kFailed) << answer;
        EXPECT_THAT(err_, HasSubstr("not that of eyed"));
    }
}

TEST_F(ServerCommandsTest, ABusyServerIsAskedAgain) {
    const std::string busy = Peer::answer("503 Busy", "{}", "Retry-After: 1\r\n");
    EXPECT_EQ(
        run({"type", "list", "--quiet"}, {busy, R"({"results":[{"category":"c","name":"n"}]})"}),
        kDone);
    EXPECT_EQ(out_, "c\tn\n");
}

TEST_F(ServerCommandsTest, ARefusalIsListedWithThePlaceOfItsFault) {
    ASSERT_EQ(run({"rejections", "list"},
                  {R"({"results":[{"message":"This field is required.","pointer":"/name"},)"
                   R"({"message":"/data/n must be a number.","pointer":"/data/n"}],"next":null})"}),
              kDone)
        << err_;
    EXPECT_THAT(out_, AllOf(HasSubstr("  /name: This field is required.\n"),
                            HasSubstr("  /data/n must be a number.\n")));
}

TEST_F(ServerCommandsTest, NumbersAreShownAsPeopleWriteThem) {
    const std::string type = R"({"results":[{"id":3,"category":"c","name":"n"}]})";
    const std::string numbers =
        R"({"a":1.5,"b":[0.01,-2.0,7,18446744073709551615],"c":{"d":1e300,"e":[],"f":{}}})";
    ASSERT_EQ(run({"type", "infer", "c", "n", "--quiet"},
                  {type, R"({"example_fits":true,"example":)" + numbers + "}"}),
              kDone)
        << err_;
    EXPECT_EQ(out_,
              R"({"a":1.5,"b":[0.01,-2.0,7,18446744073709551615],"c":{"d":1e+300,"e":[],"f":{}}})"
              "\n");
}

TEST_F(ServerCommandsTest, SettlingThatIsCutOffTellsHowFarItCame) {
    const std::string broken = Peer::answer("500 Broken", R"({"detail":"Broken."})");
    EXPECT_EQ(run({"rejections", "replay", "--json"},
                  {R"({"examined":9,"accepted":7,"refused":2,"next":"x"})", broken}),
              kFailed);
    EXPECT_THAT(out_, HasSubstr(R"("examined":9,"accepted":7)"));
    EXPECT_THAT(err_, AllOf(HasSubstr("500: Broken."), HasSubstr("at least that much is settled")));
    EXPECT_EQ(
        run({"rejections", "discard", "--name", "n"}, {R"({"discarded":5,"next":"x"})", broken}),
        kFailed);
    EXPECT_THAT(out_, HasSubstr("Discarded 5 refusals."));
    EXPECT_EQ(run({"rejections", "replay"}, {broken}), kFailed);
    EXPECT_EQ(out_, "");
    EXPECT_THAT(err_, Not(HasSubstr("settled")));
}

TEST_F(ServerCommandsTest, AnExampleThatWouldRefuseEventsIsDoubted) {
    const std::string type = R"({"results":[{"id":3,"category":"c","name":"n"}]})";
    const auto infer = [&](const std::string& inferred) {
        EXPECT_EQ(run({"type", "infer", "c", "n"}, {type, inferred}), kDone) << err_;
        return err_;
    };
    EXPECT_EQ(infer(R"({"keys":[],"example":{"a":1},"example_fits":true})"), "");
    EXPECT_THAT(infer(R"({"keys":[],"example":{"a":1},"example_fits":false})"),
                HasSubstr("would refuse some of these events"));
    EXPECT_THAT(infer(R"({"keys":[],"example":null,"example_fits":false})"),
                HasSubstr("try --as schema"));
}

TEST_F(ServerCommandsTest, FaultsAreToldWithTheirFields) {
    const std::string body = R"({"detail":"Faulty.","errors":[{"field":"mode","message":"No."},)"
                             R"({"field":"schema","pointer":"/a","message":"Odd \u001b[31m."}]})";
    EXPECT_EQ(run({"type", "list"}, {Peer::answer("400 Bad Request", body)}), kUsage);
    EXPECT_EQ(err_, "eyed: the server answers 400: mode: No.; schema/a: Odd \\u001b[31m.\n");
    EXPECT_EQ(run({"type", "list"}, {Peer::answer("401 No", R"({"detail":"Invalid token."})")}),
              kFailed);
    EXPECT_EQ(err_, "eyed: the server answers 401: Invalid token.\n");
    EXPECT_EQ(run({"type", "list"}, {Peer::answer("404 No", "\x1b]0;x\x07 gone")}), kFailed);
    EXPECT_EQ(err_, "eyed: the server answers 404: \\u001b]0;x\\u0007 gone\n");
}

TEST_F(ServerCommandsTest, WhatEventsSayDoesNotReachTheTerminalRaw) {
    const std::string row =
        R"({"id":1,"category":"a\u001b[2J","name":"b\u009b31m\u202e","mode":"off",)"
        R"("description":"c\u0007","message":"d\u001b","example":{"\u009b":1}})";
    const std::string page = R"({"results":[)" + row + "]}";
    const std::vector<std::vector<std::string>> commands{{"type", "list"},
                                                         {"type", "list", "--quiet"},
                                                         {"type", "list", "--json"},
                                                         {"type", "show", "a", "b"},
                                                         {"type", "show", "a", "b", "--json"},
                                                         {"rejections", "list"},
                                                         {"rejections", "list", "--json"}};
    for (const auto& command : commands) {
        EXPECT_EQ(run(command, {page}), kDone) << err_;
        EXPECT_THAT(out_,
                    AllOf(HasSubstr("\\u001b"), Not(HasSubstr("\x1b")), Not(HasSubstr("\x07")),
                          Not(HasSubstr("\u009b")), Not(HasSubstr("\u202e"))))
            << command[0] << ' ' << command[1];
    }
}

TEST_F(ServerCommandsTest, PayloadsMayBeNestedAsDeepAsAnyThatIsTaken) {
    const std::string deep = std::string(1024, '[') + std::string(1024, ']');
    EXPECT_EQ(
        run({"rejections", "list", "--json"}, {R"({"results":[{"id":1,"payload":)" + deep + "}]}"}),
        kDone)
        << err_;
    EXPECT_THAT(out_, AllOf(StartsWith("{\"id\":1"), HasSubstr(deep)));
}

}  // namespace
}  // namespace eyed::cli
