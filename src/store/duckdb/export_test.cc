#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "store/test_store.h"

namespace eyed::store {
namespace {

class Export : public StoreTest {
  protected:
    static std::string content(const std::string& path) {
        std::ostringstream text;
        text << std::ifstream(path, std::ios::binary).rdbuf();
        return text.str();
    }
};

TEST_F(Export, NdjsonHasOneLineAnEvent) {
    log::EventBody body = event(1, "{\n\"a\":\r\n1}");
    body.event_id = "x\"y";
    add(body);
    log::EventBody plain = event(2);
    plain.session = Uuid{};
    add(plain);
    apply();
    const std::string path = directory_ / "out.ndjson";
    EXPECT_EQ(store_->export_events({}, ExportFormat::kNdjson, path), 2u);
    EXPECT_EQ(content(path),
              "{\"id\":1,\"application\":1,\"session_id\":\"e2085be5-9137-4e4e-80b5-f1ffddc25423\","
              "\"category\":\"page interaction\",\"name\":\"pageview\",\"data\":{ \"a\":  1},"
              "\"timestamp\":\"2023-11-14T22:13:21.000000Z\","
              "\"received_at\":\"2023-11-14T22:13:22.000000Z\",\"event_id\":\"x\\\"y\","
              "\"dialect\":\"the_eye\"}\n"
              "{\"id\":2,\"application\":1,\"session_id\":null,"
              "\"category\":\"page interaction\",\"name\":\"pageview\",\"data\":{\"host\":\"a\"},"
              "\"timestamp\":\"2023-11-14T22:13:22.000000Z\","
              "\"received_at\":\"2023-11-14T22:13:23.000000Z\",\"event_id\":null,"
              "\"dialect\":\"the_eye\"}\n");
}

TEST_F(Export, CsvQuotesWhatNeedsIt) {
    add(event(1, R"({"a":"1,2"})"));
    apply();
    const std::string path = directory_ / "out.csv";
    EXPECT_EQ(store_->export_events({}, ExportFormat::kCsv, path), 1u);
    EXPECT_EQ(content(path),
              "id,application,session_id,category,name,timestamp,received_at,event_id,dialect,"
              "data\r\n1,1,e2085be5-9137-4e4e-80b5-f1ffddc25423,page interaction,pageview,"
              "2023-11-14T22:13:21.000000Z,2023-11-14T22:13:22.000000Z,,the_eye,"
              "\"{\"\"a\"\":\"\"1,2\"\"}\"\r\n");
}

TEST_F(Export, ApplicationsAreNamedWhereNamesAreKnown) {
    options_.application_name = [](ApplicationId id) {
        return fmt::format("app \"{}\"", id.value);
    };
    open();
    add(event(1));
    apply();
    const std::string path = directory_ / "out";
    ASSERT_TRUE(store_->export_events({}, ExportFormat::kNdjson, path + ".ndjson"));
    EXPECT_THAT(content(path + ".ndjson"),
                testing::HasSubstr(R"("application":"app \"1\"","session_id")"));
    ASSERT_TRUE(store_->export_events({}, ExportFormat::kCsv, path + ".csv"));
    EXPECT_THAT(content(path + ".csv"), testing::HasSubstr("1,\"app \"\"1\"\"\","));
    const auto rows = store_->export_events({}, ExportFormat::kParquet, path + ".parquet");
    ASSERT_TRUE(rows) << rows.error().detail;
    EXPECT_EQ(*rows, 1u);
}

TEST_F(Export, ParquetTakesFiltersAndLeavesNothingBehind) {
    add_events(10);
    apply();
    EventFilter filter;
    filter.category = "page interaction";
    filter.max_id = EventId{4};
    const std::string path = directory_ / "out.parquet";
    const auto rows = store_->export_events(filter, ExportFormat::kParquet, path);
    ASSERT_TRUE(rows) << rows.error().detail;
    EXPECT_EQ(*rows, 4u);
    const std::string bytes = content(path);
    EXPECT_TRUE(bytes.starts_with("PAR1"));
    EXPECT_TRUE(bytes.ends_with("PAR1"));
    const auto left = files_->list(options_.path + ".tmp");
    EXPECT_TRUE(!left || left->empty());
}

TEST_F(Export, AFileThatIsThereIsNotOverwritten) {
    const std::string path = directory_ / "out.csv";
    std::ofstream(path) << "mine";
    EXPECT_EQ(store_->export_events({}, ExportFormat::kCsv, path).error().code, Code::kConflict);
    EXPECT_EQ(content(path), "mine");
}

TEST_F(Export, APathThatCannotBeWrittenFailsAndLeavesNothing) {
    add_events(1);
    apply();
    const std::string path = directory_ / "no/such/out.parquet";
    EXPECT_FALSE(store_->export_events({}, ExportFormat::kParquet, path));
    EXPECT_FALSE(store_->export_events({}, ExportFormat::kNdjson, path));
    const auto left = files_->list(options_.path + ".tmp");
    EXPECT_TRUE(!left || left->empty());
    EXPECT_TRUE(store_->check());
}

}  // namespace
}  // namespace eyed::store
