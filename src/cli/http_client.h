#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace eyed::cli {

/// A connection to a running server, by libcurl; kept alive between calls. One thread.
class HttpClient {
  public:
    struct Options {
        std::string url;    ///< of the server: `http://127.0.0.1:8000`
        std::string token;  ///< sent as `Authorization: Token`, or another scheme
        std::string scheme = "Token";
        std::chrono::milliseconds timeout{0};  ///< of a request; 0: while bytes come
        /// Asked about once a second, within a call; true gives the request up. May be empty.
        std::function<bool()> given_up;
    };
    /// kInvalidArgument: the URL is not http or https.
    [[nodiscard]] static Result<std::unique_ptr<HttpClient>> create(Options options);
    ~HttpClient();

    struct Response {
        int status = 0;
        std::string body;
        std::optional<std::chrono::seconds> retry_after;
    };
    using Query = std::vector<std::pair<std::string, std::string>>;
    struct Request {
        std::string method = "GET";                     ///< or POST, PATCH, DELETE
        std::string path;                               ///< from the root: `/api/v1/events`
        Query query;                                    ///< encoded here
        std::string content_type = "application/json";  ///< of the body
        std::string idempotency_key;                    ///< empty: none
        std::string_view body;                          ///< of a GET: none
    };
    /// kUnavailable: no answer (the detail says why).
    [[nodiscard]] Result<Response> send(const Request& request);

    /// GET into a file descriptor; gives the bytes written. Errors: kUnavailable, kIo, and for a
    /// status other than 200 as the server says (kUnauthenticated, kForbidden, kInvalidArgument …).
    struct Download {
        std::string path;
        Query query;
        int descriptor = -1;
    };
    [[nodiscard]] Result<std::uint64_t> download(const Download& request);

  private:
    HttpClient();
    [[nodiscard]] Result<Response> perform();
    std::string authorization() const;
    /// `path?name=value&…`, values percent-encoded.
    std::string with_query(const std::string& path, const Query& query) const;
    struct Handle;
    std::unique_ptr<Handle> handle_;
    Options options_;
};

/// The error that a status other than a success stands for, with the server's words, printable.
Error status_error(int status, std::string_view body);

}  // namespace eyed::cli
