#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "cli/commands.h"
#include "cli/import_state.h"
#include "cli/test_peer.h"
#include "io/directory_lock.h"
#include "io/temporary_directory.h"

namespace eyed::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class TransferTest : public ::testing::Test {
  protected:
    int run(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(),
                         {"--data", directory_.file(data_), "--auth.hash_memory", "8KiB",
                          "--auth.hash_passes", "1", "--log.segment_bytes", "1MiB",
                          "--store.memory", "64MiB", "--ingest.dedup_memory", "1MiB"});
        std::istringstream in;
        std::ostringstream out;
        std::ostringstream err;
        const Start start{arguments, {}, in, out, err};
        const int code = cli::run(start, [](const config::Loaded&) { return 1; });
        out_ = out.str();
        err_ = err.str();
        return code;
    }
    std::string write(const std::string& name, const std::string& content) {
        std::ofstream(directory_.file(name)) << content;
        return directory_.file(name);
    }
    static std::string read(const std::string& path) {
        std::stringstream content;
        content << std::ifstream(path).rdbuf();
        return content.str();
    }
    static std::size_t lines(const std::string& text) {
        return static_cast<std::size_t>(std::ranges::count(text, '\n'));
    }
    static std::string event(int number) {
        return R"({"category":"c","name":"n)" + std::to_string(number % 3) +
               R"(","timestamp":"2021-01-01T09:15:27Z","data":{"i":)" + std::to_string(number) +
               "}}\n";
    }

    /// A line that ends an import.
    static std::string too_long() { return std::string((16 << 20) + 1, ' ') + "\n"; }

    /// How many files tell of an import that is not done.
    int states() const {
        const std::filesystem::directory_iterator all(directory_.path());
        return static_cast<int>(std::ranges::count_if(all, [](const auto& entry) {
            return entry.path().filename().string().find(".eyed-import") != std::string::npos;
        }));
    }

    io::TemporaryDirectory directory_;
    std::string data_ = "data";
    std::string out_;
    std::string err_;
};

/// Makes the first record of each raw segment unreadable.
void damage_segment(const std::string& data) {
    for (const auto& entry : std::filesystem::directory_iterator(data + "/log")) {
        if (entry.path().extension() != ".log") continue;
        std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4096 + 60);  // within the body of its first record
        file << "?";
    }
}

TEST_F(TransferTest, WhatIsImportedIsExported) {
    std::string content;
    for (int i = 0; i < 250; ++i)
        content += event(i);
    const auto file = write("events.ndjson", content);
    ASSERT_EQ(run({"import", file, "--batch", "100", "--json"}), kDone) << err_;
    EXPECT_EQ(out_, "{\"accepted\":250,\"duplicates\":0,\"rejected\":0}\n");
    EXPECT_EQ(states(), 0);

    ASSERT_EQ(run({"export"}), kDone) << err_;
    EXPECT_EQ(lines(out_), 250U);
    EXPECT_THAT(out_, HasSubstr(R"("i":249)"));
    ASSERT_EQ(run({"export", "--name", "n1", "--application", "import", "--max-id", "100",
                   "--output", directory_.file("some.csv"), "--format", "csv"}),
              kDone)
        << err_;
    EXPECT_EQ(lines(read(directory_.file("some.csv"))), 34U);
    EXPECT_THAT(out_, HasSubstr("33 events"));
}

TEST_F(TransferTest, AFileImportedTwiceIsTakenOnce) {
    const auto file = write("events.ndjson", event(1) + event(2));
    ASSERT_EQ(run({"import", file}), kDone) << err_;
    ASSERT_EQ(run({"import", file, "--json"}), kDone) << err_;
    EXPECT_EQ(out_, "{\"accepted\":0,\"duplicates\":2,\"rejected\":0}\n");
}

TEST_F(TransferTest, AnExportCanBeImportedElsewhere) {
    const auto file = write("events.ndjson", event(1) + event(2));
    ASSERT_EQ(run({"import", file}), kDone) << err_;
    for (const std::string format : {"ndjson", "csv"}) {
        const auto copy = directory_.file("copy." + format);
        ASSERT_EQ(run({"export", "--format", format, "--output", copy}), kDone) << err_;
        std::filesystem::rename(directory_.file("data"), directory_.file("old-" + format));
        ASSERT_EQ(run({"import", copy, "--json"}), kDone) << err_;
        EXPECT_EQ(out_, "{\"accepted\":2,\"duplicates\":0,\"rejected\":0}\n") << format;
    }
}

TEST_F(TransferTest, BadLinesAreRejectedAndCountedAndTheOthersStay) {
    const auto file = write("events.ndjson", event(1) + "nonsense\n{\"name\":\"x\"}\n" + event(2));
    ASSERT_EQ(run({"import", file, "--json"}), kDone) << err_;
    EXPECT_EQ(out_, "{\"accepted\":2,\"duplicates\":0,\"rejected\":2}\n");
}

TEST_F(TransferTest, AnInterruptedImportGoesOnWhereItStopped) {
    const auto file = write("events.ndjson", event(1) + event(2) + event(3));
    Peer peer(
        {Peer::answer("200 OK", R"({"accepted":1,"duplicates":0,"rejected":0,"results":[]})"),
         Peer::answer("401 Unauthorized", R"({"detail":"Invalid token."})"),
         Peer::answer("200 OK", R"({"accepted":2,"duplicates":0,"rejected":0,"results":[]})")});
    EXPECT_EQ(run({"import", file, "--batch", "1", "--url", peer.url(), "--token", "t"}), kFailed);
    EXPECT_THAT(err_, AllOf(HasSubstr("after line 1"), HasSubstr("Invalid token")));
    EXPECT_EQ(states(), 1);

    ASSERT_EQ(run({"import", file, "--url", peer.url() + "/", "--token", "t", "--json"}), kDone)
        << err_;
    EXPECT_EQ(out_, "{\"accepted\":3,\"duplicates\":0,\"rejected\":0}\n");
    EXPECT_EQ(states(), 0);
    ASSERT_EQ(peer.requests().size(), 3U);
    EXPECT_THAT(peer.requests()[2],
                AllOf(StartsWith("POST /api/v1/events HTTP"), HasSubstr("Authorization: Token t\r"),
                      HasSubstr("application/x-ndjson"), HasSubstr("\"i\":2"), HasSubstr(":3\"}"),
                      Not(HasSubstr("\"i\":1"))));
}

TEST_F(TransferTest, AnImportThatStoppedElsewhereBeginsAtTheFront) {
    const auto file = write("events.ndjson", event(1) + event(2));
    Peer first(
        {Peer::answer("200 OK", R"({"accepted":1,"duplicates":0,"rejected":0,"results":[]})"),
         Peer::answer("401 Unauthorized", "{}")});
    EXPECT_EQ(run({"import", file, "--batch", "1", "--url", first.url(), "--token", "t"}), kFailed);
    Peer second(
        {Peer::answer("200 OK", R"({"accepted":2,"duplicates":0,"rejected":0,"results":[]})")});
    ASSERT_EQ(run({"import", file, "--url", second.url(), "--token", "t"}), kDone) << err_;
    EXPECT_THAT(second.requests()[0], HasSubstr("\"i\":1"));
    EXPECT_EQ(states(), 1);  // the first server's stays
}

TEST_F(TransferTest, AnImportThatStoppedBeginsAtTheFrontInADirectoryMadeAnew) {
    const auto file = write("events.ndjson", event(1) + event(2) + too_long());
    ASSERT_EQ(run({"import", file, "--batch", "1"}), kFailed);
    EXPECT_THAT(err_, HasSubstr("line 3 is over 16 MiB (after line 2;"));
    EXPECT_EQ(states(), 1);
    std::filesystem::remove_all(directory_.file("data"));
    ASSERT_EQ(run({"import", file, "--batch", "1"}), kFailed);
    ASSERT_EQ(run({"export"}), kDone) << err_;
    EXPECT_EQ(lines(out_), 2U);
    EXPECT_EQ(states(), 2);
    ASSERT_EQ(run({"import", file, "--batch", "1"}), kFailed);
    EXPECT_THAT(err_, HasSubstr("Going on after line 2."));
}

TEST_F(TransferTest, AnImportThatStoppedBeginsAtTheFrontInACopyOfTheDirectory) {
    ASSERT_EQ(run({"import", write("before.ndjson", event(0))}), kDone) << err_;
    std::filesystem::copy(directory_.file("data"), directory_.file("copy"),
                          std::filesystem::copy_options::recursive);
    const auto file = write("events.ndjson", event(1) + event(2) + too_long());
    ASSERT_EQ(run({"import", file, "--batch", "1"}), kFailed);
    data_ = "copy";
    ASSERT_EQ(run({"import", file, "--batch", "1"}), kFailed);
    ASSERT_EQ(run({"export"}), kDone) << err_;
    EXPECT_EQ(lines(out_), 3U);
}

TEST_F(TransferTest, AFileWithoutEventsIsNoError) {
    for (const std::string content : {"", "\n\n", "category,name\r\n"}) {
        const auto file = write(content.size() > 5 ? "empty.csv" : "empty.ndjson", content);
        ASSERT_EQ(run({"import", file, "--json"}), kDone) << err_;
        EXPECT_EQ(out_, "{\"accepted\":0,\"duplicates\":0,\"rejected\":0}\n");
    }
}

TEST_F(TransferTest, AByteOrderMarkIsPassedOver) {
    const std::string mark = "\xef\xbb\xbf";
    ASSERT_EQ(run({"import", write("a.csv", mark + "category,name\nc,n\n"), "--quiet"}), kDone);
    EXPECT_EQ(out_, "1\n");
    ASSERT_EQ(run({"import", write("a.ndjson", mark + event(1) + event(2)), "--quiet"}), kDone);
    EXPECT_EQ(out_, "2\n");
}

TEST_F(TransferTest, APackedFileIsRefused) {
    EXPECT_EQ(run({"import", write("a.ndjson.gz", "\x1f\x8b\x08 and so on")}), kUsage);
    EXPECT_THAT(err_, HasSubstr("unpack it first"));
}

TEST_F(TransferTest, DataOfSeveralLinesGoesThroughACsv) {
    const auto file = write("events.csv",
                            "category,name,data\r\nc,n,\"{\r\n  \"\"i\"\": 1,\n  \"\"t\"\": "
                            "\"\"a\\nb\"\"\n}\"\r\n");
    ASSERT_EQ(run({"import", file, "--json"}), kDone) << err_;
    EXPECT_EQ(out_, "{\"accepted\":1,\"duplicates\":0,\"rejected\":0}\n");
    ASSERT_EQ(run({"export"}), kDone) << err_;
    EXPECT_THAT(out_, HasSubstr(R"("t": "a\nb")"));
}

TEST_F(TransferTest, AnOverloadedServerIsAskedAgain) {
    const auto file = write("events.ndjson", event(1));
    Peer peer({Peer::answer("503 Service Unavailable", "{}", "Retry-After: 1\r\n"),
               Peer::answer("207 Multi-Status",
                            R"({"accepted":0,"duplicates":0,"rejected":1,"results":[]})")});
    ASSERT_EQ(run({"import", file, "--url", peer.url(), "--token", "t", "--json"}), kDone) << err_;
    EXPECT_EQ(out_, "{\"accepted\":0,\"duplicates\":0,\"rejected\":1}\n");
    EXPECT_EQ(peer.requests().size(), 2U);
    EXPECT_EQ(peer.requests()[0], peer.requests()[1]);
}

TEST_F(TransferTest, AnAnswerThatIsNotOursIsNoSuccess) {
    const auto file = write("events.ndjson", event(1));
    Peer peer({Peer::answer("200 OK", "<html>")});
    EXPECT_EQ(run({"import", file, "--url", peer.url(), "--token", "t"}), kFailed);
}

TEST_F(TransferTest, AnExportFromAServerIsItsAnswerWithTheFiltersAsked) {
    Peer peer(
        {Peer::answer("200 OK", "{\"id\":1}\n"), Peer::answer("403 Forbidden", "{\"no\":1}")});
    ASSERT_EQ(run({"export", "--url", peer.url(), "--token", "t", "--category", "a&b", "--from",
                   "2026-01-01"}),
              kDone)
        << err_;
    EXPECT_EQ(out_, "{\"id\":1}\n");
    const auto output = directory_.file("out");
    EXPECT_EQ(run({"export", "--url", peer.url(), "--token", "t", "--output", output}), kFailed);
    EXPECT_THAT(err_, AllOf(HasSubstr("403"), HasSubstr("no")));
    EXPECT_FALSE(std::filesystem::exists(output));
    EXPECT_FALSE(std::filesystem::exists(output + ".part"));
    EXPECT_THAT(peer.requests()[0],
                StartsWith("GET /api/v1/export?format=ndjson&category=a%26b&from=2026-01-01 HTTP"));
}

TEST_F(TransferTest, AnExportReplacesNoFile) {
    const auto file = write("events.ndjson", event(1));
    ASSERT_EQ(run({"import", file}), kDone) << err_;
    EXPECT_EQ(run({"export", "--output", file}), kFailed);
    EXPECT_EQ(read(file), event(1));
}

TEST_F(TransferTest, VerifyAndRebuildAgreeWithTheLog) {
    const auto file = write("events.ndjson", event(1) + event(2) + "nonsense\n");
    ASSERT_EQ(run({"import", file}), kDone) << err_;
    ASSERT_EQ(run({"rebuild", "--json"}), kDone) << err_;
    EXPECT_THAT(out_, HasSubstr("\"events\":2"));
    EXPECT_EQ(run({"verify"}), kDone) << out_ << err_;
    EXPECT_THAT(out_,
                AllOf(HasSubstr("intact"), HasSubstr("2 events"), HasSubstr("as the log says")));
    EXPECT_EQ(run({"verify", "--quiet"}), kDone);
    EXPECT_EQ(out_, "good\n");
}

TEST_F(TransferTest, ARepairGivesUpWhatCannotBeReadAndTheStoreKeepsIt) {
    const auto file = write("events.ndjson", event(1) + event(2) + event(3));
    ASSERT_EQ(run({"import", file}), kDone) << err_;
    ASSERT_EQ(run({"rebuild"}), kDone) << err_;
    damage_segment(directory_.file("data"));
    ASSERT_EQ(run({"verify"}), kFailed);
    EXPECT_THAT(out_, AllOf(HasSubstr("DAMAGED"), HasSubstr("verify --repair")));
    ASSERT_EQ(run({"verify", "--repair"}), kDone) << out_ << err_;
    EXPECT_THAT(out_, AllOf(HasSubstr("Given up: records 1 to 1"), HasSubstr("intact"),
                            HasSubstr("1 events are in the store otherwise")));
    ASSERT_EQ(run({"verify", "--json"}), kDone) << out_ << err_;
    EXPECT_THAT(out_, AllOf(HasSubstr("\"given_up\":1"), HasSubstr("\"unproven\":1")));
    ASSERT_EQ(run({"export"}), kDone) << err_;
    EXPECT_EQ(lines(out_), 3U);

    EXPECT_EQ(run({"rebuild"}), kFailed);
    EXPECT_THAT(err_, AllOf(HasSubstr("records 1 to 1"), HasSubstr("--accept-loss")));
    ASSERT_EQ(run({"rebuild", "--accept-loss", "--json"}), kDone) << err_;
    EXPECT_THAT(out_, HasSubstr("\"events\":2"));
    // What comes later is applied behind the gap.
    ASSERT_EQ(run({"import", write("more.ndjson", event(4))}), kDone) << err_;
    ASSERT_EQ(run({"rebuild", "--accept-loss", "--json"}), kDone) << err_;
    EXPECT_THAT(out_, HasSubstr("\"events\":3"));
}

TEST_F(TransferTest, ADirectoryInUseIsLeftAloneAndTheWayRoundIsSaid) {
    const auto file = write("events.ndjson", event(1));
    ASSERT_EQ(run({"import", file}), kDone) << err_;
    const auto lock = io::DirectoryLock::acquire(directory_.file("data"));
    ASSERT_TRUE(lock) << lock.error().detail;
    for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
             {"import", file}, {"export"}, {"verify"}, {"rebuild"}}) {
        EXPECT_EQ(run(command), kFailed) << command[0];
        EXPECT_THAT(err_, HasSubstr("--url")) << command[0];
    }
    EXPECT_EQ(run({"user", "list"}), kDone) << err_;
}

}  // namespace
}  // namespace eyed::cli
