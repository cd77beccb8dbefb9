// /api/v1/me: who is calling, and their own password.
#include "api/account_answers.h"
#include "api/handlers.h"
#include "api/logins.h"
#include "auth/accounts.h"

namespace eyed::api {

namespace {

http::Response wrong_password(const http::Request& request) {
    const FieldError wrong{"current_password", "This is not your password."};
    return field_errors(request, {&wrong, 1});
}

}  // namespace

Task<http::Response> get_me(Api& api, http::Request& request) {
    auto read = [&api, &request]() -> Result<std::string> {
        return row_json(api.services, request.principal);
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.catalog, std::move(read));
    co_return response;
}

Task<http::Response> change_me(Api& api, http::Request& request) {
    const auto known = api.services.authenticator.user(request.principal.user);
    if (!known) co_return error(request, Code::kNotFound);  // deactivated meanwhile
    auto body = json_body_of(request);
    if (!body) co_return std::move(body).error();
    const std::string current = body->required_text("current_password");
    auth::Accounts::UserEdit edit;
    edit.password = body->required_text("password");
    if (!edit.password->empty()) {
        const auto problem = auth::Accounts::password_problem(known->user.name, *edit.password);
        if (!problem.empty()) body->fail("password", problem);
    }
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);

    const Login login = co_await log_in(api, request, {known->user.name, current});
    if (login.wait.count() > 0) co_return throttled(request, login.wait);
    if (!login.user && login.user.error().code == Code::kUnauthenticated)
        co_return wrong_password(request);
    if (!login.user) co_return fail(api, request, login.user.error());
    auto change = [&api, &request, &edit]() -> Result<std::string> {
        EYED_TRY(
            api.services.accounts.change_user(request.principal.user, edit, actor_of(request)));
        return row_json(api.services, request.principal);
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.hashing, std::move(change));
    co_return response;
}

}  // namespace eyed::api
