#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "http/message.h"

namespace eyed::http {

enum class Expectation { kNone, kContinue, kUnknown };
enum class Persistence { kClose, kKeepAlive };

/// What the server itself needs of a request's header.
struct Head {
    bool http_1_0 = false;
    Persistence persistence = Persistence::kKeepAlive;
    std::optional<std::uint64_t> content_length;
    bool chunked = false;
    Expectation expectation = Expectation::kNone;
    std::string_view accept_encoding;
    std::string_view content_encoding;
    std::string_view origin;
    std::string_view request_id;
};

/// Why a header is refused; the connection cannot go on after it.
struct HeadFault {
    int status = 400;
    std::string_view detail;
};

/// Where the header at the front of `bytes` ends (after its empty line); 0: not yet. `searched`
/// remembers how far it looked, so that a slow header is not searched again and again.
std::size_t find_head_end(std::string_view bytes, std::size_t& searched);

/// Reads a whole header (RFC 9112 §2-§3) and fills the request's method, target and fields with
/// views into `bytes`. Strict about framing, since two readings of one request are how requests are
/// smuggled: 400 for Content-Length beside Transfer-Encoding, differing or malformed lengths,
/// folded lines, a missing or doubled Host; 501 for other transfer codings; 505 for other versions;
/// 414 and 431 are the connection's.
std::expected<Head, HeadFault> parse_head(std::string_view bytes, Request& request);

/// Whether `host` has only characters that a Host may have (RFC 3986 §3.2.2, §3.2.3).
bool is_host(std::string_view host);

/// Of a header that is refused or late: fills method, target and path with what its first line
/// tells, be the target cut short, so that the refusal has its path's form. Leaves them empty when
/// that is no request line.
void read_request_line(std::string_view bytes, Request& request);

}  // namespace eyed::http
