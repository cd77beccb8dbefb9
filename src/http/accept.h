#pragma once

#include <string_view>

namespace eyed::http {

/// How much an `Accept` value wants a media type, in thousandths (RFC 9110 §12.5.1): the range that
/// names it most closely counts, 0 is not at all. An empty value wants everything. Parameters but
/// `q` are passed over; a `q` that is none counts as 0.
int quality(std::string_view accept, std::string_view media_type);

/// Whether an `Accept` value asks for a page: no range in it is wanted more than text/html, and
/// JSON of any kind (`application/json`, `…+json`) less.
bool prefers_html(std::string_view accept);

}  // namespace eyed::http
