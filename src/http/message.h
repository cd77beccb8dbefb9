#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "model/principal.h"

namespace eyed::http {

struct Route;

/// kOther: a token that is none of these; no route has it.
enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };

/// `GET`, `HEAD` …; empty for kOther.
std::string_view method_name(Method method);
/// By exact name (methods are case-sensitive, RFC 9110 §9.1).
Method method_of(std::string_view name);

/// The methods of one path.
class MethodSet {
  public:
    void add(Method method) { bits_ = static_cast<std::uint8_t>(bits_ | 1u << unsigned(method)); }
    bool has(Method method) const { return (bits_ >> unsigned(method) & 1u) != 0; }
    bool empty() const { return bits_ == 0; }
    /// As in an `Allow` header: `GET, HEAD, POST, OPTIONS`.
    std::string to_string() const;

  private:
    std::uint8_t bits_ = 0;
};

enum class Channel : std::uint8_t { kPlain, kTls };

/// A header field as received: the name in the sender's spelling, the value trimmed.
struct Field {
    std::string_view name;
    std::string_view value;
};

/// A request as a handler sees it. Owned by its connection, valid until the handler's task has
/// ended; every view in it too. Touched by the connection's io thread alone (a handler may read it
/// from a worker while it awaits that worker).
struct Request {
    explicit Request(Executor& executor) : executor(executor) {}
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    Executor& executor;  ///< the io thread of this connection: what handlers come back to
    Method method = Method::kGet;
    std::string_view method_text;   ///< as sent
    std::string_view target;        ///< as sent: path and query
    std::string_view path;          ///< of the target, percent-encoded as sent
    std::string_view query;         ///< after `?`, percent-encoded as sent; see http/forms.h
    std::vector<Field> headers;     ///< in the order received
    std::string_view content_type;  ///< the whole header's value; empty: none
    std::string_view host;          ///< as the client addressed us: Host, or what a proxy says

    /// De-chunked and decompressed. At least kBodyPadding bytes past the end are readable, of
    /// unspecified content (what simdjson asks of its input).
    std::string_view body;
    static constexpr std::size_t kBodyPadding = 64;

    /// The client's X-Request-Id when it is made of unreserved characters and `:/+=@`, 128 at most;
    /// else a new UUID.
    std::string request_id;
    std::string peer;  ///< the client's address, without the port; a trusted proxy's client's
    Channel channel = Channel::kPlain;  ///< the client's, as a trusted proxy says
    model::Principal principal;         ///< filled by Hooks::guard
    const Route* route = nullptr;       ///< none while the path or method is unknown

    /// The first field of that name, compared without case; empty when there is none.
    std::string_view header(std::string_view name) const;
    /// All fields of that name as one list (RFC 9110 §5.3); empty when there is none.
    std::string list(std::string_view name) const;
    /// The path parameter `{name}`, percent-decoded; empty when the route has none of that name.
    std::string_view parameter(std::string_view name) const;
    /// `http://host:port` as the client addressed us.
    std::string base_url() const;

    /// The router's: values of the route's parameters, in the order of its pattern.
    static constexpr std::size_t kMaxParameters = 6;
    std::array<std::string_view, kMaxParameters> parameter_values{};
    std::string decoded_parameters;  ///< the router's: backs values that had percent escapes
};

/// A file to send as the body. Read in pieces on a worker, never on the io thread.
struct FileBody {
    enum class Afterwards { kKeep, kRemove };
    std::string path;
    std::uint64_t bytes = 0;  ///< the whole length, announced before the first byte is read
    Afterwards afterwards = Afterwards::kKeep;  ///< kRemove: unlinked however sending ends
};

/// A header field to send. Control characters in a value are dropped.
struct Header {
    std::string_view name;  ///< static storage
    std::string value;
};

/// An answer. One of body, static_body and file; or `unmade`. Content-Length, Date, Connection,
/// Vary, X-Request-Id, X-Content-Type-Options, CORS and compression are the server's business.
struct Response {
    int status = 200;
    std::string_view content_type;  ///< static storage; empty: no Content-Type
    std::string body;
    std::string_view static_body;  ///< outlives the server
    std::string_view static_gzip;  ///< the same, packed ahead of time; empty: packed when asked for
    std::optional<FileBody> file;
    /// Of a HEAD whose body is too dear to make: its length is left out (RFC 9110 §8.6).
    bool unmade = false;
    std::vector<Header> headers;
};

Response text(int status, std::string body);  ///< text/plain; charset=utf-8
Response html(int status, std::string body);  ///< text/html; charset=utf-8
Response json(int status, std::string body);  ///< application/json; the body is JSON text
Response empty(int status);

/// `Not Found` for 404; `Unknown` for a number without a standard phrase.
std::string_view reason_phrase(int status);

}  // namespace eyed::http
