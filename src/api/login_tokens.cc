// /api/token: logins by JWT, in the words of djangorestframework-simplejwt (SEEDS.md, seed 004).
#include "auth/login_tokens.h"

#include <fmt/format.h>

#include <array>

#include "api/flow.h"
#include "api/handlers.h"
#include "api/logins.h"
#include "api/seed_fields.h"
#include "auth/login_throttle.h"

namespace eyed::api {

namespace {

constexpr std::array kRefreshField{SeedField{"refresh"}};
constexpr std::array kTokenField{SeedField{"token"}};

http::Response unauthenticated(std::string body) {
    http::Response response = http::json(401, std::move(body));
    response.headers.push_back({"WWW-Authenticate", R"(Bearer realm="api")"});
    never_store(response);
    return response;
}

http::Response wrong_credentials(const http::Request&) {
    return unauthenticated(R"({"detail":"No active account found with the given credentials"})");
}

http::Response bad_token() {
    return unauthenticated(R"({"detail":"Token is invalid or expired","code":"token_not_valid"})");
}

std::string pair_json(const auth::LoginTokens::Pair& pair) {  // base64url and dots alone
    return fmt::format(R"({{"access":"{}","refresh":"{}"}})", pair.access, pair.refresh);
}

/// Checks or changes one token on the catalog lane; `act(token)` gives Result<std::string>, the
/// answer. A token that is not ours is a guess: it is a try of its address, apart from logins, and
/// gets no further. What we have signed nobody can guess, and is never held up by others' guesses.
template <class Act>
Task<http::Response> answer_token(Api& api, http::Request& request,
                                  std::span<const SeedField> wanted, Act act) {
    const auto read = read_seed_fields(request, wanted);
    if (!read) co_return unsupported_media_type(request);
    const Result<SeedFields>& fields = *read;
    if (!fields) co_return fail(api, request, fields.error());
    if (!fields->errors.empty()) co_return field_errors(request, fields->errors);

    const std::string_view token = fields->values[0];
    if (!api.services.login_tokens.is_ours(token)) {
        const std::chrono::seconds wait =
            api.services.token_throttle.take({.user = {}, .address = request.peer});
        co_return wait.count() > 0 ? throttled(request, wait) : bad_token();
    }
    auto work = [&act, token] { return act(token); };
    Result<std::string> done =
        co_await on_worker(api.services.lanes.catalog, request, std::move(work));
    if (!done && done.error().code == Code::kUnauthenticated) co_return bad_token();
    if (!done) co_return fail(api, request, done.error());
    http::Response response = http::json(200, *std::move(done));
    never_store(response);
    co_return response;
}

}  // namespace

Task<http::Response> obtain_token_pair(Api& api, http::Request& request) {
    Task<std::expected<auth::VerifiedUser, http::Response>> logging_in =
        log_in_by_body(api, request, wrong_credentials);
    std::expected<auth::VerifiedUser, http::Response> login = co_await logging_in;
    if (!login) co_return std::move(login).error();
    auto issue = [&api, &login] { return api.services.login_tokens.issue(*login); };
    const Result<auth::LoginTokens::Pair> pair =
        co_await on_worker(api.services.lanes.catalog, request, std::move(issue));
    if (!pair) co_return fail(api, request, pair.error());
    http::Response response = http::json(200, pair_json(*pair));
    never_store(response);
    co_return response;
}

Task<http::Response> refresh_token_pair(Api& api, http::Request& request) {
    auto act = [&api](std::string_view token) -> Result<std::string> {
        EYED_ASSIGN(const auto pair, api.services.login_tokens.refresh(token));
        return pair_json(pair);
    };
    http::Response response = co_await answer_token(api, request, kRefreshField, std::move(act));
    co_return response;
}

Task<http::Response> revoke_token_pair(Api& api, http::Request& request) {
    auto act = [&api](std::string_view token) -> Result<std::string> {
        EYED_TRY(api.services.login_tokens.revoke(token));
        return "{}";
    };
    http::Response response = co_await answer_token(api, request, kRefreshField, std::move(act));
    co_return response;
}

Task<http::Response> verify_token(Api& api, http::Request& request) {
    auto act = [&api](std::string_view token) -> Result<std::string> {
        EYED_TRY(api.services.login_tokens.verify(token));
        return "{}";
    };
    http::Response response = co_await answer_token(api, request, kTokenField, std::move(act));
    co_return response;
}

}  // namespace eyed::api
