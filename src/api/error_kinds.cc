// The one table of errors, and the maps into it.
#include <algorithm>
#include <array>

#include "api/errors.h"

namespace eyed::api {

namespace {

using enum ErrorKind::Detail;

constexpr std::uint32_t kRetrySoon = 1;
constexpr std::uint32_t kRetryLater = 5;

enum Row : std::uint8_t {
    kInvalid,
    kRejectedEvent,
    kNobody,
    kNotEntitled,
    kAbsent,
    kWrongMethod,
    kSlowRequest,
    kChanged,
    kStaleCopy,
    kOverLimit,
    kLongTarget,
    kMediaType,
    kExpectation,
    kTooOften,
    kLongHeader,
    kBroken,
    kNotOffered,
    kBusy,
    kOutOfOrder,
    kTookTooLong,
    kNoSpace,
    kDisk,
    kVersion,
    kRows,
};

constexpr std::array<ErrorKind, kRows> kTable{{
    {.code = "invalid_request",
     .status = 400,
     .title = "Invalid request",
     .text = "The request is faulty.",
     .happened = "A body, a field, a query parameter, a header or a cursor is wrong. Nothing was "
                 "done. A body of events that is not JSON is kept under `/api/v1/rejections`.",
     .why = "A field is missing, misspelt, of another type or out of its range; the body is not "
            "JSON; a parameter is not known; a cursor belongs to other filters.",
     .remedy = "`detail` says what is wrong; `errors`, where faults have a place, names each. Mend "
               "them all and send the request again. `/docs` lists what each operation takes."},
    {.code = "event_rejected",
     .status = 400,
     .title = "Event rejected",
     .text = "The event was refused and recorded as a rejection.",
     .happened = "A single event was refused. It is kept whole under `/api/v1/rejections`.",
     .why = "The event lacks a field, has one that is faulty, or does not have the structure that "
            "its event type enforces. `errors` has field, pointer, reason and message of each "
            "fault.",
     .remedy = "Mend the sender, or the event type; then replay the rejection with `POST "
               "/api/v1/rejections/replay`, or send the event again. `POST /api/v1/validate` tries "
               "a body without taking it in."},
    {.code = "unauthenticated",
     .status = 401,
     .title = "Unauthenticated",
     .text = "Authentication credentials were not provided.",
     .happened = "Nobody is known to be calling. The answer carries `WWW-Authenticate: Token`, for "
                 "clients of FastAPI's errors `Bearer`.",
     .why = "There is no `Authorization` header, or its key or token is not known, has expired or "
            "was revoked, or the user whom it stands for is inactive.",
     .remedy = "Send `Authorization: Bearer <key>`. A login at `POST /api/token` gives an access "
               "token, `POST /api/v1/keys` makes a key."},
    {.code = "forbidden",
     .status = 403,
     .title = "Forbidden",
     .text = "You do not have permission to perform this action.",
     .happened = "The caller is known, and may not do this.",
     .why = "The key lacks the scope, the caller the role, or the application is another's. "
            "`detail` says which.",
     .remedy = "Use a key with the scope that the operation needs (`x-eyed-scope` in "
               "`/openapi.json`), or ask an administrator for the role."},
    {.code = "not_found",
     .status = 404,
     .title = "Not found",
     .text = "Not found.",
     .detail = kFixed,
     .happened = "No such path or thing, or none that the caller may read.",
     .why =
         "The path or the id is wrong, what it named is gone, or it belongs to an application "
         "that the caller does not read. With `X-Eyed-Stale: true` it may only not be there yet.",
     .remedy = "Check path and id, and whose key is used. Ask again when the answer is stale."},
    {.code = "method_not_allowed",
     .status = 405,
     .title = "Method not allowed",
     .text = "The path does not have this method.",
     .happened = "The path is known, the method is not one of `Allow`.",
     .why = "Another operation of this path was meant, or another path.",
     .remedy = "Use a method of `Allow`. `OPTIONS` on the path describes each."},
    {.code = "request_timeout",
     .status = 408,
     .title = "Request timeout",
     .text = "The request did not arrive in time.",
     .happened = "Header or body came too slowly, and the connection is closed. Nothing was done.",
     .why = "It took longer than `http.header_timeout` or `http.body_timeout` allow: a slow or "
            "broken line, or a `Content-Length` beyond what was sent.",
     .remedy = "Send it again, in smaller parts where the line is slow; or allow more time."},
    {.code = "conflict",
     .status = 409,
     .title = "Conflict",
     .text = "It exists already, or was changed meanwhile.",
     .happened = "What is asked for does not fit how things are now. Nothing was changed.",
     .why = "The name is taken, the version is no longer the current one, a bound on their number "
            "is reached, the last superuser would go, an `Idempotency-Key` stands for something "
            "else, or a payment is under way. `detail` says which.",
     .remedy = "Read the thing again, decide anew, and send the change for what is there now."},
    {.code = "precondition_failed",
     .status = 412,
     .title = "Precondition failed",
     .text = "It was changed since it was read: read it again.",
     .happened = "Nothing was changed: `If-Match` names another version than the one there is.",
     .why = "Somebody else changed it since it was read.",
     .remedy = "Read it again, decide anew, and change it with the new `ETag`."},
    {.code = "too_large",
     .status = 413,
     .title = "Too large",
     .text = "Request body is too large.",
     .happened = "The body is over a limit. Nothing was taken.",
     .why = "The body, what it unpacks to, or the number of its events is over `http.body_limit`, "
            "`http.decompressed_limit`, `ingest.max_batch` or the operation's own bound.",
     .remedy = "Send it in several requests, or raise the limit."},
    {.code = "target_too_long",
     .status = 414,
     .title = "Target too long",
     .text = "The request's target is too long.",
     .happened = "The request line was refused unread.",
     .why = "It is over `http.header_limit`.",
     .remedy = "Use fewer or shorter query parameters."},
    {.code = "unsupported_media_type",
     .status = 415,
     .title = "Unsupported media type",
     .text = "The content type or encoding is not one that this route takes.",
     .happened = "The body was not looked at.",
     .why = "`Content-Type` is none of the operation's, or `Content-Encoding` neither gzip nor "
            "deflate.",
     .remedy = "Send one of the types that `OPTIONS` on the path lists under `parses`."},
    {.code = "expectation_failed",
     .status = 417,
     .title = "Expectation failed",
     .text = "Of expectations only 100-continue is known.",
     .happened = "The request was refused before its body.",
     .why = "It has an `Expect` that is not `100-continue`.",
     .remedy = "Leave the header out."},
    {.code = "throttled",
     .status = 429,
     .title = "Too many attempts",
     .text = "Request was throttled.",
     .retry_after_s = kRetryLater,
     .happened = "The login was not tried.",
     .why = "Too many tries to log in as this user from this address, or to log in or use tokens "
            "that are not valid from this address at all (`auth.login_attempts`).",
     .remedy = "Wait as long as `Retry-After` says. If you did not try, somebody else did."},
    {.code = "header_too_large",
     .status = 431,
     .title = "Header too large",
     .text = "The request's header is too large.",
     .happened = "The request was refused unread.",
     .why = "Its header is over `http.header_limit`, or has more than 128 fields.",
     .remedy = "Send fewer or shorter fields; cookies are the usual reason."},
    {.code = "internal",
     .status = 500,
     .title = "Internal error",
     .text = "A fault of the server; its log has the details.",
     .detail = kFixed,
     .happened = "A fault of the server ended the request. What was sent may or may not be done.",
     .why = "A defect of the program, or damaged data. The log has it under the request's id.",
     .remedy = "Report it with `instance` and what the log says. Events may be sent again with the "
               "same `event_id`."},
    {.code = "not_implemented",
     .status = 501,
     .title = "Not implemented",
     .text = "This is not offered.",
     .happened = "The request was understood, and is not offered.",
     .why = "It asks for something that this version cannot do, such as a transfer coding other "
            "than chunked.",
     .remedy = "`detail` says what it is; do without it."},
    {.code = "overloaded",
     .status = 503,
     .title = "Overloaded",
     .text = "Too much is waiting: try again.",
     .retry_after_s = kRetrySoon,
     .happened = "A bounded queue is full. Nothing was taken.",
     .why = "More comes than the machine can do at the moment.",
     .remedy = "Try again after `Retry-After`, and send events in batches."},
    {.code = "unavailable",
     .status = 503,
     .title = "Unavailable",
     .text = "A part of the server is out of order.",
     .retry_after_s = kRetryLater,
     .happened = "Log, store or catalog is out of order. Events may or may not have been taken.",
     .why = "A disk that fails or is full, a damaged file, or a start or stop that is not over. "
            "`/readyz` says which part, the log says why.",
     .remedy = "It heals when the cause is gone. Send events again with the same `event_id`: those "
               "that were taken are known by it."},
    {.code = "timeout",
     .status = 503,
     .title = "Took too long",
     .text = "This took longer than allowed.",
     .retry_after_s = kRetryLater,
     .happened = "The query was given up.",
     .why = "It was over `store.query_timeout`, or what it waited for was not ready in time.",
     .remedy = "Ask for less: a span of time, a type, fewer rows; or allow more time."},
    {.code = "disk_full",
     .status = 503,
     .title = "Disk full",
     .text = "Too little space is left on the server's disk. Exports stop before all else: they "
             "leave 256 MiB of it free.",
     .detail = kFixed,
     .retry_after_s = kRetryLater,
     .happened = "It was not written.",
     .why = "The data directory's disk has no space left, or an export would leave less than 256 "
            "MiB free.",
     .remedy = "Make space. It heals by itself then; nothing need be restarted."},
    {.code = "disk_failed",
     .status = 503,
     .title = "Disk failed",
     .text = "The server's disk refused to read or write.",
     .detail = kFixed,
     .retry_after_s = kRetryLater,
     .happened = "A file could not be read or written.",
     .why = "The disk or its file system reports an error, or the file's permissions are wrong.",
     .remedy = "The server's log says which file and why. Mend that; `eyed verify` then tells "
               "whether the data is whole."},
    {.code = "http_version_not_supported",
     .status = 505,
     .title = "HTTP version not supported",
     .text = "Only HTTP/1.0 and HTTP/1.1 are spoken here.",
     .happened = "The request was refused unread.",
     .why = "The request line names another version of HTTP.",
     .remedy = "Speak HTTP/1.1, or put a proxy in front that speaks what the clients speak."},
}};

Row row_of(Code code) {
    switch (code) {
        case Code::kInvalidArgument:
            return kInvalid;
        case Code::kUnauthenticated:
            return kNobody;
        case Code::kForbidden:
            return kNotEntitled;
        case Code::kNotFound:
            return kAbsent;
        case Code::kConflict:
            return kChanged;
        case Code::kPreconditionFailed:
            return kStaleCopy;
        case Code::kTooLarge:
            return kOverLimit;
        case Code::kOverloaded:
            return kBusy;
        case Code::kUnavailable:
            return kOutOfOrder;
        case Code::kTimeout:
            return kTookTooLong;
        case Code::kDiskFull:
            return kNoSpace;
        case Code::kIo:
            return kDisk;
        case Code::kUnsupported:
            return kNotOffered;
        case Code::kCorrupt:
        case Code::kInternal:
            break;
    }
    return kBroken;
}

}  // namespace

std::span<const ErrorKind> error_kinds() {
    return kTable;
}

const ErrorKind& kind_of(Code code) {
    return kTable[row_of(code)];
}

const ErrorKind& kind_of_status(int status) {
    const auto* found = std::ranges::find(kTable, status, &ErrorKind::status);
    return found == kTable.end() ? kTable[kBroken] : *found;
}

const ErrorKind& rejected_event() {
    return kTable[kRejectedEvent];
}

}  // namespace eyed::api
