#include "delivery/service.h"

#include "catalog/applications.h"
#include "delivery/engine_fixture.h"
#include "store/memory_log.h"

namespace eyed::delivery {
namespace {

using namespace std::chrono_literals;
using model::DestinationKind;
using model::DestinationState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(Statuses, AreReadAndWritten) {
    EXPECT_EQ(statuses_text(*read_statuses("2xx")), "2xx");
    EXPECT_EQ(statuses_text(*read_statuses(" 200-204, 304 ")), "200-204,304");
    EXPECT_EQ(statuses_text(*read_statuses("500-599")), "5xx");
    EXPECT_TRUE(read_statuses("")->empty());
    for (const char* text : {"x", "2x", "1xx", "6xx", "199", "600", "20", "2000", "204-200", "200-",
                             "-200", "200,,201", "200,", "200 201", "2xx-3xx"})
        EXPECT_FALSE(read_statuses(text)) << text;
}

class ServiceTest : public EngineTest {
  protected:
    ServiceTest() { change_.at = clock_.now(); }
    Service service() {
        return Service({.catalog = *catalog_,
                        .log = log_,
                        .clock = clock_,
                        .vault = vault_,
                        .policy = AddressPolicy({}),
                        .changed = [this] { ++changed_; },
                        .wake = [this] { ++woken_; }});
    }
    static DestinationDraft draft() {
        DestinationDraft draft;
        draft.name = "hook";
        draft.url = "https://example.org/hook";
        return draft;
    }
    Service::Outcome create(const DestinationDraft& draft) {
        auto made = service().create(draft, change_);
        EXPECT_TRUE(made) << made.error().detail;
        return std::move(*made);
    }
    DestinationId created(const DestinationDraft& draft) {
        const auto outcome = create(draft);
        EXPECT_TRUE(outcome.faults.empty()) << outcome.faults.at(0).message;
        return outcome.destination.id;
    }
    std::vector<std::string> faults_of(const DestinationDraft& draft) {
        return fields_of(create(draft).faults);
    }
    static std::vector<std::string> fields_of(const Faults& faults) {
        std::vector<std::string> fields;
        for (const Fault& fault : faults)
            fields.push_back(fault.field);
        return fields;
    }
    Service::Outcome change(DestinationId id, const DestinationDraft& draft) {
        auto made = service().change(id, draft, std::nullopt, change_);
        EXPECT_TRUE(made) << made.error().detail;
        return std::move(*made);
    }
    std::vector<HeaderField> headers_of(DestinationId id) {
        return open_headers(vault_, destinations().by_id(id)->fields.sealed_headers).value();
    }
    static Service::CashbackTarget target() {
        return {.url = "https://pay.example.org/cashback",
                .lookup_url = "",
                .reversal_url = "",
                .authorization = "Bearer hush",
                .schedule = {1s, 2s}};
    }
    model::Destination of_kind(DestinationKind kind) {
        return destinations().by_kind(kind).value();
    }

    store::MemoryLog log_;
    int changed_ = 0;
    int woken_ = 0;
};

TEST_F(ServiceTest, MakesADestinationWithDefaults) {
    log::Batch batch;
    batch.add(log::SessionBody{});
    log_.add(batch);
    const auto outcome = create(draft());
    EXPECT_THAT(outcome.faults, IsEmpty());
    EXPECT_THAT(outcome.secret, StartsWith("whsec_"));
    const auto& made = outcome.destination;
    EXPECT_EQ(made.cursor, Position{1});
    EXPECT_EQ(made.fields.schedule, standard_schedule());
    EXPECT_EQ(made.fields.timeout, 15s);
    EXPECT_EQ(open_secrets(vault_, made.sealed_secrets)->at(0).secret, outcome.secret);
    EXPECT_EQ(made.sealed_secrets.find("whsec"), std::string::npos);
    EXPECT_EQ(changed_, 1);
}

TEST_F(ServiceTest, MakesOneAsItWasWritten) {
    ASSERT_TRUE(catalog_->applications().create({.name = "shop", .owner = {}, .created_at = {}},
                                                change_.by));
    DestinationDraft wanted = draft();
    wanted.method = "PUT";
    wanted.headers = std::vector<HeaderField>{{"X-One", "1"}, {"Authorization", "Bearer hush"}};
    wanted.content_type = "application/json; charset=utf-8";
    wanted.body_template = R"({"a":{{/data/a}}})";
    wanted.success = "200-204,304";
    wanted.unknown = "504";
    wanted.is_signed = false;
    wanted.timeout = 2s;
    wanted.rate_per_second = 5;
    wanted.concurrency = 7;
    wanted.ordering = model::Ordering::kByKey;
    wanted.schedule = {1s, 2s};
    wanted.on_unknown = model::OnUnknown::kLookUp;
    wanted.lookup_url = "https://example.org/of/{id}";
    wanted.lookup_delay = 5s;
    wanted.breaker_failures = 3;
    wanted.categories = {"page"};
    wanted.names = {"view"};
    wanted.applications = {"shop"};
    wanted.data = std::vector<model::EventFilter::DataPath>{{"/a", "1"}};
    wanted.start = DestinationDraft::Start::kBeginning;
    wanted.secret = kSecret;
    const auto outcome = create(wanted);
    ASSERT_THAT(outcome.faults, IsEmpty());
    EXPECT_EQ(outcome.secret, "");
    const auto fields = destinations().by_id(outcome.destination.id)->fields;
    EXPECT_EQ(fields.method, "PUT");
    EXPECT_EQ(statuses_text(fields.success), "200-204,304");
    EXPECT_EQ(statuses_text(fields.unknown), "504");
    EXPECT_EQ(fields.timeout, 2s);
    EXPECT_EQ(fields.on_unknown, model::OnUnknown::kLookUp);
    EXPECT_EQ(fields.filter.applications.size(), 1U);
    EXPECT_EQ(fields.filter.data.at(0).pointer, "/a");
    EXPECT_EQ(headers_of(outcome.destination.id).at(1).value, "Bearer hush");
    const auto shown = service().shown_headers(outcome.destination).value();
    EXPECT_EQ(shown.at(1).name, "Authorization");
    EXPECT_EQ(shown.at(1).value, "***");
}

TEST_F(ServiceTest, SaysWhatIsWrongOnceAField) {
    EXPECT_THAT(faults_of({}), ElementsAre("name", "url"));
    const auto wrong = [this](const char* field,
                              const std::function<void(DestinationDraft&)>& edit) {
        DestinationDraft one = draft();
        edit(one);
        EXPECT_THAT(faults_of(one), ElementsAre(field));
    };
    wrong("name", [](auto& d) { d.name = " "; });
    wrong("name", [](auto& d) { d.name = std::string(76, 'x'); });
    wrong("name", [](auto& d) { d.name = "a\nb"; });
    wrong("url", [](auto& d) { d.url = "ftp://example.org/"; });
    wrong("url", [](auto& d) { d.url = "http://127.0.0.1/"; });
    wrong("url", [](auto& d) { d.url = "http://2130706433/"; });
    wrong("url", [](auto& d) { d.url = "http://[::ffff:10.0.0.1]/"; });
    wrong("method", [](auto& d) { d.method = "GET"; });
    for (const char* name : {"Host", "content-length", "Transfer-Encoding", "Connection", "Expect",
                             "Content-Type", "webhook-id", "Idempotency-Key", "", "a b", "a:b"})
        wrong("headers", [name](auto& d) { d.headers = std::vector<HeaderField>{{name, "x"}}; });
    for (const char* value : {"a\r\nb", " a", "a ", "\xc3\xa4", "***"})
        wrong("headers",
              [value](auto& d) { d.headers = std::vector<HeaderField>{{"X-One", value}}; });
    wrong("headers",
          [](auto& d) { d.headers = std::vector<HeaderField>{{"X-One", "1"}, {"x-one", "2"}}; });
    wrong("headers", [](auto& d) { d.headers = std::vector<HeaderField>(21, {"X-One", "1"}); });
    wrong("content_type", [](auto& d) { d.content_type = "json"; });
    wrong("content_type", [](auto& d) { d.content_type = "a/b\r\nX: 1"; });
    wrong("body_template", [](auto& d) { d.body_template = "{"; });
    wrong("success", [](auto& d) { d.success = "ok"; });
    wrong("success", [](auto& d) { d.success = ""; });
    wrong("unknown", [](auto& d) { d.unknown = "1xx"; });
    wrong("timeout", [](auto& d) { d.timeout = 1ms; });
    wrong("timeout", [](auto& d) { d.timeout = 1h; });
    wrong("rate_per_second", [](auto& d) { d.rate_per_second = 1'000'000; });
    wrong("concurrency", [](auto& d) { d.concurrency = 0; });
    wrong("schedule", [](auto& d) { d.schedule = std::vector<std::chrono::seconds>(51, 1s); });
    wrong("schedule", [](auto& d) { d.schedule = {-1s}; });
    wrong("lookup_url", [](auto& d) { d.on_unknown = model::OnUnknown::kLookUp; });
    wrong("lookup_url", [](auto& d) { d.lookup_url = "https://example.org/"; });
    wrong("lookup_url", [](auto& d) { d.lookup_url = "https://{id}.example.org/"; });
    wrong("lookup_url", [](auto& d) { d.lookup_url = "http://10.0.0.1/{id}"; });
    wrong("lookup_delay", [](auto& d) { d.lookup_delay = -1s; });
    wrong("breaker_failures", [](auto& d) { d.breaker_failures = 1'000'000; });
    wrong("categories", [](auto& d) { d.categories = {""}; });
    wrong("names", [](auto& d) { d.names = std::vector<std::string>(101, "x"); });
    wrong("applications", [](auto& d) { d.applications = {"nobody's"}; });
    wrong("data", [](auto& d) { d.data = std::vector<model::EventFilter::DataPath>{{"a", ""}}; });
    wrong("data", [](auto& d) { d.data = std::vector<model::EventFilter::DataPath>{{"/a", "{"}}; });
    wrong("secret", [](auto& d) { d.secret = "whsec_abc"; });
    EXPECT_THAT(destinations().all().value(), IsEmpty());
}

TEST_F(ServiceTest, ChangesWhatIsThereAlone) {
    DestinationDraft wanted = draft();
    wanted.headers = std::vector<HeaderField>{{"X-One", "1"}, {"X-Two", "2"}};
    const auto id = created(wanted);
    DestinationDraft edit;
    edit.concurrency = 3;
    edit.headers = std::vector<HeaderField>{{"x-one", "***"}, {"X-Three", "3"}};
    EXPECT_THAT(change(id, edit).faults, IsEmpty());
    const auto headers = headers_of(id);
    ASSERT_EQ(headers.size(), 2U);
    EXPECT_EQ(headers[0].value, "1");
    EXPECT_EQ(headers[1].value, "3");
    const auto now = destinations().by_id(id).value();
    EXPECT_EQ(now.fields.concurrency, 3U);
    EXPECT_EQ(now.fields.name, "hook");
    EXPECT_EQ(service().change(id, {}, {{now.revision + 1}}, change_).error().code,
              Code::kPreconditionFailed);
    EXPECT_EQ(service().change(DestinationId{99}, {}, std::nullopt, change_).error().code,
              Code::kNotFound);
}

TEST_F(ServiceTest, SecretsDoNotFollowTheUrlToAnotherHost) {
    DestinationDraft wanted = draft();
    wanted.headers = std::vector<HeaderField>{{"Authorization", "Bearer hush"}};
    const auto id = created(wanted);
    DestinationDraft edit;
    edit.url = "https://example.org/elsewhere";
    EXPECT_THAT(change(id, edit).faults, IsEmpty());
    edit.url = "https://evil.example/";
    EXPECT_THAT(fields_of(change(id, edit).faults), ElementsAre("headers"));
    edit.headers = std::vector<HeaderField>{{"Authorization", "***"}};
    EXPECT_THAT(fields_of(change(id, edit).faults), ElementsAre("headers"));
    DestinationDraft lookup;
    lookup.lookup_url = "https://evil.example/{id}";
    EXPECT_THAT(fields_of(change(id, lookup).faults), ElementsAre("headers"));
    edit.headers = std::vector<HeaderField>{{"Authorization", "Bearer other"}};
    EXPECT_THAT(change(id, edit).faults, IsEmpty());
    EXPECT_EQ(headers_of(id).at(0).value, "Bearer other");
}

TEST_F(ServiceTest, SecretsRotateWithAnOverlap) {
    DestinationDraft wanted = draft();
    wanted.secret = kSecret;
    const auto id = created(wanted);
    const auto outcome = service().rotate_secret(id, 3600s, std::nullopt, change_).value();
    EXPECT_THAT(outcome.secret, StartsWith("whsec_"));
    const auto secrets = open_secrets(vault_, outcome.destination.sealed_secrets).value();
    ASSERT_EQ(secrets.size(), 2U);
    EXPECT_EQ(secrets[0].secret, outcome.secret);
    EXPECT_EQ(secrets[1].secret, kSecret);
    EXPECT_EQ(secrets[1].expires_at, change_.at + 3600s);
    for (int i = 0; i < 15; ++i)
        ASSERT_TRUE(service().rotate_secret(id, 60s, std::nullopt, change_));
    EXPECT_EQ(open_secrets(vault_, destinations().by_id(id)->sealed_secrets)->size(), 10U);
    const auto last = service().rotate_secret(id, 0s, kSecret, change_).value();
    EXPECT_EQ(last.secret, "");
    EXPECT_EQ(open_secrets(vault_, last.destination.sealed_secrets)->size(), 1U);
    EXPECT_THAT(fields_of(service().rotate_secret(id, 0s, "x", change_)->faults),
                ElementsAre("secret"));
}

TEST_F(ServiceTest, ATestIsADelivery) {
    const auto id = created(draft());
    const auto test = service().send_test(id).value();
    EXPECT_TRUE(test.is_test);
    EXPECT_THAT(test.body, HasSubstr(R"("name":"test")"));
    EXPECT_EQ(woken_, 1);
    ASSERT_TRUE(service().keep_cashback_targets(target(), change_));
    EXPECT_EQ(service().send_test(of_kind(DestinationKind::kCashback).id).error().code,
              Code::kConflict);
}

TEST_F(ServiceTest, TheSettingsMakeTheCashbackTargetAndKeepIt) {
    ASSERT_TRUE(service().keep_cashback_targets(target(), change_));
    const auto made = of_kind(DestinationKind::kCashback);
    EXPECT_EQ(made.fields.url, "https://pay.example.org/cashback");
    EXPECT_EQ(made.fields.on_unknown, model::OnUnknown::kHold);
    EXPECT_FALSE(made.fields.is_signed);
    EXPECT_EQ(statuses_text(made.fields.success), "201");
    EXPECT_EQ(statuses_text(made.fields.unknown), "408,502,504,200,202-299");
    EXPECT_EQ(headers_of(made.id).at(0).value, "Bearer hush");
    EXPECT_EQ(destinations().by_kind(DestinationKind::kTakeback).error().code, Code::kNotFound);

    ASSERT_TRUE(service().keep_cashback_targets(target(), change_));
    EXPECT_EQ(of_kind(DestinationKind::kCashback).revision, made.revision);

    auto other = target();
    other.is_idempotent = true;
    other.reversal_url = "https://pay.example.org/reversal";
    ASSERT_TRUE(service().keep_cashback_targets(other, change_));
    EXPECT_EQ(of_kind(DestinationKind::kCashback).fields.on_unknown, model::OnUnknown::kRepeat);
    EXPECT_EQ(of_kind(DestinationKind::kTakeback).fields.url, other.reversal_url);
    other.is_idempotent = false;
    other.lookup_url = "https://pay.example.org/cashback/{id}";
    ASSERT_TRUE(service().keep_cashback_targets(other, change_));
    EXPECT_EQ(of_kind(DestinationKind::kCashback).fields.on_unknown, model::OnUnknown::kLookUp);
}

TEST_F(ServiceTest, WithoutAUrlTheTargetIsPausedUntilThereIsOne) {
    ASSERT_TRUE(service().keep_cashback_targets({}, change_));
    EXPECT_EQ(of_kind(DestinationKind::kCashback).state, DestinationState::kPaused);
    ASSERT_TRUE(service().keep_cashback_targets(target(), change_));
    EXPECT_EQ(of_kind(DestinationKind::kCashback).state, DestinationState::kActive);
    ASSERT_TRUE(service().set_state(of_kind(DestinationKind::kCashback).id,
                                    DestinationState::kPaused, "by me", change_));
    ASSERT_TRUE(service().keep_cashback_targets(target(), change_));
    EXPECT_EQ(of_kind(DestinationKind::kCashback).state, DestinationState::kPaused);
}

TEST_F(ServiceTest, WithoutAUrlNothingIsResumed) {
    ASSERT_TRUE(service().keep_cashback_targets({}, change_));
    const auto refused = service().set_state(of_kind(DestinationKind::kCashback).id,
                                             DestinationState::kActive, "", change_);
    EXPECT_EQ(refused.error().code, Code::kConflict);
    EXPECT_THAT(refused.error().detail, HasSubstr("cashback.target_url"));
}

TEST_F(ServiceTest, AUrlStaysAsItIsWhereItComesBackMasked) {
    DestinationDraft wanted = draft();
    wanted.url = "https://example.org/hook?key=hush";
    wanted.lookup_url = "https://example.org/{id}?key=hush";
    const auto id = created(wanted);
    DestinationDraft edit;
    edit.url = "https://example.org/hook?key=***";
    edit.lookup_url = "https://example.org/{id}?key=***";
    EXPECT_THAT(change(id, edit).faults, IsEmpty());
    EXPECT_EQ(destinations().by_id(id)->fields.url, wanted.url);
    EXPECT_EQ(destinations().by_id(id)->fields.lookup_url, wanted.lookup_url);
    edit.url = "https://example.org/other?key=***";
    edit.lookup_url = "https://example.org/other/{id}?key=***";
    EXPECT_THAT(fields_of(change(id, edit).faults), ElementsAre("url", "lookup_url"));
}

TEST_F(ServiceTest, OneThatIsRemovedIsDisabledAndToldOfFirst) {
    const auto id = created(draft());
    changed_ = 0;
    std::vector<bool> was_there;
    Service removing({.catalog = *catalog_,
                      .log = log_,
                      .clock = clock_,
                      .vault = vault_,
                      .policy = AddressPolicy({}),
                      .changed = [&] { was_there.push_back(destinations().by_id(id).has_value()); },
                      .wake = [] {}});
    ASSERT_TRUE(removing.remove(id, change_));
    EXPECT_THAT(was_there, ElementsAre(true, false));
    EXPECT_THAT(audit_actions("destination"), ElementsAre("created", "disabled", "removed"));
    EXPECT_EQ(removing.remove(id, change_).error().code, Code::kNotFound);
}

TEST_F(ServiceTest, AWrongUrlInTheSettingsIsRefused) {
    auto wrong = target();
    wrong.url = "http://127.0.0.1:8080/";
    const auto refused = service().keep_cashback_targets(wrong, change_);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kInvalidArgument);
    EXPECT_THAT(refused.error().detail, HasSubstr("cashback.target_url"));
}

TEST_F(ServiceTest, OfACashbackTargetTheSettingsHaveTheLastWord) {
    ASSERT_TRUE(service().keep_cashback_targets(target(), change_));
    const auto id = of_kind(DestinationKind::kCashback).id;
    DestinationDraft edit;
    edit.url = "https://evil.example/";
    edit.headers = std::vector<HeaderField>{};
    edit.is_signed = true;
    edit.breaker_failures = 1;
    EXPECT_THAT(fields_of(change(id, edit).faults),
                ElementsAre("url", "headers", "signed", "breaker_failures"));
    DestinationDraft fine;
    fine.rate_per_second = 10;
    EXPECT_THAT(change(id, fine).faults, IsEmpty());
}

}  // namespace
}  // namespace eyed::delivery
