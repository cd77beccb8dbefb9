#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "api/errors.h"
#include "base/result.h"
#include "http/message.h"

namespace eyed::api {

/// The revisions that a change is made for; none: whichever there is.
using Revisions = std::optional<std::vector<std::uint64_t>>;
/// Of the request's `If-Match` (RFC 9110 §13.1.1), 20 at most. A fault: it is malformed.
std::expected<Revisions, FieldError> revisions_of(const http::Request& request);
/// 412 unless `revision` is one of them.
[[nodiscard]] Status check_revision(const Revisions& revisions, std::uint64_t revision);
/// `ETag: "<revision>"`.
void add_etag(std::uint64_t revision, http::Response& response);

}  // namespace eyed::api
