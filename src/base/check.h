#pragma once

namespace eyed {

/// Prints what broke and aborts. Never returns.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace eyed

/// An invariant of ours, always on. User input can never make it fail.
#define EYED_CHECK(condition) \
    ((condition) ? static_cast<void>(0) : ::eyed::check_failed(#condition, __FILE__, __LINE__))
