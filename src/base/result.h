#pragma once

#include <expected>
#include <string>
#include <utility>

namespace eyed {

/// What kind of failure an Error is. The API maps each to a status in one place (api/errors).
enum class Code {
    kInvalidArgument,     ///< the caller's input is wrong
    kUnauthenticated,     ///< nobody, or not who they claim to be
    kForbidden,           ///< known, but not entitled
    kNotFound,            ///< no such thing
    kConflict,            ///< exists already, or changed meanwhile
    kPreconditionFailed,  ///< changed since the caller read it
    kTooLarge,            ///< over a limit
    kOverloaded,          ///< a bounded queue is full: try again later
    kUnavailable,         ///< a part this needs is out of order; heals when the cause is gone
    kTimeout,             ///< took longer than allowed
    kDiskFull,            ///< no space left on the device
    kIo,                  ///< the operating system refused a file or socket operation
    kCorrupt,             ///< stored bytes are not what was written
    kUnsupported,         ///< understood, and not offered
    kInternal,            ///< a fault of ours
};

/// The name of a code, for logs: `invalid_argument`, `not_found` …
const char* code_name(Code code);

/// A failure: what kind, and a sentence for whoever has to do something about it.
struct Error {
    Code code = Code::kInternal;
    std::string detail;
};

template <class T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

inline std::unexpected<Error> failure(Code code, std::string detail) {
    return std::unexpected(Error{code, std::move(detail)});
}

}  // namespace eyed

#define EYED_CONCAT_INNER(a, b) a##b
#define EYED_CONCAT(a, b) EYED_CONCAT_INNER(a, b)

/// Evaluates a Result or Status and returns its error from the enclosing function.
#define EYED_TRY(expression)                           \
    if (auto eyed_status = (expression); !eyed_status) \
    return std::unexpected(std::move(eyed_status).error())

/// `EYED_ASSIGN(auto x, f());` declares x from f()'s value or returns f()'s error.
#define EYED_ASSIGN(declaration, expression)                                            \
    auto EYED_CONCAT(eyed_result_, __LINE__) = (expression);                            \
    if (!EYED_CONCAT(eyed_result_, __LINE__))                                           \
        return std::unexpected(std::move(EYED_CONCAT(eyed_result_, __LINE__)).error()); \
    declaration = *std::move(EYED_CONCAT(eyed_result_, __LINE__))

/// The same two inside a Task.
#define EYED_CO_TRY(expression)                        \
    if (auto eyed_status = (expression); !eyed_status) \
    co_return std::unexpected(std::move(eyed_status).error())
#define EYED_CO_ASSIGN(declaration, expression)                                            \
    auto EYED_CONCAT(eyed_result_, __LINE__) = (expression);                               \
    if (!EYED_CONCAT(eyed_result_, __LINE__))                                              \
        co_return std::unexpected(std::move(EYED_CONCAT(eyed_result_, __LINE__)).error()); \
    declaration = *std::move(EYED_CONCAT(eyed_result_, __LINE__))
