#include "query/account_parameters.h"

#include <gmock/gmock.h>

namespace eyed::query {
namespace {

using catalog::RowPage;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> names(const ParameterErrors& errors) {
    std::vector<std::string> names;
    for (const auto& error : errors)
        names.push_back(error.parameter);
    return names;
}

TEST(AccountParameters, UsersAreFilteredOrderedAndPaged) {
    ParameterErrors errors;
    const auto query = native_users("role=staff&active=false&q=a%20b&order=-name&limit=5", errors);
    EXPECT_THAT(errors, IsEmpty());
    EXPECT_EQ(query.filter.role, model::Role::kStaff);
    EXPECT_EQ(query.filter.state, catalog::Users::State::kInactive);
    EXPECT_EQ(query.filter.search, "a b");
    EXPECT_EQ(query.page.order, RowPage::Order::kName);
    EXPECT_EQ(query.page.direction, RowPage::Direction::kDescending);
    EXPECT_EQ(query.page.limit, 5U);
}

TEST(AccountParameters, FaultyOnesAreAllNamed) {
    ParameterErrors errors;
    native_users("role=application&active=1&order=age&limit=0&cursor=x&what=5", errors);
    EXPECT_THAT(names(errors), ElementsAre("role", "active", "order", "limit", "what", "cursor"));
    errors.clear();
    native_keys("state=tired&order=name&user=a&user=b", errors);
    EXPECT_THAT(names(errors), ElementsAre("state", "order", "user"));
    errors.clear();
    native_audit("from=x&to=y&subject_id=-1&cursor=z&order=id", errors);
    EXPECT_THAT(names(errors), ElementsAre("from", "to", "subject_id", "order", "cursor"));
}

TEST(AccountParameters, ACursorLeadsOnInItsListAndOrderAlone) {
    const RowPage by_name{.order = RowPage::Order::kName};
    const std::string cursor = encode(ListKind::kUsers, by_name, 42);
    ParameterErrors errors;
    EXPECT_EQ(native_users("order=name&cursor=" + cursor, errors).page.after, 42);
    EXPECT_THAT(errors, IsEmpty());
    native_users("order=-name&cursor=" + cursor, errors);
    native_users("cursor=" + cursor, errors);
    native_applications("order=name&cursor=" + cursor, errors);
    native_audit("cursor=" + cursor, errors);
    EXPECT_THAT(names(errors), ElementsAre("cursor", "cursor", "cursor", "cursor"));
}

TEST(AccountParameters, TheAuditLogIsFilteredByAllItsColumns) {
    ParameterErrors errors;
    const auto query = native_audit(
        "kind=user&action=created&subject_id=7&user=ann&from=2026-01-01"
        "&to=2026-02-01T00:00:00Z&limit=9&cursor=" +
            encode(ListKind::kAudit, catalog::Audit::newest(), 11),
        errors);
    EXPECT_THAT(errors, IsEmpty());
    EXPECT_EQ(query.filter.kind, "user");
    EXPECT_EQ(query.filter.action, "created");
    EXPECT_EQ(query.filter.subject_id, 7);
    EXPECT_EQ(query.user, "ann");
    EXPECT_LT(*query.filter.from, *query.filter.to);
    EXPECT_EQ(query.page.limit, 9U);
    EXPECT_EQ(query.page.after, 11);
    EXPECT_EQ(query.page.direction, catalog::RowPage::Direction::kDescending);
}

}  // namespace
}  // namespace eyed::query
