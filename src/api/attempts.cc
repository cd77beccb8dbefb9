// /api/v1/attempts: every try to deliver, and what came back. For staff.
#include "api/delivery_flow.h"
#include "api/handlers.h"
#include "catalog/catalog.h"
#include "catalog/deliveries.h"
#include "query/delivery_parameters.h"

namespace eyed::api {

Task<http::Response> list_attempts(Api& api, http::Request& request) {
    return answer_delivery(api, request, [&api, &request]() -> Result<http::Response> {
        query::ParameterErrors errors;
        const auto query = query::native_attempts(request.query, errors);
        if (!errors.empty()) return parameter_errors(request, errors);
        EYED_ASSIGN(const auto found,
                    api.services.catalog.deliveries().attempts(query.filter, query.page));
        DeliveryJson json(api, request);
        return rows_response(
            query::ListKind::kAttempts, query.page, found,
            [&](const model::Attempt& attempt, std::string& out) { json.append(attempt, out); });
    });
}

Task<http::Response> get_attempt(Api& api, http::Request& request) {
    return answer_delivery(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<AttemptId>(request);
        if (!id) return error(request, Code::kNotFound);
        EYED_ASSIGN(const auto attempt, api.services.catalog.deliveries().attempt(*id));
        std::string body;
        DeliveryJson(api, request).append(attempt, body);
        return http::json(200, std::move(body));
    });
}

}  // namespace eyed::api
