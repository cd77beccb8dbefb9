// POST /api-token-auth: a user's token for name and password (SEEDS.md, seed 000).
#include "api/flow.h"
#include "api/handlers.h"
#include "api/logins.h"
#include "auth/accounts.h"
#include "base/json_text.h"

namespace eyed::api {

namespace {

http::Response wrong_credentials(const http::Request& request) {
    const FieldError wrong{"non_field_errors", "Unable to log in with provided credentials."};
    return field_errors(request, {&wrong, 1});
}

}  // namespace

Task<http::Response> obtain_token(Api& api, http::Request& request) {
    Task<std::expected<auth::VerifiedUser, http::Response>> logging_in =
        log_in_by_body(api, request, wrong_credentials);
    std::expected<auth::VerifiedUser, http::Response> login = co_await logging_in;
    if (!login) co_return std::move(login).error();
    const UserId user = login->user.id;
    auto give = [&api, user] { return api.services.accounts.user_token(user, {.user = user}); };
    const Result<std::string> token =
        co_await on_worker(api.services.lanes.catalog, request, std::move(give));
    if (!token) co_return fail(api, request, token.error());
    std::string body = "{\"token\":";
    append_json_string(*token, body);
    body += '}';
    http::Response response = http::json(200, std::move(body));
    never_store(response);
    co_return response;
}

}  // namespace eyed::api
