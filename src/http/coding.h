#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/buffer.h"

namespace eyed::http {

/// Content codings we take (RFC 9110 §8.4.1).
enum class Coding { kIdentity, kGzip, kDeflate, kUnknown };

/// Of a Content-Encoding value; an empty one is kIdentity.
Coding coding_of(std::string_view content_encoding);

/// Unpacks a whole body. kGzip takes several members, one behind the other; kDeflate takes the zlib
/// format and, as browsers do, raw deflate. kTooLarge over `limit` bytes in all; kInvalidArgument
/// when it is damaged, cut short or followed by anything else. Pure; takes time: bodies over 64 KiB
/// belong on a worker.
[[nodiscard]] Result<Buffer> unpack(Coding coding, std::string_view packed, std::size_t limit);

/// Whether an Accept-Encoding value wants gzip (RFC 9110 §12.5.3, q-values).
bool accepts_gzip(std::string_view accept_encoding);

/// Whether bodies of this media type get smaller: text, JSON, XML, JavaScript, SVG.
bool compressible(std::string_view content_type);

/// A gzip file of `body`, at a level that costs little time.
std::string gzip(std::string_view body);

/// Packs a body that comes in pieces into one gzip file, in about 300 KiB of memory. For one thread
/// at a time.
class GzipPacker {
  public:
    GzipPacker();
    ~GzipPacker();
    GzipPacker(const GzipPacker&) = delete;
    GzipPacker& operator=(const GzipPacker&) = delete;

    /// Appends what can be told of the file so far; that may be nothing.
    void add(std::string_view piece, std::string& out);
    /// Appends the rest.
    void finish(std::string& out);

  private:
    struct Stream;
    const std::unique_ptr<Stream> stream_;
};

}  // namespace eyed::http
