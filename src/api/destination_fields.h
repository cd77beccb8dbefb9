#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "api/json_body.h"
#include "delivery/service.h"

namespace eyed::api {

/// A destination as somebody wrote it. What is wrong with its form is in the body's errors; what
/// its values must be is delivery::Service's to say.
enum class DraftOf : std::uint8_t {
    kNew,     ///< POST: name and url must be there; `start` and `secret` may be
    kChange,  ///< PATCH: what is absent stays as it is
};
delivery::DestinationDraft read_destination(JsonBody& body, DraftOf draft);

/// A duration as settings are written, `15s`.
std::optional<std::chrono::microseconds> read_duration(JsonBody& body, std::string_view name);

}  // namespace eyed::api
