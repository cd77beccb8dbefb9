#pragma once

#include <chrono>

#include "base/result.h"

namespace eyed::calendar {

/// When work on a file must be done.
class Deadline {
  public:
    explicit Deadline(std::chrono::seconds from_now)
        : end_(std::chrono::steady_clock::now() + from_now) {}

    /// kTooLarge: it has passed.
    [[nodiscard]] Status check() const {
        if (std::chrono::steady_clock::now() < end_) return {};
        return failure(Code::kTooLarge, "the file takes too long: send it in parts");
    }

  private:
    std::chrono::steady_clock::time_point end_;
};

}  // namespace eyed::calendar
