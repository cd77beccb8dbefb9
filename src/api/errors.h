#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "http/message.h"
#include "http/server.h"

namespace eyed::api {

/// The page that tells of every kind. Under `#<code>` it tells of one: what a problem's `type`
/// links to, as a reference relative to the request's URI (RFC 9457 §3.1.1).
inline constexpr std::string_view kErrorsPath = "/docs/errors";

/// One kind of error as clients see it: a row of the one table in error_kinds.cc, which the page
/// and docs/reference/errors.md are made from.
struct ErrorKind {
    enum class Detail : std::uint8_t {
        kOwn,    ///< the failure's own sentence is told: it was written for the caller
        kFixed,  ///< `text` is told; the failure's own goes to the log alone
    };
    std::string_view code;  ///< what machines tell kinds apart by
    int status = 500;
    std::string_view title;
    std::string_view text;  ///< the sentence told, where the failure brings none
    Detail detail = Detail::kOwn;
    std::uint32_t retry_after_s = 0;  ///< 0: no Retry-After
    // For the pages, in sentences; what stands in `backticks` is code.
    std::string_view happened;
    std::string_view why;
    std::string_view remedy;
};

/// Every kind, in the order of the reference page.
std::span<const ErrorKind> error_kinds();
/// The one map from failure to answer. A code it does not know is the bare 500.
const ErrorKind& kind_of(Code code);
/// Of a request that no handler saw; 500 for a status it does not know.
const ErrorKind& kind_of_status(int status);
/// Of an event that was refused and recorded.
const ErrorKind& rejected_event();

/// What errors look like, by path as sent: problem documents (RFC 9457) under /api/v1/, however it
/// is escaped, else the bodies that Django REST framework gives (SEEDS.md).
enum class ErrorStyle : std::uint8_t { kProblem, kDetail, kFastApi };
ErrorStyle style_of(std::string_view path);
/// The same, and FastAPI's bodies for seed 002's client: on /api/ready, and on /api/event, which it
/// shares with a client of Django's, when the scheme of `Authorization` is Bearer.
ErrorStyle style_of(const http::Request& request);
/// Whether the request has an `Authorization: Bearer …`.
bool carries_bearer(const http::Request& request);

/// One of a problem's `errors`. Empty texts are left out.
struct Flaw {
    std::string_view field;
    std::string_view pointer;
    std::string_view reason;
    std::string_view message;
};

/// A problem document. `flaws` may be empty.
http::Response problem(const http::Request& request, const ErrorKind& kind, std::string_view detail,
                       std::span<const Flaw> flaws = {});
/// `{"detail": …}` with the kind's status.
http::Response detail(const ErrorKind& kind, std::string_view text);

/// A failure, as its path shows it; 401 with `WWW-Authenticate: Token` (Bearer for FastAPI's
/// clients), 503 with Retry-After.
/// What a Detail::kFixed failure says is not told: whoever answers with it logs it.
http::Response error(const http::Request& request, const Error& failure);
/// A failure that needs no sentence of its own, such as kNotFound.
http::Response error(const http::Request& request, Code code);
/// A kind by its status, such as 415, with a sentence.
http::Response error_status(const http::Request& request, int status, std::string_view text);
/// 415 with DRF's sentence.
http::Response unsupported_media_type(const http::Request& request);
/// What http::Hooks::render_failure gives.
http::Response render_failure(const http::Request& request, const http::Failure& failure);

/// One faulty field, or query parameter, with what is wrong.
struct FieldError {
    std::string field;
    std::string message;
    std::string pointer;  ///< into the field's value, where it is a document; problems alone tell
};
/// 400: `{"field":["message", …]}`, fields in order of first appearance; or a problem with
/// `errors`.
http::Response field_errors(const http::Request& request, std::span<const FieldError> errors);

/// The sentence of a method that a path does not have.
std::string method_not_allowed(std::string_view method);

}  // namespace eyed::api
