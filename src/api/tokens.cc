// POST /api-token-auth: a user's token for name and password (SEEDS.md, seed 000).
#include "api/flow.h"
#include "api/handlers.h"
#include "api/logins.h"
#include "api/seed_fields.h"
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
    const auto read = read_seed_fields(request, kCredentialFields);
    if (!read) co_return unsupported_media_type(request);
    const Result<SeedFields>& fields = *read;
    if (!fields) co_return fail(api, request, fields.error());
    if (!fields->errors.empty()) co_return field_errors(request, fields->errors);

    const Credentials credentials{fields->values[0], fields->values[1]};
    Login login = co_await log_in(api, request, credentials);
    if (login.wait.count() > 0) co_return throttled(request, login.wait);
    if (!login.user && login.user.error().code == Code::kUnauthenticated)
        co_return wrong_credentials(request);
    if (!login.user) co_return fail(api, request, login.user.error());
    const UserId user = login.user->user.id;
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
