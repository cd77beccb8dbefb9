// /api/v1/audit: who changed what, for superusers.
#include "catalog/audit.h"

#include "api/account_answers.h"
#include "api/handlers.h"
#include "catalog/catalog.h"

namespace eyed::api {

Task<http::Response> list_audit(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    const query::AuditQuery query = query::native_audit(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    auto read = [&api, &query]() -> Result<std::string> {
        catalog::Audit::Filter filter = query.filter;
        EYED_ASSIGN(filter.user, find_user(api.services, query.user));
        EYED_ASSIGN(const auto found, api.services.catalog.audit().list(filter, query.page));
        return rows_json(api.services, query::ListKind::kAudit, query.page, found);
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.catalog, std::move(read));
    co_return response;
}

}  // namespace eyed::api
