// The first administrator, made through the one-time link of the first start.
#include "api/admin.h"
#include "api/flow.h"
#include "api/handlers.h"
#include "api/pages.h"
#include "auth/accounts.h"
#include "auth/setup_token.h"

namespace eyed::api {

namespace {

struct SetupForm {
    std::string_view token;
    std::string_view username;
    std::string name_error;
    std::string password_error;
    std::string again_error;
    bool faulty() const {
        return !name_error.empty() || !password_error.empty() || !again_error.empty();
    }
};

http::Response setup_form(const SetupForm& form) {
    Html html;
    html.raw(
        "<p>Make the first administrator of this installation.</p>"
        "<form class=\"card\" method=\"post\" action=\"/setup\">");
    append_field({.name = "token", .type = "hidden", .value = form.token}, html);
    append_field({.name = "username",
                  .label = "Name",
                  .value = form.username,
                  .error = form.name_error,
                  .autocomplete = "username"},
                 html);
    append_field({.name = "password",
                  .label = "Password",
                  .type = "password",
                  .help = "At least 8 characters.",
                  .error = form.password_error,
                  .autocomplete = "new-password"},
                 html);
    append_field({.name = "password_again",
                  .label = "Password again",
                  .type = "password",
                  .error = form.again_error,
                  .autocomplete = "new-password"},
                 html);
    html.raw("<button>Create</button></form>");
    return page(200, {.title = "Welcome"}, html.take());
}

http::Response wrong_link() {
    return message_page(403, {.title = "Not allowed"},
                        "This link is not valid. Use the one that the server printed at its last "
                        "start.");
}

http::Response used_link(const http::Request& request) {
    if (!wants_page(request)) return error(request, Code::kNotFound);
    return message_page(404, {.title = "Not found"},
                        "This link has done its work: there is an administrator already.");
}

}  // namespace

Task<http::Response> setup_page(Api& api, http::Request& request) {
    if (api.services.authenticator.has_users()) co_return used_link(request);
    const auto query = http::Form::parse(request.query);
    SetupForm form;
    if (query) form.token = value_of(*query, "token");
    if (!api.services.setup.matches(form.token)) co_return wrong_link();
    co_return setup_form(form);
}

Task<http::Response> setup(Api& api, http::Request& request) {
    if (api.services.authenticator.has_users()) co_return used_link(request);
    const Result<http::Form> sent = read_form(request);
    if (!sent) co_return fail_page(api, request, sent.error());
    SetupForm form;
    form.token = value_of(*sent, "token");
    form.username = value_of(*sent, "username");
    if (!api.services.setup.matches(form.token)) co_return wrong_link();

    const std::string_view password = value_of(*sent, "password");
    form.name_error = auth::Accounts::name_problem(form.username);
    form.password_error = auth::Accounts::password_problem(form.username, password);
    if (password != value_of(*sent, "password_again"))
        form.again_error = "The two passwords are not the same.";
    if (form.faulty()) co_return setup_form(form);

    const auth::Accounts::NewUser user{.name = std::string(form.username),
                                       .password = std::string(password),
                                       .role = model::Role::kSuperuser};
    auto create = [&api, &user] {
        return api.services.accounts.create_user(user, {.via = model::Via::kSetup},
                                                 catalog::Users::When::kNoUserYet);
    };
    const Result<model::User> made =
        co_await on_worker(api.services.lanes.hashing, request, std::move(create));
    if (!made && made.error().code == Code::kConflict) {
        if (api.services.authenticator.has_users()) co_return used_link(request);
        form.name_error = "This name is taken.";
        co_return setup_form(form);
    }
    if (!made) co_return fail_page(api, request, made.error());
    const auto known = api.services.authenticator.user(made->id);
    if (!known) co_return see_other("/admin/login");
    const Result<std::string> cookie =
        api.services.sessions.start({known->user, known->session_nonce});
    if (!cookie) co_return fail_page(api, request, cookie.error());
    co_return logged_in(request, api.services.settings, *cookie, "/admin/");
}

}  // namespace eyed::api
