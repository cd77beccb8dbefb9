#pragma once

#include "http/message.h"

namespace eyed::api {

/// The browsable API: whoever opens a path of the API in a browser gets one static page, which
/// asks for the same path again as JSON, and reads the OpenAPI document to show forms for it. The
/// page itself carries no data, and is there for everybody: web/browse.html and web/browse/.

/// Whether there is a page beside the API's own answer: for a read of a path of the API, known or
/// not, which is not always a file.
bool is_browsable(const http::Request& request);

/// Whether what is answered depends on `Accept`.
bool varies_by_accept(const http::Request& request);

/// Whether it is the page that is asked for. `?format=json` asks for the API's own answer.
bool wants_browse_page(const http::Request& request);

/// The page. `status`: what the API answers, as far as it is known before a handler has run: 404 or
/// 405, else 200.
http::Response browse_page(int status);

}  // namespace eyed::api
