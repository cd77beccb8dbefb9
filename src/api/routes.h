#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "api/handlers.h"
#include "http/message.h"
#include "model/principal.h"

namespace eyed::api {

/// Who needs no credentials on a route.
enum class Welcome : std::uint8_t {
    kNobody,          ///< but on routes of scope kOpen
    kEverybody,       ///< who shows credentials is known by them
    kInOpenCalendar,  ///< the same, where the setting `calendar.access` is `open`
};

/// What a caller needs: a scope of their key, and to be somebody of that role or a higher one.
struct Needs {
    // Not explicit: most routes need a scope alone.
    constexpr explicit(false)
        Needs(model::Scope scope, model::Role role = model::Role::kApplication,
              Welcome welcome = Welcome::kNobody)
        : scope(scope), role(role), welcome(welcome) {}
    model::Scope scope;
    model::Role role;
    Welcome welcome;
};

struct RouteEntry {
    http::Method method;
    const char* pattern;
    Needs needs;
    Task<http::Response> (*handler)(Api&, http::Request&);
    std::size_t max_body = 0;  ///< bytes; 0: the server's limits
};

/// Every route there is.
std::span<const RouteEntry> route_table();

}  // namespace eyed::api
