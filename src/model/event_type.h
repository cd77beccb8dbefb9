#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/time.h"

namespace eyed::model {

/// How events of a type are checked. The texts `off` and `example` are stored.
enum class CheckMode : std::uint8_t {
    kOff,      ///< any object is taken
    kExample,  ///< same structure as the example
};

/// A kind of event: category + name, over the whole installation.
struct EventType {
    EventTypeId id;
    ApplicationId application;  ///< that sent it first: it counts towards that one's limit
    std::string category;
    std::string name;
    std::optional<std::string> example;  ///< JSON text; there exactly when mode is kExample
    CheckMode mode = CheckMode::kOff;
    std::uint64_t version = 0;  ///< of this row; over all types every change takes the next number
    Micros first_seen;
    Micros updated_at;
    UserId updated_by;  ///< none: never changed by anybody
};

}  // namespace eyed::model
