#include "base/result.h"

namespace eyed {

const char* code_name(Code code) {
    switch (code) {
        case Code::kInvalidArgument:
            return "invalid_argument";
        case Code::kUnauthenticated:
            return "unauthenticated";
        case Code::kForbidden:
            return "forbidden";
        case Code::kNotFound:
            return "not_found";
        case Code::kConflict:
            return "conflict";
        case Code::kPreconditionFailed:
            return "precondition_failed";
        case Code::kTooLarge:
            return "too_large";
        case Code::kOverloaded:
            return "overloaded";
        case Code::kUnavailable:
            return "unavailable";
        case Code::kTimeout:
            return "timeout";
        case Code::kDiskFull:
            return "disk_full";
        case Code::kIo:
            return "io";
        case Code::kCorrupt:
            return "corrupt";
        case Code::kUnsupported:
            return "unsupported";
        case Code::kInternal:
            return "internal";
    }
    return "internal";
}

}  // namespace eyed
