// /api/v1/keys: people see, make and revoke their own; superusers see and revoke all.
#include "catalog/keys.h"

#include <algorithm>

#include "api/account_answers.h"
#include "api/handlers.h"
#include "auth/accounts.h"
#include "catalog/catalog.h"

namespace eyed::api {

namespace {

constexpr std::int64_t kLongest_s = std::int64_t{3600} * 24 * 366 * 10;

/// Whether the caller may see and revoke this key: theirs, or of an application that they own.
bool may_see(const Services& services, const http::Request& request, const model::Key& key) {
    const UserId self = request.principal.user;
    if (is_superuser(request) || key.user == self) return true;
    const auto owned = services.authenticator.applications_of(self);
    return std::ranges::find(owned, key.application) != owned.end();
}

Result<model::Key> find_key(const Services& services, const http::Request& request,
                            std::uint64_t id) {
    EYED_ASSIGN(auto key, services.catalog.keys().by_id(KeyId{static_cast<std::int64_t>(id)}));
    if (!may_see(services, request, key)) return failure(Code::kNotFound, "another's");
    return key;
}

Result<catalog::Keys::Filter> filter_of(const Services& services, const http::Request& request,
                                        const query::KeysQuery& query) {
    catalog::Keys::Filter filter;
    filter.state = query.state;
    filter.now = services.clock.now();
    if (query.application)
        filter.application =
            services.authenticator.application_by_name(*query.application).value_or(kNoApplication);
    EYED_ASSIGN(filter.user, find_user(services, query.user));
    if (!is_superuser(request)) filter.visible_to = request.principal.user;
    return filter;
}

model::Scopes read_scopes(JsonBody& body, const model::Principal& principal) {
    if (!body.has("scopes")) body.fail("scopes", "This field is required.");
    const auto names = body.texts("scopes");
    if (!names) return {};
    if (names->empty()) body.fail("scopes", "A key needs at least one scope.");
    model::Scopes scopes;
    for (const std::string& name : *names) {
        const auto named = model::scope_named(name);
        if (!named)
            body.fail("scopes", "A scope is one of ingest, read, manage and cashback.");
        else if (!principal.scopes.has(*named))
            body.fail("scopes", "You lack the scope “" + name + "” yourself.");
        else
            scopes = scopes.with(*named);
    }
    return scopes;
}

std::optional<Micros> read_expiry(JsonBody& body, Micros now) {
    std::optional<Micros> expires_at;
    if (const auto text = body.text("expires_at")) {
        expires_at = query::parse_instant(*text);
        if (!expires_at)
            body.fail("expires_at", "This is no instant such as 2026-01-31T12:00:00Z.");
    }
    if (const auto seconds = body.integer("expires_in")) {
        if (body.has("expires_at"))
            body.fail("expires_in", "Give either expires_at or expires_in.");
        else if (*seconds < 1 || *seconds > kLongest_s)
            body.fail("expires_in", "This is a number of seconds, from 1 to ten years.");
        else
            expires_at = now + std::chrono::seconds(*seconds);
    }
    if (expires_at && *expires_at <= now) body.fail("expires_at", "This is in the past.");
    return expires_at;
}

/// A key that was made with a key does not outlive it. On a worker.
Status cap_expiry(const Services& services, const model::Principal& principal,
                  auth::Accounts::NewKey& key) {
    if (!principal.key) return {};
    EYED_ASSIGN(const auto maker, services.catalog.keys().by_id(principal.key));
    if (!maker.expires_at) return {};
    key.expires_at = std::min(*maker.expires_at, key.expires_at.value_or(*maker.expires_at));
    return {};
}

/// An application whose keys the caller may make: their own; for superusers any. Empty: absent.
std::string read_application(JsonBody& body, const Services& services,
                             const http::Request& request) {
    if (body.is_null("application")) return {};
    const auto name = body.text("application");
    if (!name) return {};
    const auto id = services.authenticator.application_by_name(*name);
    const auto owned = services.authenticator.applications_of(request.principal.user);
    const bool own = id && std::ranges::find(owned, *id) != owned.end();
    if (!id || (!own && !is_superuser(request)))
        body.fail("application", is_superuser(request) ? "There is no such application."
                                                       : "There is no such application of yours.");
    return *name;
}

}  // namespace

Task<http::Response> list_keys(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    const query::KeysQuery query = query::native_keys(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    auto read = [&api, &request, &query]() -> Result<std::string> {
        EYED_ASSIGN(const auto filter, filter_of(api.services, request, query));
        EYED_ASSIGN(const auto found, api.services.catalog.keys().list(filter, query.page));
        return rows_json(api.services, query::ListKind::kKeys, query.page, found);
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.catalog, std::move(read));
    co_return response;
}

Task<http::Response> create_key(Api& api, http::Request& request) {
    auto body = json_body_of(request);
    if (!body) co_return std::move(body).error();
    auth::Accounts::NewKey key;
    key.user = request.principal.user;
    key.application = read_application(*body, api.services, request);
    key.name = body->text("name").value_or("");
    if (const auto problem = auth::Accounts::key_name_problem(key.name); !problem.empty())
        body->fail("name", problem);
    key.scopes = read_scopes(*body, request.principal);
    key.expires_at = read_expiry(*body, api.services.clock.now());
    if (const auto& faults = body->finish(); !faults.empty())
        co_return field_errors(request, faults);
    auto create = [&api, &request, &key]() -> Result<std::string> {
        EYED_TRY(cap_expiry(api.services, request.principal, key));
        EYED_ASSIGN(const auto made, api.services.accounts.create_key(key, actor_of(request)));
        std::string out;
        AccountJson(api.services).append(made.key, out, made.secret);
        return out;
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.catalog, std::move(create), 201);
    co_return response;
}

Task<http::Response> get_key(Api& api, http::Request& request) {
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return error(request, Code::kNotFound);
    auto read = [&api, &request, id]() -> Result<std::string> {
        EYED_ASSIGN(const auto key, find_key(api.services, request, *id));
        return row_json(api.services, key);
    };
    http::Response response =
        co_await answer_work(api, request, api.services.lanes.catalog, std::move(read));
    co_return response;
}

Task<http::Response> revoke_key(Api& api, http::Request& request) {
    const std::optional<std::uint64_t> id = path_number(request, "id");
    if (!id) co_return error(request, Code::kNotFound);
    auto revoke = [&api, &request, id]() -> Status {
        EYED_ASSIGN(const auto key, find_key(api.services, request, *id));
        return api.services.accounts.revoke_key(key.id, actor_of(request));
    };
    const Status revoked =
        co_await on_worker(api.services.lanes.catalog, request, std::move(revoke));
    if (!revoked) co_return fail(api, request, revoked.error());
    co_return http::empty(204);
}

}  // namespace eyed::api
