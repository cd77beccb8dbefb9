// /api/v1/users: for superusers.
#include "api/account_answers.h"
#include "api/handlers.h"
#include "auth/accounts.h"
#include "catalog/catalog.h"

namespace eyed::api {

namespace {

using State = catalog::Users::State;

std::optional<model::Role> read_role(JsonBody& body) {
    const auto name = body.text("role");
    if (!name) return std::nullopt;
    const auto role = model::role_named(*name);
    if (!role) body.fail("role", "The role must be member, staff or superuser.");
    return role;
}

void check(JsonBody& body, std::string_view field, const std::string& problem) {
    if (!problem.empty()) body.fail(field, problem);
}

}  // namespace

Task<http::Response> list_users(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    const query::UsersQuery query = query::native_users(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    auto read = [&api, &query]() -> Result<std::string> {
        EYED_ASSIGN(const auto found, api.services.catalog.users().list(query.filter, query.page));
        return rows_json(api.services, query::ListKind::kUsers, query.page, found);
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.catalog, std::move(read));
    co_return response;
}

Task<http::Response> create_user(Api& api, http::Request& request) {
    auto body = json_body_of(request);
    if (!body) co_return std::move(body).error();
    auth::Accounts::NewUser user;
    user.name = body->required_text("name");
    user.password = body->required_text("password");
    user.role = read_role(*body).value_or(model::Role::kMember);
    if (!user.name.empty()) check(*body, "name", auth::Accounts::name_problem(user.name));
    if (!user.password.empty())
        check(*body, "password", auth::Accounts::password_problem(user.name, user.password));
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);
    auto create = [&api, &request, &user]() -> Result<std::string> {
        EYED_ASSIGN(const auto made, api.services.accounts.create_user(user, actor_of(request)));
        return row_json(api.services, made);
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.hashing, std::move(create), 201);
    co_return response;
}

Task<http::Response> get_user(Api& api, http::Request& request) {
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return error(request, Code::kNotFound);
    auto read = [&api, id]() -> Result<std::string> {
        EYED_ASSIGN(const auto record,
                    api.services.catalog.users().by_id(UserId{static_cast<std::int64_t>(*id)}));
        return row_json(api.services, record.user);
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.catalog, std::move(read));
    co_return response;
}

Task<http::Response> change_user(Api& api, http::Request& request) {
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return error(request, Code::kNotFound);
    auto body = json_body_of(request);
    if (!body) co_return std::move(body).error();
    auth::Accounts::UserEdit edit;
    edit.role = read_role(*body);
    if (const auto active = body->flag("active"))
        edit.state = *active ? State::kActive : State::kInactive;
    edit.password = body->text("password");
    // That it is not the name is looked at once the name is known.
    if (edit.password)
        check(*body, "password", auth::Accounts::password_problem({}, *edit.password));
    const UserId user{static_cast<std::int64_t>(*id)};
    if (body->has("password") && user == request.principal.user)
        body->fail("password",
                   "One's own password is changed at /api/v1/me, which asks for the current one.");
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);
    auto change = [&api, &request, &edit, user]() -> Result<std::string> {
        EYED_ASSIGN(const auto changed,
                    api.services.accounts.change_user(user, edit, actor_of(request)));
        return row_json(api.services, changed);
    };
    WorkerPool& lane = edit.password ? api.services.lanes.hashing : api.services.lanes.catalog;
    http::Response response = co_await answer_work(api, request, lane, std::move(change));
    co_return response;
}

}  // namespace eyed::api
