#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/applications.h"
#include "catalog/audit.h"
#include "catalog/keys.h"
#include "catalog/row_page.h"
#include "catalog/users.h"
#include "query/parameters.h"

namespace eyed::query {

/// The lists of the catalog. What was asked for by name stands apart: to find it is the API's.
struct UsersQuery {
    catalog::Users::Filter filter;
    catalog::RowPage page;
};
struct ApplicationsQuery {
    std::string search;
    std::optional<std::string> owner;  ///< a user's name
    catalog::RowPage page;
};
struct KeysQuery {
    std::optional<catalog::Keys::State> state;
    std::optional<std::string> application;
    std::optional<std::string> user;
    catalog::RowPage page;
};
struct AuditQuery {
    catalog::Audit::Filter filter;
    std::optional<std::string> user;
    catalog::RowPage page;
};

/// As native_events() and the others: unknown parameters and ones given twice are refused.
UsersQuery native_users(std::string_view query, ParameterErrors& errors);
ApplicationsQuery native_applications(std::string_view query, ParameterErrors& errors);
KeysQuery native_keys(std::string_view query, ParameterErrors& errors);
AuditQuery native_audit(std::string_view query, ParameterErrors& errors);

}  // namespace eyed::query
