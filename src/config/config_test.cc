#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "config/load.h"
#include "config/settings_table.h"
#include "config/values.h"

namespace eyed::config {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// A TOML file that goes with the test.
class TomlFile {
  public:
    explicit TomlFile(const std::string& content) {
        std::string pattern = std::filesystem::temp_directory_path() / "eyed-config-XXXXXX";
        directory_ = mkdtemp(pattern.data());
        std::ofstream(path()) << content;
    }
    ~TomlFile() { std::filesystem::remove_all(directory_); }
    TomlFile(const TomlFile&) = delete;
    TomlFile& operator=(const TomlFile&) = delete;
    std::string path() const { return directory_ + "/eyed.toml"; }

  private:
    std::string directory_;
};

Result<Loaded> load_with(const std::vector<std::string>& flags,
                         const std::vector<std::string>& environment = {}) {
    EYED_ASSIGN(const auto arguments, part_arguments(flags));
    return load(arguments, environment);
}

std::string problem(const std::vector<std::string>& flags,
                    const std::vector<std::string>& environment = {}) {
    const auto loaded = load_with(flags, environment);
    if (loaded) return "no error";
    EXPECT_EQ(loaded.error().code, Code::kInvalidArgument);
    return loaded.error().detail;
}

std::string problem_in_file(const std::string& content) {
    const TomlFile file(content);
    return problem({"--config", file.path()});
}

TEST(Settings, EveryDefaultIsAllowedByItsOwnRow) {
    for (const Row& row : settings_table()) {
        Settings settings{};
        EXPECT_TRUE(set_value(row, row.fallback, settings)) << row.name;
        EXPECT_FALSE(row.doc.empty()) << row.name;
    }
}

TEST(Settings, NoTwoRowsShareANameOrAVariable) {
    std::set<std::string> names;
    std::set<std::string> variables;
    for (const Row& row : settings_table()) {
        EXPECT_TRUE(names.emplace(row.name).second) << row.name;
        EXPECT_TRUE(variables.insert(variable_name(row)).second) << row.name;
    }
}

TEST(Settings, DefaultsAreThoseOfTheDesign) {
    const Settings settings = default_settings();
    EXPECT_EQ(settings.host, "127.0.0.1");
    EXPECT_EQ(settings.port, 8000);
    EXPECT_EQ(settings.http.body_limit, 16U << 20U);
    EXPECT_EQ(settings.http.decompressed_limit, 64U << 20U);
    EXPECT_EQ(settings.http.header_limit, 16U << 10U);
    EXPECT_EQ(settings.http.header_timeout, 10s);
    EXPECT_EQ(settings.http.body_timeout, 30s);
    EXPECT_EQ(settings.ingest.max_batch, 10'000U);
    EXPECT_EQ(settings.ingest.max_types, 10'000U);
    EXPECT_EQ(settings.ingest.max_depth, 64U);
    EXPECT_EQ(settings.ingest.future_tolerance, 5s);
    EXPECT_EQ(settings.ingest.dedup_window, 7 * 24h);
    EXPECT_EQ(settings.ingest.dedup_memory, 256U << 20U);
    EXPECT_EQ(settings.log.retention, 0s);
}

TEST(Settings, AFlagBeatsTheEnvironmentWhichBeatsTheFile) {
    const TomlFile file("[store]\nmemory = \"1GiB\"\nthreads = 3\nreaders = 5\n");
    const auto loaded = load_with({"--config", file.path(), "--store.memory=3GiB"},
                                  {"EYED_STORE_MEMORY=2GiB", "EYED_STORE_THREADS=7"});
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_EQ(loaded->settings.store.memory, std::uint64_t{3} << 30U);
    EXPECT_EQ(loaded->settings.store.threads, 7U);
    EXPECT_EQ(loaded->settings.store.readers, 5U);
}

TEST(Settings, TheConfigFileMayBeNamedByTheEnvironment) {
    const TomlFile file("demo = true\nlisten = \"[::1]:9000\"\n");
    const auto loaded = load_with({}, {"EYED_CONFIG=" + file.path()});
    ASSERT_TRUE(loaded) << loaded.error().detail;
    EXPECT_TRUE(loaded->settings.demo);
    EXPECT_EQ(loaded->settings.host, "::1");
    EXPECT_EQ(loaded->settings.port, 9000);
}

TEST(Settings, AListMayBeAnArrayInTheFileOrTextWithCommas) {
    const TomlFile file("[http]\ncors_origins = [\"https://a.org\", \"http://b.org:81\"]\n");
    const auto from_file = load_with({"--config", file.path()});
    ASSERT_TRUE(from_file) << from_file.error().detail;
    EXPECT_THAT(from_file->settings.http.cors_origins,
                ElementsAre("https://a.org", "http://b.org:81"));
    const auto from_flag = load_with({"--http.cors_origins", "https://a.org, http://b.org:81"});
    ASSERT_TRUE(from_flag) << from_flag.error().detail;
    EXPECT_EQ(from_flag->settings.http.cors_origins, from_file->settings.http.cors_origins);
}

TEST(Settings, EffectiveValuesNameTheirSource) {
    const TomlFile file("\n[log]\nretention = \"30d\"\n");
    const auto loaded = load_with({"--config", file.path(), "--demo"}, {"EYED_LISTEN=0.0.0.0:80"});
    ASSERT_TRUE(loaded) << loaded.error().detail;
    std::string all;
    for (const auto& one : loaded->effective)
        all += one.name + "=" + one.value + " from " + one.source + "\n";
    EXPECT_THAT(all, AllOf(HasSubstr("log.retention=30d from " + file.path() + ":3"),
                           HasSubstr("demo=true from --demo"),
                           HasSubstr("listen=0.0.0.0:80 from EYED_LISTEN"),
                           HasSubstr("data=data from default")));
}

TEST(Settings, AnUnknownKeyInTheFileIsNamedWithItsLine) {
    const auto text = problem_in_file("demo = true\n[store]\nmemori = \"1GiB\"\n");
    EXPECT_THAT(text, AllOf(HasSubstr("eyed.toml:3"), HasSubstr("store.memori"),
                            HasSubstr("did you mean store.memory?")));
}

TEST(Settings, AnUnknownVariableIsNamed) {
    EXPECT_THAT(problem({}, {"EYED_STORE_MEMROY=1GiB"}),
                AllOf(HasSubstr("EYED_STORE_MEMROY"), HasSubstr("EYED_STORE_MEMORY?")));
}

TEST(Settings, VariablesOfOthersAndOfTestsAreLeftAlone) {
    EXPECT_TRUE(
        load_with({}, {"PATH=/bin", "EYED_TEST_ROUNDS=3", "EYEDROPS=1", "EYED_TOKEN=x", "BROKEN"}));
}

TEST(Settings, AnUnknownDottedFlagIsNamed) {
    EXPECT_THAT(problem({"--http.body-limit", "1MiB"}),
                AllOf(HasSubstr("--http.body-limit"), HasSubstr("--http.body_limit?")));
}

TEST(Settings, AFlagWithoutItsValueIsRefused) {
    EXPECT_THAT(problem({"--store.memory"}), HasSubstr("--store.memory needs a value"));
    EXPECT_THAT(problem({"--config"}), HasSubstr("--config needs a value"));
}

TEST(Settings, ABadValueSaysWhereItStandsAndWhatIsAllowed) {
    EXPECT_THAT(problem_in_file("[store]\nmemory = \"1 GB\"\n"),
                AllOf(HasSubstr("eyed.toml:2"), HasSubstr("store.memory"), HasSubstr("1 GB"),
                      HasSubstr("from 64MiB to 16TiB")));
    EXPECT_THAT(problem({}, {"EYED_HTTP_THREADS=many"}),
                AllOf(HasSubstr("EYED_HTTP_THREADS"), HasSubstr("from 0 to 256")));
    EXPECT_THAT(problem({"--logging.format=xml"}),
                AllOf(HasSubstr("--logging.format"), HasSubstr("auto, text, json")));
}

TEST(Settings, EveryKindRefusesWhatItDoesNotAllow) {
    const std::vector<std::pair<std::string, std::string>> bad{
        {"data", ""},
        {"demo", "yes"},
        {"listen", "8000"},
        {"listen", "::1:8000"},
        {"listen", "localhost:65536"},
        {"listen", ":8000"},
        {"http.threads", "257"},
        {"http.threads", "-1"},
        {"http.threads", "1.5"},
        {"http.max_connections", "0"},
        {"http.body_limit", "1023"},
        {"http.body_limit", "2GiB"},
        {"http.body_limit", "16MB"},
        {"http.header_timeout", "10"},
        {"http.header_timeout", "0"},
        {"http.header_timeout", "2h"},
        {"log.retention", "1s"},
        {"log.retention", "99999999999999999999d"},
        {"http.cors_origins", "example.org"},
        {"http.cors_origins", "*,https://a.org"},
        {"http.cors_origins", "https://a.org,*"},
        {"http.cors_origins", "https://a.org/path"},
        {"logging.level", "INFO"},
        {"store.memory", "18446744073709551616"},
        {"store.memory", "17592186044416TiB"},
    };
    for (const auto& [name, value] : bad)
        EXPECT_THAT(problem({"--" + name + "=" + value}), HasSubstr("it must be"))
            << name << "=" << value;
}

TEST(Settings, AFileThatIsNoTomlOrNotThereIsRefused) {
    EXPECT_THAT(problem_in_file("[store\nmemory = 1\n"),
                AllOf(HasSubstr("eyed.toml:1"), HasSubstr("not TOML")));
    EXPECT_THAT(problem({"--config", "/nonexistent/eyed.toml"}), HasSubstr("cannot be read"));
    EXPECT_THAT(problem_in_file("[store]\nthreads = 1.5\n"),
                AllOf(HasSubstr("eyed.toml:2"), HasSubstr("store.threads")));
    EXPECT_THAT(problem_in_file("store = 1\n"), HasSubstr("there is no setting store"));
}

TEST(Settings, TlsWithOneHalfMissingIsRefused) {
    EXPECT_THAT(problem({"--tls.key", "k.pem"}), HasSubstr("tls.certificate"));
    EXPECT_THAT(problem({"--tls.certificate", "c.pem"}), HasSubstr("tls.key"));
    EXPECT_EQ(problem({"--tls.certificate", "c.pem", "--tls.key", "k.pem"}), "no error");
}

const Effective& effective(const Loaded& loaded, std::string_view name) {
    return *std::ranges::find(loaded.effective, name, &Effective::name);
}

TEST(Settings, ASecretIsKnownAndNotShown) {
    const auto loaded = load_with({"--auth.jwt_secret", "hush hush"}).value();
    EXPECT_EQ(loaded.settings.auth.jwt_secret, "hush hush");
    EXPECT_EQ(effective(loaded, "auth.jwt_secret").shown, Effective::Shown::kNever);
    EXPECT_EQ(effective(loaded, "auth.jwt_secret").shown_value(), "(set)");
    EXPECT_EQ(effective(load_with({}).value(), "auth.jwt_secret").shown_value(), "");
    EXPECT_EQ(effective(loaded, "auth.jwt_algorithm").shown_value(), "HS256");
}

TEST(Settings, ForeignVariablesCountWhereNothingElseGivesTheSetting) {
    const std::vector<std::string> foreign{"SECRET_KEY=theirs", "ALGORITHM=HS512"};
    const auto loaded = load_with({}, foreign).value();
    EXPECT_EQ(loaded.settings.auth.jwt_secret, "theirs");
    EXPECT_EQ(loaded.settings.auth.jwt_algorithm, JwtHmac::kHs512);
    EXPECT_EQ(effective(loaded, "auth.jwt_secret").source, "SECRET_KEY");
    const TomlFile file("[auth]\njwt_secret = \"ours\"\n");
    EXPECT_EQ(load_with({"--config", file.path()}, foreign)->settings.auth.jwt_secret, "ours");
    auto both = foreign;
    both.emplace_back("EYED_AUTH_JWT_SECRET=ours");
    EXPECT_EQ(load_with({}, both)->settings.auth.jwt_secret, "ours");
    EXPECT_EQ(load_with({}, {"SECRET_KEY="})->settings.auth.jwt_secret, "");
}

TEST(Settings, AForeignVariableThatIsNotAllowedIsNamed) {
    for (const std::string value : {"none", "RS256", "hs256"}) {
        const auto loaded = load_with({}, {"SECRET_KEY=theirs", "ALGORITHM=" + value});
        ASSERT_FALSE(loaded);
        EXPECT_THAT(loaded.error().detail, AllOf(HasSubstr("ALGORITHM: auth.jwt_algorithm"),
                                                 HasSubstr(value), HasSubstr("HS256, HS384")));
    }
}

TEST(Settings, AForeignVariableThatIsNotUsedMayHoldAnything) {
    const auto algorithm = [](const std::vector<std::string>& flags,
                              const std::vector<std::string>& variables) {
        const auto loaded = load_with(flags, variables);
        EXPECT_TRUE(loaded) << loaded.error().detail;
        return loaded ? loaded->settings.auth.jwt_algorithm : JwtHmac::kHs512;
    };
    EXPECT_EQ(algorithm({}, {"ALGORITHM=RS256"}), JwtHmac::kHs256) << "of no secret of ours";
    EXPECT_EQ(algorithm({"--auth.jwt_secret=ours"}, {"SECRET_KEY=theirs", "ALGORITHM=HS384"}),
              JwtHmac::kHs256)
        << "of another secret than ours";
    EXPECT_EQ(algorithm({"--auth.jwt_algorithm=HS384"}, {"SECRET_KEY=theirs", "ALGORITHM=none"}),
              JwtHmac::kHs384);
    EXPECT_EQ(algorithm({"--auth.jwt_secret=ours"}, {"SECRET_KEY=-----BEGIN PUBLIC KEY-----"}),
              JwtHmac::kHs256);
}

TEST(Settings, AKeyFilesTextIsNoSharedSecret) {
    for (const std::string secret : {"-----BEGIN PUBLIC KEY-----", "ssh-ed25519 AAAA"}) {
        const auto loaded = load_with({"--auth.jwt_secret=" + secret});
        ASSERT_FALSE(loaded);
        EXPECT_THAT(loaded.error().detail, HasSubstr("auth.jwt_public_key"));
        EXPECT_THAT(loaded.error().detail, Not(HasSubstr(secret)));
    }
}

TEST(Settings, NamesAreSomeOfThoseThereAre) {
    const auto scopes = [](const std::string& text) {
        return load_with({"--auth.jwt_scopes=" + text});
    };
    EXPECT_THAT(scopes("read, ingest")->settings.auth.jwt_scopes, ElementsAre("read", "ingest"));
    for (const char* wrong : {"", ",read", "fly", "read fly"})
        EXPECT_FALSE(scopes(wrong)) << wrong;
}

TEST(Arguments, WhatIsNoSettingStaysInOrder) {
    const auto parted = part_arguments(
        {"user", "--data", "/d", "create", "--superuser", "--demo", "ann", "--", "--data", "x"});
    ASSERT_TRUE(parted);
    EXPECT_THAT(parted->rest,
                ElementsAre("user", "create", "--superuser", "ann", "--", "--data", "x"));
    ASSERT_EQ(parted->settings.size(), 2U);
    EXPECT_EQ(parted->settings[0].value, "/d");
    EXPECT_EQ(parted->settings[1].value, "true");
}

TEST(Arguments, ASwitchTakesNoSeparateValue) {
    const auto loaded = load_with({"--demo=false"});
    ASSERT_TRUE(loaded);
    EXPECT_FALSE(loaded->settings.demo);
    EXPECT_THAT(part_arguments({"--demo", "false"})->rest, ElementsAre("false"));
}

TEST(Values, QuantitiesFormatAsTheyAreRead) {
    for (const char* text : {"16MiB", "1KiB", "1023B", "3TiB", "0"})
        EXPECT_EQ(format_bytes(parse_bytes(text).value()), text);
    for (const char* text : {"7d", "90s", "250ms", "1us", "5m", "0"})
        EXPECT_EQ(format_duration(parse_duration(text).value()), text);
}

TEST(Reference, ThePageIsTheTable) {
    const auto root = std::filesystem::path(EYED_SOURCE_DIR);
    const auto path = root / "docs/reference/config.md";
    if (std::getenv("EYED_UPDATE_DOCS") != nullptr) {
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << reference_page();
    }
    std::stringstream page;
    page << std::ifstream(path).rdbuf();
    EXPECT_EQ(page.str(), reference_page())
        << "run EYED_UPDATE_DOCS=1 build/dev/config_test and commit docs/reference/config.md";
}

}  // namespace
}  // namespace eyed::config
