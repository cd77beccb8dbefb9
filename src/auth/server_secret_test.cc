#include "auth/server_secret.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "auth/setup_token.h"
#include "auth/tokens.h"
#include "io/temporary_directory.h"

namespace eyed::auth {
namespace {

using ::testing::MatchesRegex;

TEST(ServerSecretTest, IsMadeOnceForItsOwnerAlone) {
    const io::TemporaryDirectory directory;
    const auto files = io::make_file_system();
    const auto first = ServerSecret::open_or_create(*files, directory.path()).value();
    const auto second = ServerSecret::open_or_create(*files, directory.path()).value();
    EXPECT_EQ(first.sign("a", "b"), second.sign("a", "b"));
    EXPECT_NE(first.sign("a", "b"), first.sign("b", "b"));
    struct stat status{};
    ASSERT_EQ(::stat(directory.file("secret").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_EQ(files->list(directory.path())->size(), 1U);
}

TEST(ServerSecretTest, ManyThatStartTogetherGetTheSame) {
    const io::TemporaryDirectory directory;
    const auto files = io::make_file_system();
    std::vector<std::string> signatures(8);
    {
        std::vector<std::jthread> threads;
        for (auto& signature : signatures)
            threads.emplace_back([&] {
                const auto secret = ServerSecret::open_or_create(*files, directory.path());
                if (secret) signature = to_hex(secret->sign("p", "m"));
            });
    }
    for (const auto& signature : signatures)
        EXPECT_EQ(signature, signatures[0]);
    EXPECT_FALSE(signatures[0].empty());
}

TEST(ServerSecretTest, AFileThatOthersMayReadOrThatHoldsSomethingElseIsRefused) {
    const io::TemporaryDirectory directory;
    const auto files = io::make_file_system();
    ASSERT_TRUE(ServerSecret::open_or_create(*files, directory.path()));
    ASSERT_EQ(::chmod(directory.file("secret").c_str(), 0644), 0);
    EXPECT_EQ(ServerSecret::open_or_create(*files, directory.path()).error().code,
              Code::kInvalidArgument);
    std::ofstream(directory.file("secret")) << "abc\n";
    ASSERT_EQ(::chmod(directory.file("secret").c_str(), 0600), 0);
    EXPECT_EQ(ServerSecret::open_or_create(*files, directory.path()).error().code, Code::kCorrupt);
}

TEST(SetupTokenTest, MatchesItselfAlone) {
    const SetupToken token;
    EXPECT_THAT(token.text(), MatchesRegex("[0-9a-f]{40}"));
    EXPECT_TRUE(token.matches(token.text()));
    EXPECT_FALSE(token.matches(""));
    EXPECT_FALSE(token.matches(SetupToken().text()));
}

}  // namespace
}  // namespace eyed::auth
