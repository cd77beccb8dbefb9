#include "http/coding.h"

#include <zlib.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/check.h"
#include "http/header_text.h"
#include "http/message.h"

namespace eyed::http {
namespace {

constexpr int kLevel = 2;
constexpr int kGzipWindow = 15 + 16;
constexpr int kZlibWindow = 15;
constexpr int kRawWindow = -15;

Bytef* input(std::string_view bytes) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib's old signature
}

/// Owns an inflate stream.
struct Inflate {
    z_stream stream{};
    explicit Inflate(int window) { EYED_CHECK(inflateInit2(&stream, window) == Z_OK); }
    Inflate(const Inflate&) = delete;
    Inflate& operator=(const Inflate&) = delete;
    ~Inflate() { inflateEnd(&stream); }
};

int window_of(Coding coding, std::string_view packed) {
    if (coding == Coding::kGzip) return kGzipWindow;
    // RFC 1950: the method is 8 and the first two bytes are a multiple of 31.
    const bool zlib =
        packed.size() >= 2 && (packed[0] & 15) == 8 &&
        (static_cast<unsigned char>(packed[0]) * 256 + static_cast<unsigned char>(packed[1])) %
                31 ==
            0;
    return zlib ? kZlibWindow : kRawWindow;
}

/// True: q is above zero. No q is 1.
bool wanted(std::string_view parameters) {
    while (!parameters.empty()) {
        std::string_view value = take_until(parameters, ';');
        const std::string_view name = trimmed(take_until(value, '='));
        if (!equal_ignoring_case(name, "q")) continue;
        return trimmed(value).find_first_of("123456789") != std::string_view::npos;
    }
    return true;
}

}  // namespace

Coding coding_of(std::string_view content_encoding) {
    if (content_encoding.empty() || equal_ignoring_case(content_encoding, "identity"))
        return Coding::kIdentity;
    if (equal_ignoring_case(content_encoding, "gzip") ||
        equal_ignoring_case(content_encoding, "x-gzip"))
        return Coding::kGzip;
    if (equal_ignoring_case(content_encoding, "deflate")) return Coding::kDeflate;
    return Coding::kUnknown;
}

Result<Buffer> unpack(Coding coding, std::string_view packed, std::size_t limit) {
    Inflate inflater(window_of(coding, packed));
    z_stream& stream = inflater.stream;
    stream.next_in = input(packed);
    stream.avail_in = static_cast<uInt>(packed.size());
    Buffer out;
    out.reserve(std::min(limit, std::max<std::size_t>(packed.size() * 4, 4096)) + 1);
    while (true) {
        if (out.room() == 0) out.reserve(std::min(limit + 1, out.capacity() * 2));
        const std::size_t room = std::min<std::size_t>(out.room(), 1u << 30);
        stream.next_out = reinterpret_cast<Bytef*>(out.end());
        stream.avail_out = static_cast<uInt>(room);
        const int status = inflate(&stream, Z_NO_FLUSH);
        out.grew(room - stream.avail_out);
        if (out.size() > limit) return failure(Code::kTooLarge, "the unpacked body is too large");
        if (status == Z_STREAM_END) {
            if (coding != Coding::kGzip || stream.avail_in == 0) break;
            EYED_CHECK(inflateReset(&stream) == Z_OK);  // another member (RFC 1952 §2.2)
            continue;
        }
        // Room left and no end: there is no more input, so it was cut short.
        if (status != Z_OK || stream.avail_out != 0)
            return failure(Code::kInvalidArgument, "the packed body is damaged or cut short");
    }
    if (stream.avail_in != 0)
        return failure(Code::kInvalidArgument, "the packed body is followed by something else");
    out.pad();
    return out;
}

bool accepts_gzip(std::string_view accept_encoding) {
    bool any = false;
    while (!accept_encoding.empty()) {
        std::string_view parameters = take_until(accept_encoding, ',');
        const std::string_view name = trimmed(take_until(parameters, ';'));
        if (equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip"))
            return wanted(parameters);
        if (name == "*") any = wanted(parameters);
    }
    return any;
}

bool compressible(std::string_view content_type) {
    const std::string_view type = content_type.substr(0, content_type.find(';'));
    return type.starts_with("text/") || type.ends_with("json") || type.ends_with("xml") ||
           type.ends_with("javascript") || type.ends_with("yaml");
}

std::string gzip(std::string_view body) {
    z_stream stream{};
    EYED_CHECK(deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) ==
               Z_OK);
    std::string out(deflateBound(&stream, static_cast<uLong>(body.size())), '\0');
    stream.next_in = input(body);
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EYED_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

struct GzipPacker::Stream {
    z_stream deflater{};

    /// Appends all that zlib gives for what it was given.
    void run(int flush, std::string& out) {
        constexpr std::size_t kStep = std::size_t{32} * 1024;
        do {
            const std::size_t size = out.size();
            out.resize(size + kStep);
            deflater.next_out = reinterpret_cast<Bytef*>(out.data() + size);
            deflater.avail_out = static_cast<uInt>(kStep);
            EYED_CHECK(deflate(&deflater, flush) != Z_STREAM_ERROR);
            out.resize(out.size() - deflater.avail_out);
        } while (deflater.avail_out == 0);
    }
};

GzipPacker::GzipPacker() : stream_(std::make_unique<Stream>()) {
    EYED_CHECK(deflateInit2(&stream_->deflater, kLevel, Z_DEFLATED, kGzipWindow, 8,
                            Z_DEFAULT_STRATEGY) == Z_OK);
}

GzipPacker::~GzipPacker() {
    deflateEnd(&stream_->deflater);
}

void GzipPacker::add(std::string_view piece, std::string& out) {
    stream_->deflater.next_in = input(piece);
    stream_->deflater.avail_in = static_cast<uInt>(piece.size());
    stream_->run(Z_NO_FLUSH, out);
}

void GzipPacker::finish(std::string& out) {
    stream_->run(Z_FINISH, out);
}

}  // namespace eyed::http
