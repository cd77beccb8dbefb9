#include "api/delivery_flow.h"

namespace eyed::api {

std::expected<JsonBody, http::Response> optional_body_of(const http::Request& request) {
    if (!takes_json(request)) return std::unexpected(unsupported_media_type(request));
    auto body = JsonBody::parse(request.body, JsonBody::Empty::kIsObject);
    if (!body) return std::unexpected(error(request, body.error()));
    return *std::move(body);
}

}  // namespace eyed::api
