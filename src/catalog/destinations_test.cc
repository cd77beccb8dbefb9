#include "catalog/destinations.h"

#include <gmock/gmock.h>

#include "catalog/delivery_fixture.h"
#include "catalog/destination_texts.h"

namespace eyed::catalog {
namespace {

using model::DestinationKind;
using model::DestinationState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DestinationsTest : public DeliveryTest {
  protected:
    static Destinations::Edit setting(const std::string& url) {
        return [url](model::Destination& destination) -> Status {
            destination.fields.url = url;
            return {};
        };
    }
    std::vector<std::string> names(const Destinations::Filter& filter, const RowPage& page = {}) {
        std::vector<std::string> names;
        const auto found = destinations().list(filter, page).value();
        for (const auto& row : found.rows)
            names.push_back(row.fields.name);
        return names;
    }
};

TEST_F(DestinationsTest, KeepEverythingThatIsSet) {
    model::DestinationFields wanted;
    wanted.name = "all";
    wanted.url = "https://example.org:8443/hook?key=k";
    wanted.method = "PUT";
    wanted.sealed_headers = "sealed headers";
    wanted.content_type = "text/plain";
    wanted.body_template = "{{data}}";
    wanted.success = {{200, 204}, {304, 304}};
    wanted.unknown = {{502, 502}};
    wanted.is_signed = false;
    wanted.timeout = std::chrono::milliseconds(1234);
    wanted.rate_per_second = 7;
    wanted.concurrency = 3;
    wanted.ordering = model::Ordering::kByKey;
    wanted.schedule = {std::chrono::seconds(0), std::chrono::seconds(36'000)};
    wanted.on_unknown = model::OnUnknown::kLookUp;
    wanted.lookup_url = "https://example.org/{id}";
    wanted.lookup_delay = std::chrono::seconds(9);
    wanted.breaker_failures = 5;
    wanted.filter = {
        {"web", "a,\"b\""}, {"click"}, {ApplicationId{3}}, {{"/a/0", "1"}, {"/b", ""}}};
    const auto made =
        destinations().create({DestinationKind::kWebhook, wanted, "sealed", {41}}, change_);
    ASSERT_TRUE(made) << made.error().detail;
    const auto kept = destinations().by_id(made->id).value();
    EXPECT_EQ(kept.fields, wanted);
    EXPECT_EQ(kept.sealed_secrets, "sealed");
    EXPECT_EQ(kept.cursor, Position{41});
    EXPECT_EQ(kept.state, DestinationState::kActive);
    EXPECT_EQ(kept.revision, 1U);
    EXPECT_EQ(kept.created_at, change_.at);
    EXPECT_EQ(destinations().by_name("all")->id, made->id);
    EXPECT_EQ(destinations().by_name("ALL").error().code, Code::kNotFound);
}

TEST_F(DestinationsTest, HaveNamesOfTheirOwnAndOneOfEachKindOfCashback) {
    destination("hook");
    const auto taken =
        destinations().create({DestinationKind::kWebhook, fields("hook"), "", {}}, change_);
    EXPECT_EQ(taken.error().code, Code::kConflict);
    EXPECT_THAT(taken.error().detail, HasSubstr("name: "));
    const auto pays = destination(fields("pays"), DestinationKind::kCashback);
    EXPECT_EQ(destinations()
                  .create({DestinationKind::kCashback, fields("too"), "", {}}, change_)
                  .error()
                  .code,
              Code::kConflict);
    EXPECT_EQ(destinations().by_kind(DestinationKind::kCashback)->id, pays);
    EXPECT_EQ(destinations().by_kind(DestinationKind::kTakeback).error().code, Code::kNotFound);
    const auto renamed = destinations().change(
        pays, {},
        [](model::Destination& one) -> Status {
            one.fields.name = "hook";
            return {};
        },
        "changed", change_);
    EXPECT_EQ(renamed.error().code, Code::kConflict);
}

TEST_F(DestinationsTest, ChangeOnlyAsTheyWereRead) {
    const auto hook = destination("hook");
    const std::vector<std::uint64_t> old{7};
    const std::vector<std::uint64_t> current{7, 1};
    EXPECT_EQ(destinations()
                  .change(hook, old, setting("https://b.org/"), "changed", change_)
                  .error()
                  .code,
              Code::kPreconditionFailed);
    change_.at = seconds(9);
    const auto now =
        destinations().change(hook, current, setting("https://b.org/"), "changed", change_).value();
    EXPECT_EQ(now.revision, 2U);
    EXPECT_EQ(now.updated_at, seconds(9));
    EXPECT_EQ(destinations().by_id(hook)->fields.url, "https://b.org/");
    EXPECT_EQ(
        destinations().change(hook, {}, setting("https://b.org/"), "changed", change_)->revision,
        2U)
        << "nothing changed";
    const auto refused = destinations().change(
        hook, {}, [](model::Destination&) { return failure(Code::kInvalidArgument, "no"); },
        "changed", change_);
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
    EXPECT_EQ(
        destinations().change(DestinationId{9}, {}, setting(""), "changed", change_).error().code,
        Code::kNotFound);
}

TEST_F(DestinationsTest, AreAuditedWithoutSecrets) {
    const auto hook = destination("hook");
    ASSERT_TRUE(destinations().change(
        hook, {},
        [](model::Destination& one) -> Status {
            one.fields.url = "https://b.org/s3cret?key=s3cret";
            one.fields.sealed_headers = "s3cret";
            one.sealed_secrets = "s3cret";
            return {};
        },
        "secret_rotated", change_));
    ASSERT_TRUE(destinations().set_state(hook, DestinationState::kPaused, "lunch", change_));
    ASSERT_TRUE(destinations().set_state(hook, DestinationState::kActive, "", change_));
    ASSERT_TRUE(destinations().set_state(hook, DestinationState::kActive, "", change_));
    EXPECT_THAT(audit_actions("destination"),
                ElementsAre("created", "secret_rotated", "paused", "enabled"));
    const auto lines = catalog_->audit().list({.kind = "destination"}, {}).value().rows;
    for (const auto& line : lines)
        EXPECT_THAT(line.details, Not(HasSubstr("s3cret")));
    EXPECT_EQ(lines[1].details, R"({"changed":["url","headers","secrets"],)"
                                R"("origin":["https://example.org","https://b.org"]})");
}

TEST_F(DestinationsTest, ThatBecomeActiveHaveAClosedCircuit) {
    const auto hook = destination("hook");
    const std::vector<Deliveries::Health> health{{hook, 20, seconds(70)}};
    ASSERT_TRUE(deliveries().turn({.ended = {},
                                   .health = health,
                                   .disabled = {},
                                   .alerts = {},
                                   .wants = {},
                                   .now = seconds(10)}));
    const auto paused = destinations().set_state(hook, DestinationState::kPaused, "", change_);
    EXPECT_EQ(paused->open_until, seconds(70));
    const auto active = destinations().set_state(hook, DestinationState::kActive, "", change_);
    EXPECT_FALSE(active->open_until);
    EXPECT_EQ(active->failures, 0U);
    EXPECT_FALSE(destinations().by_id(hook)->open_until);
}

TEST_F(DestinationsTest, GoWithTheirDeliveriesButThoseOfCashbackStay) {
    const auto hook = destination("hook");
    const auto other = destination("other");
    add(hook, std::vector<std::string>(1'200), seconds(5));
    add(other, seconds(5));
    for (const auto& claimed : claim(want(hook, 700), seconds(5)))
        end(claimed, State::kDelivered, Outcome::kDelivered, seconds(6));
    ASSERT_TRUE(destinations().remove(hook, change_));
    EXPECT_EQ(destinations().by_id(hook).error().code, Code::kNotFound);
    EXPECT_EQ(destinations().remove(hook, change_).error().code, Code::kNotFound);
    EXPECT_EQ(deliveries().count({}), 1U);
    EXPECT_EQ(number("SELECT count(*) FROM attempts"), 0);
    const auto pays = destination(fields("pays"), DestinationKind::kCashback);
    EXPECT_EQ(destinations().remove(pays, change_).error().code, Code::kConflict);
    EXPECT_THAT(audit_actions("destination"),
                ElementsAre("created", "created", "disabled", "removed", "created"));
}

TEST_F(DestinationsTest, AreListedByNameStateAndKind) {
    const auto b = destination("b hook");
    destination("a hook");
    destination(fields("pays"), DestinationKind::kCashback);
    ASSERT_TRUE(destinations().set_state(b, DestinationState::kPaused, "", change_));
    EXPECT_THAT(names({}), ElementsAre("b hook", "a hook", "pays"));
    EXPECT_THAT(names({.text = "HOOK"}, {.order = RowPage::Order::kName}),
                ElementsAre("a hook", "b hook"));
    EXPECT_THAT(names({.state = DestinationState::kPaused}), ElementsAre("b hook"));
    EXPECT_THAT(names({.kind = DestinationKind::kCashback}), ElementsAre("pays"));
    EXPECT_THAT(names({.kind = DestinationKind::kTakeback}), IsEmpty());
    EXPECT_TRUE(destinations().list({}, {.limit = 2})->more);
    EXPECT_EQ(destinations().all()->size(), 3U);
}

TEST(DestinationTexts, ThatAreBrokenAreCorrupt) {
    for (const char* text : {"200", "a-b", "200-", "200-299,", "1-99999999999"})
        EXPECT_EQ(read_statuses_column(text).error().code, Code::kCorrupt) << text;
    for (const char* text : {"a", "5,", "5,,6", " 5"})
        EXPECT_EQ(read_schedule_column(text).error().code, Code::kCorrupt) << text;
    for (const char* text :
         {"", "[]", "{}", R"({"categories":[1],"names":[],"applications":[],"data":[]})",
          R"({"categories":[],"names":[],"applications":["x"],"data":[]})",
          R"({"categories":[],"names":[],"applications":[],"data":[{}]})"})
        EXPECT_EQ(read_filter_column(text).error().code, Code::kCorrupt) << text;
    EXPECT_THAT(read_statuses_column("").value(), IsEmpty());
    EXPECT_THAT(read_schedule_column("").value(), IsEmpty());
}

}  // namespace
}  // namespace eyed::catalog
