#include "api/options.h"

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <string>

#include "api/embedded.h"
#include "base/check.h"

namespace eyed::api {

namespace {

/// What an OPTIONS route answers, always the same.
struct Description {
    std::string text;  ///< JSON
    std::string allow;
};

Task<http::Response> describe(const Description& description) {
    http::Response response;
    response.content_type = "application/json";
    response.static_body = description.text;
    response.headers = {{"Allow", description.allow}};
    co_return response;
}

/// What each path allows, by its pattern.
std::map<std::string, http::MethodSet> allowed(const http::Router& router) {
    std::map<std::string, http::MethodSet> all;
    for (const http::Route& route : router.routes()) {
        http::MethodSet& methods = all[route.pattern];
        methods.add(route.method);
        methods.add(http::Method::kOptions);
        if (route.method == http::Method::kGet) methods.add(http::Method::kHead);
    }
    return all;
}

}  // namespace

Status add_options(http::Router& router) {
    const EmbeddedFile* file = find_embedded("options.json");
    EYED_CHECK(file != nullptr);
    const boost::json::value described = boost::json::parse(file->bytes);
    const auto methods = allowed(router);
    for (const auto& [pattern, description] : described.as_object()) {
        const auto found = methods.find(std::string(pattern));
        if (found == methods.end()) continue;  // routes_test.cc tells
        auto kept = std::make_shared<const Description>(boost::json::serialize(description),
                                                        found->second.to_string());
        http::Route route;
        route.method = http::Method::kOptions;
        route.pattern = found->first;
        route.scope = model::Scope::kOpen;
        route.handler = [kept](http::Request&) { return describe(*kept); };
        EYED_TRY(router.add(std::move(route)));
    }
    return {};
}

}  // namespace eyed::api
