#include "api/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <map>
#include <set>
#include <string>

namespace eyed::api {
namespace {

/// `GET /events` to what it needs.
using Operations = std::map<std::string, std::string>;

/// `read`, or with a role `read staff`.
std::string needs_text(std::string_view scope, std::string_view role) {
    return std::string(scope) + (role.empty() ? "" : " " + std::string(role));
}

Operations in_table() {
    Operations operations;
    for (const RouteEntry& entry : route_table()) {
        const bool anybody = entry.needs.role == model::Role::kApplication;
        operations[std::string(http::method_name(entry.method)) + " " + entry.pattern] =
            needs_text(model::scope_name(entry.needs.scope),
                       anybody ? std::string_view() : model::role_name(entry.needs.role));
    }
    return operations;
}

bool is_method(std::string_view word) {
    constexpr std::string_view kMethods[] = {"get", "put", "post", "patch", "delete", "head"};
    return std::ranges::find(kMethods, word) != std::end(kMethods);
}

/// The value of a line `<indent>key: value`, or nothing.
std::string value_after(const std::string& line, const std::string& start) {
    return line.starts_with(start) ? line.substr(start.size()) : "";
}

/// Reads the document by its indentation: paths at 2, methods at 4, what they say at 6; the role
/// stands after the scope.
Operations in_document() {
    std::ifstream file(std::string(EYED_SOURCE_DIR) + "/api/openapi.yaml");
    Operations operations;
    std::string path;
    std::string operation;
    bool in_paths = false;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line[0] != ' ' && line[0] != '#') in_paths = line == "paths:";
        const std::string scope = value_after(line, "      x-eyed-scope: ");
        const std::string role = value_after(line, "      x-eyed-role: ");
        if (!scope.empty()) operations[operation] = scope;
        if (!role.empty()) operations[operation] = needs_text(operations[operation], role);
        if (!in_paths || !line.ends_with(':')) continue;
        const std::string key = line.substr(0, line.size() - 1);
        if (line.starts_with("  /")) {
            path = key.substr(2);
        } else if (line.starts_with("    ") && line[4] != ' ' && is_method(key.substr(4))) {
            operation = key.substr(4);
            std::ranges::transform(operation, operation.begin(),
                                   [](unsigned char c) { return std::toupper(c); });
            operation += " " + path;
            operations[operation];
        }
    }
    return operations;
}

TEST(Routes, TableAndDocumentSayTheSame) {
    const Operations table = in_table();
    const Operations document = in_document();
    EXPECT_GT(document.size(), 20u) << "api/openapi.yaml was not read";
    for (const auto& [operation, needs] : table)
        EXPECT_TRUE(document.contains(operation)) << operation << " is not in api/openapi.yaml";
    for (const auto& [operation, needs] : document) {
        ASSERT_TRUE(table.contains(operation)) << operation << " is not in the route table";
        EXPECT_EQ(table.at(operation), needs) << operation;
    }
}

TEST(Routes, EachIsThereOnce) {
    EXPECT_EQ(in_table().size(), route_table().size());
}

TEST(Routes, WhatChangesThingsNeedsManageOrIsOfCashback) {
    using enum http::Method;
    for (const RouteEntry& entry : route_table()) {
        const bool edits =
            entry.method == kPut || entry.method == kPatch || entry.method == kDelete;
        EXPECT_TRUE(!edits || entry.needs.scope == model::Scope::kManage ||
                    entry.needs.scope == model::Scope::kCashback)
            << entry.pattern;
    }
}

TEST(Routes, WhatChangesAccountsNeedsAPersonAndManage) {
    for (const RouteEntry& entry : route_table()) {
        const std::string_view pattern = entry.pattern;
        const bool account = pattern.starts_with("/api/v1/users") ||
                             pattern.starts_with("/api/v1/applications") ||
                             pattern.starts_with("/api/v1/keys") || pattern == "/api/v1/me";
        if (!account || entry.method == http::Method::kGet) continue;
        EXPECT_EQ(entry.needs.scope, model::Scope::kManage) << pattern;
        EXPECT_GE(entry.needs.role, model::Role::kMember) << pattern;
    }
}

TEST(Routes, WhatKnowsPeoplesDocumentsNeedsTheScopeOfCashback) {
    for (const RouteEntry& entry : route_table()) {
        const std::string_view pattern = entry.pattern;
        const bool cashback =
            pattern.starts_with("/api/cashback") || pattern.starts_with("/api/customers") ||
            pattern.starts_with("/api/products") || pattern.starts_with("/api/reconciliation");
        EXPECT_EQ(entry.needs.scope == model::Scope::kCashback, cashback) << pattern;
    }
}

TEST(Routes, OnlyTheKnownOnesAreOpen) {
    std::set<std::string> open;
    for (const RouteEntry& entry : route_table())
        if (entry.needs.scope == model::Scope::kOpen && entry.needs.welcome == Welcome::kNobody)
            open.insert(entry.pattern);
    EXPECT_THAT(open,
                testing::UnorderedElementsAre(
                    "/", "/healthz", "/readyz", "/metrics", "/api-token-auth", "/api/token",
                    "/api/token/refresh", "/api/token/blacklist", "/api/token/verify", "/setup",
                    "/admin", "/admin/login", "/admin/logout", "/admin/events/eventtype",
                    "/admin/events/eventtype/{id}/change", "/admin/style.css", "/openapi.yaml",
                    "/openapi.json", "/docs", "/docs/errors", "/assets/{file}", "/browse/{file}",
                    "/health_check", "/api/v1", "/api/v1/session"));
}

TEST(Routes, OfTheCalendarEverybodyReadsWhatIsNoPersonsName) {
    for (const RouteEntry& entry : route_table()) {
        const std::string_view pattern = entry.pattern;
        const bool calendar = pattern.starts_with("/events_api/v1");
        EXPECT_EQ(entry.needs.welcome != Welcome::kNobody,
                  calendar && entry.needs.role == model::Role::kApplication)
            << pattern;
        EXPECT_TRUE(entry.needs.welcome != Welcome::kEverybody ||
                    entry.method == http::Method::kGet)
            << pattern;
        EXPECT_TRUE(entry.needs.welcome != Welcome::kInOpenCalendar ||
                    entry.needs.scope == model::Scope::kManage)
            << pattern;
        const bool names = pattern.find("attendees/") != std::string_view::npos ||
                           pattern.find("feeds") != std::string_view::npos;
        EXPECT_TRUE(!names || entry.needs.role >= model::Role::kMember) << pattern;
    }
}

}  // namespace
}  // namespace eyed::api
