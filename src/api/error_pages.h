#pragma once

#include <string>

namespace eyed::api {

/// docs/reference/errors.md.
std::string errors_markdown();
/// The same as HTML, for /docs/errors: each kind is a section whose id is its code.
std::string errors_html();

}  // namespace eyed::api
