#include "http/chunked.h"

#include <algorithm>
#include <cstring>

namespace eyed::http {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

ChunkDecoder::Step ChunkDecoder::decode(const char* in, std::size_t bytes, char* out) {
    Step result;
    while (result.consumed < bytes) {
        if (at_ == At::kData) {
            const std::size_t take =
                static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes - result.consumed));
            std::memmove(out + result.produced, in + result.consumed, take);
            result.consumed += take;
            result.produced += take;
            left_ -= take;
            overhead_ -= std::min(overhead_, 8 * take);
            if (left_ == 0) at_ = At::kDataReturn;
            continue;
        }
        if (!step(in[result.consumed]) || ++overhead_ > kMaxOverhead) {
            result.state = State::kMalformed;
            return result;
        }
        ++result.consumed;
        if (at_ == At::kEnd) {
            result.state = State::kDone;
            return result;
        }
    }
    return result;
}

bool ChunkDecoder::step(char c) {
    switch (at_) {
        case At::kSize: {
            const int digit = hex_digit(c);
            if (digit >= 0) {
                left_ = left_ << 4 | static_cast<unsigned>(digit);
                return ++digits_ <= 15;
            }
            at_ = c == '\r' ? At::kSizeNewline : At::kExtension;
            return digits_ > 0 && (c == '\r' || c == ';' || c == ' ' || c == '\t');
        }
        case At::kExtension:
            if (c == '\r') at_ = At::kSizeNewline;
            return c != '\n' && c != '\0';
        case At::kSizeNewline:
            at_ = left_ > 0 ? At::kData : At::kTrailerStart;
            return c == '\n';
        case At::kDataReturn:
            at_ = At::kDataNewline;
            return c == '\r';
        case At::kDataNewline:
            at_ = At::kSize;
            digits_ = 0;
            return c == '\n';
        case At::kTrailerStart:
            at_ = c == '\r' ? At::kEndNewline : At::kTrailer;
            return c != '\n' && c != '\0';
        case At::kTrailer:
            if (c == '\r') at_ = At::kTrailerNewline;
            return c != '\n' && c != '\0';
        case At::kTrailerNewline:
            at_ = At::kTrailerStart;
            return c == '\n';
        case At::kEndNewline:
            at_ = At::kEnd;
            return c == '\n';
        case At::kData:
        case At::kEnd:
            break;
    }
    return false;
}

}  // namespace eyed::http
