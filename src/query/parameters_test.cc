#include "query/parameters.h"

#include <gtest/gtest.h>

namespace eyed::query {
namespace {

constexpr std::string_view kSession = "e2085be5-9137-4e4e-80b5-f1ffddc25423";

TEST(Parameters, ViolationsAreAskedForByReasonOrAny) {
    ParameterErrors errors;
    EXPECT_FALSE(native_events("", errors).filter.violation);
    EXPECT_FALSE(native_events("violation=any", errors).filter.violation.value().reason);
    EXPECT_EQ(native_events("violation=structure_type", errors).filter.violation.value().reason,
              model::Reason::kStructureType);
    EXPECT_TRUE(errors.empty());
    native_events("violation=none", errors);
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].parameter, "violation");
}

TEST(QueryString, IsSplitAndDecoded) {
    const auto parameters = parse_query_string("a=1&b=x+y%20z&&c&=v&d=%zz%4&e=a=b");
    ASSERT_EQ(parameters.size(), 6u);
    EXPECT_EQ(parameters[1].value, "x y z");
    EXPECT_EQ(parameters[2].name, "c");
    EXPECT_EQ(parameters[2].value, "");
    EXPECT_EQ(parameters[3].name, "");
    EXPECT_EQ(parameters[4].value, "%zz%4");
    EXPECT_EQ(parameters[5].value, "a=b");
    EXPECT_TRUE(parse_query_string("").empty());
}

TEST(QueryString, TakesANewCursor) {
    EXPECT_EQ(with_cursor("", "C"), "cursor=C");
    EXPECT_EQ(with_cursor("a=%20&cursor=B&limit=5", "C"), "a=%20&limit=5&cursor=C");
}

TEST(NativeEvents, TakeEveryFilter) {
    ParameterErrors errors;
    const auto query = native_events(
        "category=c&name=n&application=app&session_id=" + std::string(kSession) +
            "&from=2021-01-01&to=2021-01-02T00:00:00Z&min_id=3&max_id=9&order=-timestamp&limit=7"
            "&data.host=x&data.a.0=5",
        errors);
    ASSERT_TRUE(errors.empty()) << errors[0].parameter;
    EXPECT_EQ(query.filter.category, "c");
    EXPECT_EQ(query.filter.name, "n");
    EXPECT_EQ(query.application, "app");
    EXPECT_EQ(query.filter.session, parse_uuid(kSession));
    EXPECT_EQ(query.filter.from, parse_date("2021-01-01"));
    EXPECT_EQ(query.filter.to, parse_date("2021-01-02"));
    EXPECT_EQ(query.filter.min_id->value, 3u);
    EXPECT_EQ(query.filter.max_id->value, 9u);
    EXPECT_EQ(query.page.order, store::OrderBy::kTimestamp);
    EXPECT_EQ(query.page.direction, store::Direction::kDescending);
    EXPECT_EQ(query.page.limit, 7u);
    ASSERT_EQ(query.filter.data.size(), 2u);
    EXPECT_EQ(query.filter.data[1].path, (std::vector<std::string>{"a", "0"}));
    EXPECT_EQ(query.filter.data[1].any_of,
              (std::vector<store::Scalar>{std::string("5"), std::int64_t{5}}));
}

TEST(NativeEvents, ReadsWhatADataValueMayMean) {
    const auto meanings = [](const std::string& value) {
        ParameterErrors errors;
        return native_events("data.k=" + value, errors).filter.data.at(0).any_of;
    };
    EXPECT_EQ(meanings("true")[1], store::Scalar(true));
    EXPECT_EQ(meanings("null")[1], store::Scalar(nullptr));
    EXPECT_EQ(meanings("1.5")[1], store::Scalar(1.5));
    EXPECT_EQ(meanings("-3")[1], store::Scalar(std::int64_t{-3}));
    EXPECT_EQ(meanings("x").size(), 1u);
    EXPECT_EQ(meanings("").size(), 1u);
    EXPECT_EQ(meanings("inf").size(), 1u);
}

TEST(NativeEvents, NamesWhatIsWrong) {
    const struct {
        std::string_view query, parameter, message;
    } cases[] = {
        {"bogus=1", "bogus", "There is no such parameter."},
        {"limit=0", "limit", "Ensure this value is greater than or equal to 1."},
        {"limit=1001", "limit", "Ensure this value is less than or equal to 1000."},
        {"limit=x", "limit", "A valid integer is required."},
        {"limit=", "limit", "A valid integer is required."},
        {"limit=99999999999999999999", "limit", "A valid integer is required."},
        {"session_id=x", "session_id", "“x” is not a valid UUID."},
        {"session_id=00000000-0000-0000-0000-000000000000", "session_id",
         "The nil UUID names no session."},
        {"from=yesterday", "from",
         "Datetime has wrong format. Use one of these formats instead: "
         "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."},
        {"min_id=-1", "min_id", "Ensure this value is greater than or equal to 0."},
        {"order=name", "order", "The order must be id, -id, timestamp or -timestamp."},
        {"cursor=zzz", "cursor", "This is not a cursor of this list."},
        {"name=a&name=b", "name", "This parameter is given twice."},
        {"data.=1", "data.", "A part of the path is empty."},
        {"data.a..b=1", "data.a..b", "A part of the path is empty."},
        {"name=%FF", "name", "The query string must be UTF-8."},
        {"%FF", "query", "The query string must be UTF-8."},
        {"name=%00", "name", "Null characters are not allowed."},
    };
    for (const auto& c : cases) {
        ParameterErrors errors;
        native_events(c.query, errors);
        ASSERT_EQ(errors.size(), 1u) << c.query;
        EXPECT_EQ(errors[0].parameter, c.parameter) << c.query;
        EXPECT_EQ(errors[0].message, c.message) << c.query;
    }
}

TEST(NativeEvents, ReportsAllFaultsTogether) {
    ParameterErrors errors;
    native_events("limit=x&session_id=y&bogus=1", errors);
    EXPECT_EQ(errors.size(), 3u);
}

TEST(NativeEvents, CursorMustFitTheOrder) {
    const std::string cursor =
        encode(ListKind::kEvents, {store::OrderBy::kId, store::Direction::kDescending, {{5}, {6}}});
    ParameterErrors errors;
    const auto query = native_events("cursor=" + cursor, errors);
    ASSERT_TRUE(errors.empty());
    EXPECT_EQ(query.page.after->id.value, 6u);
    native_events("order=id&cursor=" + cursor, errors);
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].message, "This cursor is of another order.");
}

TEST(NativeEvents, TakesAnOffsetWhosePlusIsNotEscaped) {
    ParameterErrors errors;
    const auto query = native_events("from=2021-01-01T02:00:00+02:00", errors);
    ASSERT_TRUE(errors.empty());
    EXPECT_EQ(query.filter.from, parse_date("2021-01-01"));
}

TEST(SeedEvents, CombineFiltersAndIgnoreTheUnknown) {
    ParameterErrors errors;
    const auto query = seed_events(
        "category=page+interaction&name=&bogus=1&limit=5000&timestamp="
        "2021-11-12T12:30:06.902847Z",
        errors);
    ASSERT_TRUE(errors.empty());
    EXPECT_EQ(query.filter.category, "page interaction");
    EXPECT_FALSE(query.filter.name);
    EXPECT_EQ(query.page.limit, 1000u);
    EXPECT_EQ(query.filter.from, parse_iso8601("2021-11-12T12:30:06.902847Z"));
    EXPECT_EQ(query.page.order, store::OrderBy::kTimestamp);
    EXPECT_EQ(query.page.direction, store::Direction::kDescending);
}

TEST(SeedEvents, SayWhatIsWrongAsTheSeedDoes) {
    ParameterErrors errors;
    seed_events("session_id=x&limit=ten", errors);
    ASSERT_EQ(errors.size(), 2u);
    EXPECT_EQ(errors[0].message, "“x” is not a valid UUID.");
    EXPECT_EQ(errors[1].message, "A valid integer is required.");
}

TEST(OtherLists, TakeTheirParameters) {
    ParameterErrors errors;
    EXPECT_EQ(native_rejections("reason=too_deep&category=c", errors).filter.reason,
              model::Reason::kTooDeep);
    EXPECT_EQ(native_sessions("application=a&from=2021-01-01&limit=3", errors).page.limit, 3u);
    EXPECT_EQ(native_types("name=n&category=c", errors).name, "n");
    EXPECT_EQ(export_events("format=csv&name=n", errors).format, "csv");
    EXPECT_EQ(export_events("", errors).format, "ndjson");
    const auto of_session = session_events(*parse_uuid(kSession), "limit=2", errors);
    EXPECT_EQ(of_session.page.direction, store::Direction::kAscending);
    EXPECT_TRUE(errors.empty());
    native_rejections("reason=bogus", errors);
    native_sessions("order=id", errors);
    native_types("id=1", errors);
    export_events("format=xml", errors);
    export_events("limit=5", errors);
    session_events(*parse_uuid(kSession), "name=x", errors);
    EXPECT_EQ(errors.size(), 6u);
}

TEST(RejectionParameters, EveryFilterIsRead) {
    ParameterErrors errors;
    const RejectionsQuery read = native_rejections(
        "reason=schema&category=c&name=n&dialect=the_eye&application=shop&key=4&state=discarded&"
        "type_version=3&event_id=e+1&q=no%20text&from=2026-01-01&to=2026-01-02&min_id=5&max_id=9&"
        "order=id&limit=7",
        errors);
    EXPECT_TRUE(errors.empty());
    EXPECT_EQ(read.filter.reason, model::Reason::kSchema);
    EXPECT_EQ(read.filter.category, "c");
    EXPECT_EQ(read.filter.name, "n");
    EXPECT_EQ(read.filter.dialect, model::Dialect::kTheEye);
    EXPECT_EQ(read.application, "shop");
    EXPECT_EQ(read.filter.key, KeyId{4});
    EXPECT_EQ(read.filter.state, model::RejectionState::kDiscarded);
    EXPECT_EQ(read.filter.type_version, 3u);
    EXPECT_EQ(read.filter.event_id, "e 1");
    EXPECT_EQ(read.filter.message, "no text");
    EXPECT_EQ(read.filter.from, parse_instant("2026-01-01"));
    EXPECT_EQ(read.filter.to, parse_instant("2026-01-02"));
    EXPECT_EQ(read.filter.min_id, RejectionId{5});
    EXPECT_EQ(read.filter.max_id, RejectionId{9});
    EXPECT_EQ(read.page.direction, store::Direction::kAscending);
    EXPECT_EQ(read.page.limit, 7u);
}

TEST(RejectionParameters, ACursorIsOfItsOrder) {
    const std::string cursor = encode(RejectionCursor{store::Direction::kAscending, {9}});
    ParameterErrors errors;
    EXPECT_EQ(native_rejections("order=id&cursor=" + cursor, errors).page.after, RejectionId{9});
    EXPECT_TRUE(errors.empty());
    native_rejections("cursor=" + cursor, errors);
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].parameter, "cursor");
}

TEST(RejectionParameters, WhatSettlesTakesMoreAtOnceAndNoState) {
    ParameterErrors errors;
    const RejectionsQuery all = settled_rejections({}, errors);
    EXPECT_EQ(all.page.limit, kDefaultSettled);
    EXPECT_EQ(all.page.direction, store::Direction::kAscending);
    EXPECT_EQ(settled_rejections({{"limit", "10000"}}, errors).page.limit, kMaxSettled);
    EXPECT_TRUE(errors.empty());
    settled_rejections({{"limit", "10001"}, {"state", "open"}}, errors);
    ASSERT_EQ(errors.size(), 2u);
    EXPECT_EQ(errors[0].parameter, "limit");
    EXPECT_EQ(errors[1].parameter, "state");
}

TEST(RejectionParameters, TheSeedIgnoresWhatItDoesNotKnow) {
    ParameterErrors errors;
    const RejectionsQuery read = seed_rejections("state=x&q=&reason=bogus&limit=5000", errors);
    EXPECT_TRUE(errors.empty());
    EXPECT_FALSE(read.filter.state);
    EXPECT_EQ(read.page.limit, kMaxLimit);
}

}  // namespace
}  // namespace eyed::query
