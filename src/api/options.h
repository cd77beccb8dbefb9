#pragma once

#include "base/result.h"
#include "http/router.h"

namespace eyed::api {

/// Gives each path that the OpenAPI document describes, pages aside, an OPTIONS route: open to
/// anybody, it answers what the path is and what each method takes, in the spirit of Django REST
/// framework. Call it when all other routes are in. kConflict: a path has an OPTIONS route already.
[[nodiscard]] Status add_options(http::Router& router);

}  // namespace eyed::api
