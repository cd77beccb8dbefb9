#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "api/handlers.h"
#include "http/message.h"
#include "model/principal.h"

namespace eyed::api {

struct RouteEntry {
    http::Method method;
    const char* pattern;
    model::Scope scope;
    Task<http::Response> (*handler)(Api&, http::Request&);
    std::size_t max_body = 0;  ///< bytes; 0: the server's limits
};

/// Every route there is.
std::span<const RouteEntry> route_table();

}  // namespace eyed::api
