#pragma once

#include <string_view>
#include <vector>

#include "catalog/deliveries.h"
#include "catalog/destinations.h"
#include "catalog/row_page.h"
#include "query/parameters.h"

namespace eyed::query {

/// The lists of what leaves the program.
struct DestinationsQuery {
    catalog::Destinations::Filter filter;
    catalog::RowPage page;
};
struct DeliveriesQuery {
    catalog::Deliveries::Filter filter;
    catalog::RowPage page;
};
struct AttemptsQuery {
    catalog::Deliveries::AttemptFilter filter;
    catalog::RowPage page;
};

/// As native_events() and the others: unknown parameters and ones given twice are refused.
DestinationsQuery native_destinations(std::string_view query, ParameterErrors& errors);
DeliveriesQuery native_deliveries(std::string_view query, ParameterErrors& errors);
AttemptsQuery native_attempts(std::string_view query, ParameterErrors& errors);

/// Which deliveries are to be sent again, as an order's body says.
catalog::Deliveries::Filter retried_deliveries(const std::vector<Parameter>& members,
                                               ParameterErrors& errors);

}  // namespace eyed::query
