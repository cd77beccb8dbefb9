#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/delivery.h"

namespace eyed::catalog {

/// How the lists of a destination stand in its row. Reading gives kCorrupt for what writing cannot
/// have made. Included by the room's sources alone.

/// `200-299,304-304`
std::string statuses_column(const std::vector<model::StatusRange>& ranges);
[[nodiscard]] Result<std::vector<model::StatusRange>> read_statuses_column(std::string_view text);

/// Seconds: `5,300,1800`.
std::string schedule_column(const std::vector<std::chrono::seconds>& schedule);
[[nodiscard]] Result<std::vector<std::chrono::seconds>> read_schedule_column(std::string_view text);

/// `{"categories":[],"names":[],"applications":[3],"data":[{"pointer":"/a","equals":"1"}]}`
std::string filter_column(const model::EventFilter& filter);
[[nodiscard]] Result<model::EventFilter> read_filter_column(std::string_view text);

}  // namespace eyed::catalog
