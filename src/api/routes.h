#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "api/handlers.h"
#include "http/message.h"
#include "model/principal.h"

namespace eyed::api {

/// What a caller needs: a scope of their key, and to be somebody of that role or a higher one.
struct Needs {
    // Not explicit: most routes need a scope alone.
    constexpr explicit(false)
        Needs(model::Scope scope, model::Role role = model::Role::kApplication)
        : scope(scope), role(role) {}
    model::Scope scope;
    model::Role role;
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
