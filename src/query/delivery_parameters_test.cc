#include "query/delivery_parameters.h"

#include <gmock/gmock.h>

namespace eyed::query {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> names(const ParameterErrors& errors) {
    std::vector<std::string> names;
    for (const auto& error : errors)
        names.push_back(error.parameter);
    return names;
}

TEST(DeliveryParameters, DestinationsAreFilteredAndOrdered) {
    ParameterErrors errors;
    const auto query =
        native_destinations("q=crm&state=paused&kind=webhook&order=-name&limit=5", errors);
    EXPECT_THAT(errors, IsEmpty());
    EXPECT_EQ(query.filter.text, "crm");
    EXPECT_EQ(query.filter.state, model::DestinationState::kPaused);
    EXPECT_EQ(query.filter.kind, model::DestinationKind::kWebhook);
    EXPECT_EQ(query.page.order, catalog::RowPage::Order::kName);
    EXPECT_EQ(query.page.limit, 5U);
}

TEST(DeliveryParameters, DeliveriesAreFilteredNewestFirst) {
    using enum model::DeliveryState;
    ParameterErrors errors;
    const auto query = native_deliveries(
        "destination=2&state=dead,unknown&event=7&cashback=9&status=500&from=2026-01-31", errors);
    EXPECT_THAT(errors, IsEmpty());
    EXPECT_EQ(query.filter.destination, DestinationId{2});
    EXPECT_THAT(query.filter.states, ElementsAre(kDead, kUnknown));
    EXPECT_EQ(query.filter.event, EventId{7});
    EXPECT_EQ(query.filter.cashback, CashbackId{9});
    EXPECT_EQ(query.filter.last_status, 500);
    EXPECT_TRUE(query.filter.from);
    EXPECT_EQ(query.page.direction, catalog::RowPage::Direction::kDescending);
}

TEST(DeliveryParameters, FaultyOnesAreAllNamed) {
    ParameterErrors errors;
    native_destinations("state=gone&kind=mail&order=age", errors);
    EXPECT_THAT(names(errors), ElementsAre("state", "kind", "order"));
    errors.clear();
    native_deliveries("state=dead,,unknown&status=1000&destination=x&order=id", errors);
    EXPECT_THAT(names(errors), ElementsAre("state", "status", "destination", "order"));
    errors.clear();
    native_attempts("outcome=good&delivery=-1&what=5", errors);
    EXPECT_THAT(names(errors), ElementsAre("outcome", "delivery", "what"));
}

TEST(DeliveryParameters, ACursorIsOfOneList) {
    catalog::RowPage page;
    page.direction = catalog::RowPage::Direction::kDescending;
    const std::string cursor = encode(ListKind::kDeliveries, page, 17);
    ParameterErrors errors;
    EXPECT_EQ(native_deliveries("cursor=" + cursor, errors).page.after, 17);
    EXPECT_THAT(errors, IsEmpty());
    native_attempts("cursor=" + cursor, errors);
    EXPECT_THAT(names(errors), ElementsAre("cursor"));
}

TEST(DeliveryParameters, AnOrderToRetryHasFiltersAlone) {
    ParameterErrors errors;
    const auto filter = retried_deliveries({{"destination", "2"}, {"state", "dead"}}, errors);
    EXPECT_THAT(errors, IsEmpty());
    EXPECT_EQ(filter.destination, DestinationId{2});
    retried_deliveries({{"limit", "5"}}, errors);
    EXPECT_THAT(names(errors), ElementsAre("limit"));
}

}  // namespace
}  // namespace eyed::query
