#include "api/account_answers.h"

#include "catalog/catalog.h"
#include "catalog/users.h"

namespace eyed::api {

std::expected<JsonBody, http::Response> json_body_of(const http::Request& request) {
    if (!takes_json(request)) return std::unexpected(unsupported_media_type(request));
    auto body = JsonBody::parse(request.body);
    if (!body) return std::unexpected(error(request, body.error()));
    return *std::move(body);
}

Result<std::optional<UserId>> find_user(const Services& services,
                                        const std::optional<std::string>& name) {
    constexpr UserId kNobody{-1};
    if (!name) return std::optional<UserId>();
    const auto record = services.catalog.users().by_name(*name);
    if (record) return std::optional(record->user.id);
    if (record.error().code == Code::kNotFound) return std::optional(kNobody);
    return std::unexpected(record.error());
}

bool is_superuser(const http::Request& request) {
    return request.principal.role == model::Role::kSuperuser;
}

}  // namespace eyed::api
