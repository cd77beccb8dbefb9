// /api/v1/applications: people see and make their own, staff see all, superusers change all.
#include "catalog/applications.h"

#include "api/account_answers.h"
#include "api/handlers.h"
#include "auth/accounts.h"
#include "catalog/catalog.h"

namespace eyed::api {

namespace {

using catalog::Reads;

/// Whose it shall be, as a superuser says: a user's name, or null for the installation.
struct Ownership {
    bool given = false;
    std::string name;  ///< empty: the installation's
};

Ownership read_owner(JsonBody& body) {
    Ownership owner;
    owner.given = body.has("owner");
    if (body.is_null("owner")) return owner;
    if (const auto name = body.text("owner")) {
        owner.name = *name;
        if (name->empty()) body.fail("owner", "This field may not be blank.");
    }
    return owner;
}

std::optional<Reads> read_reads(JsonBody& body) {
    const auto all = body.flag("reads_all");
    if (!all) return std::nullopt;
    return *all ? Reads::kAll : Reads::kOwn;
}

/// kInvalidArgument: there is no such user.
Result<UserId> owner_id(const Services& services, const Ownership& owner) {
    if (owner.name.empty()) return UserId{};
    const auto user = services.accounts.user_by_name(owner.name);
    if (user) return user->id;
    if (user.error().code != Code::kNotFound) return std::unexpected(user.error());
    return failure(Code::kInvalidArgument, "owner: There is no such user.");
}

bool sees_all(const http::Request& request) {
    return request.principal.role >= model::Role::kStaff;
}

}  // namespace

Task<http::Response> list_applications(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    const query::ApplicationsQuery query = query::native_applications(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    auto read = [&api, &request, &query]() -> Result<std::string> {
        catalog::Applications::Filter filter{.search = query.search};
        EYED_ASSIGN(filter.owner, find_user(api.services, query.owner));
        const UserId self = request.principal.user;
        if (!sees_all(request)) {
            const bool others = filter.owner && *filter.owner != self;
            filter.owner = others ? UserId{-1} : self;
        }
        EYED_ASSIGN(const auto found, api.services.catalog.applications().list(filter, query.page));
        return rows_json(api.services, query::ListKind::kApplications, query.page, found);
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.catalog, std::move(read));
    co_return response;
}

Task<http::Response> create_application(Api& api, http::Request& request) {
    auto body = json_body_of(request);
    if (!body) co_return std::move(body).error();
    auth::Accounts::NewApplication application;
    application.name = body->required_text("name");
    if (!application.name.empty()) {
        const auto problem = auth::Accounts::name_problem(application.name);
        if (!problem.empty()) body->fail("name", problem);
    }
    const Ownership owner = read_owner(*body);
    const auto reads = read_reads(*body);
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);
    if ((owner.given || reads) && !is_superuser(request))
        co_return error(request, Error{Code::kForbidden,
                                       "Superusers alone say whose an application is and whether "
                                       "it reads all: `owner` and `reads_all`."});
    application.owner = request.principal.user;
    application.reads = reads.value_or(Reads::kOwn);
    auto create = [&api, &request, &application, &owner]() -> Result<std::string> {
        if (owner.given) {
            EYED_ASSIGN(application.owner, owner_id(api.services, owner));
        }
        EYED_ASSIGN(const auto made,
                    api.services.accounts.create_application(application, actor_of(request)));
        return row_json(api.services, made);
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.catalog, std::move(create), 201);
    co_return response;
}

Task<http::Response> get_application(Api& api, http::Request& request) {
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return error(request, Code::kNotFound);
    auto read = [&api, &request, id]() -> Result<std::string> {
        const ApplicationId wanted{static_cast<std::int64_t>(*id)};
        EYED_ASSIGN(const auto found, api.services.catalog.applications().by_id(wanted));
        if (!sees_all(request) && found.owner != request.principal.user)
            return failure(Code::kNotFound, "another's");
        return row_json(api.services, found);
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.catalog, std::move(read));
    co_return response;
}

Task<http::Response> change_application(Api& api, http::Request& request) {
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return error(request, Code::kNotFound);
    auto body = json_body_of(request);
    if (!body) co_return std::move(body).error();
    const Ownership owner = read_owner(*body);
    const auto reads = read_reads(*body);
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);
    auto change = [&api, &request, &owner, reads, id]() -> Result<std::string> {
        catalog::Applications::Edit edit{.reads = reads};
        if (owner.given) {
            EYED_ASSIGN(edit.owner, owner_id(api.services, owner));
        }
        const ApplicationId wanted{static_cast<std::int64_t>(*id)};
        EYED_ASSIGN(const auto changed,
                    api.services.accounts.change_application(wanted, edit, actor_of(request)));
        return row_json(api.services, changed);
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.catalog, std::move(change));
    co_return response;
}

}  // namespace eyed::api
