#pragma once

#include <cstddef>
#include <cstdint>

namespace eyed::http {

/// Decodes a chunked body (RFC 9112 §7.1) as it arrives, in place. Extensions and trailers are
/// read and dropped: all that is not data may be kMaxOverhead bytes and 8 for each byte of data, so
/// that many tiny chunks with long extensions are refused.
class ChunkDecoder {
  public:
    static constexpr std::size_t kMaxOverhead = 16 * 1024;

    enum class State { kMore, kDone, kMalformed };
    struct Step {
        State state = State::kMore;
        std::size_t consumed = 0;  ///< of the input; less than all of it only when done
        std::size_t produced = 0;  ///< body bytes moved to `out`
    };

    /// Decodes `[in, in + bytes)` to `out`, which may be `in` or lie before it.
    Step decode(const char* in, std::size_t bytes, char* out);

  private:
    enum class At {
        kSize,
        kExtension,
        kSizeNewline,
        kData,
        kDataReturn,
        kDataNewline,
        kTrailerStart,
        kTrailer,
        kTrailerNewline,
        kEndNewline,
        kEnd,
    };
    /// One byte of anything but data. False: malformed.
    bool step(char c);

    At at_ = At::kSize;
    std::uint64_t left_ = 0;  ///< of this chunk's data; while reading a size: the size so far
    int digits_ = 0;
    std::size_t overhead_ = 0;  ///< bytes that were no data, less what the data allows
};

}  // namespace eyed::http
