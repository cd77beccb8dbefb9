#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/buffer.h"

namespace eyed::http {

/// Content codings we take (RFC 9110 §8.4.1).
enum class Coding { kIdentity, kGzip, kDeflate, kUnknown };

/// Of a Content-Encoding value; an empty one is kIdentity.
Coding coding_of(std::string_view content_encoding);

/// Unpacks a whole body. kDeflate takes the zlib format and, as browsers do, raw deflate. kTooLarge
/// over `limit` bytes; kInvalidArgument when it is damaged, cut short or followed by anything else.
/// Pure; takes time: bodies over 64 KiB belong on a worker.
[[nodiscard]] Result<Buffer> unpack(Coding coding, std::string_view packed, std::size_t limit);

/// Whether an Accept-Encoding value wants gzip (RFC 9110 §12.5.3, q-values).
bool accepts_gzip(std::string_view accept_encoding);

/// Whether bodies of this media type get smaller: text, JSON, XML, JavaScript, SVG.
bool compressible(std::string_view content_type);

/// A gzip file of `body`, at a level that costs little time.
std::string gzip(std::string_view body);

}  // namespace eyed::http
