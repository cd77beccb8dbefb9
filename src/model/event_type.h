#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace eyed::model {

/// How events of a type are checked against its example or JSON Schema.
enum class CheckMode : std::uint8_t {
    kOff,      ///< any object is taken
    kObserve,  ///< any object is taken, and what would be refused is noted with it
    kEnforce,  ///< what departs is refused
};
/// `off`, `observe`, `enforce`. Stored.
std::string_view mode_name(CheckMode mode);
/// The mode of that name; nullopt when there is none.
std::optional<CheckMode> mode_named(std::string_view name);

/// A kind of event: category + name, over the whole installation.
struct EventType {
    EventTypeId id;
    ApplicationId application;           ///< that sent it first: it counts towards that one's limit
    std::vector<ApplicationId> senders;  ///< all that have sent it, ascending
    std::string category;
    std::string name;
    std::string description;
    CheckMode mode = CheckMode::kOff;
    std::optional<std::string> example;  ///< JSON text; never beside `schema`
    std::optional<std::string> schema;   ///< JSON text: a JSON Schema, draft 7
    std::uint32_t version = 0;           ///< of this type: 1, 2, 3 …; each change takes the next
    std::uint64_t revision = 0;          ///< over all types: each change takes the next
    Micros first_seen;
    Micros updated_at;
    UserId updated_by;  ///< none: never changed by anybody
};

/// An event type as it was from one change to the next.
struct EventTypeVersion {
    std::uint32_t version = 0;
    std::string description;
    CheckMode mode = CheckMode::kOff;
    std::optional<std::string> example;
    std::optional<std::string> schema;
    Micros changed_at;
    UserId changed_by;  ///< none: made at first sight, or nobody known
};

}  // namespace eyed::model
