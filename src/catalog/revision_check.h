#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"

namespace eyed::catalog {

/// kPreconditionFailed: `revision` is none of those that a change was made for (none: whichever).
[[nodiscard]] inline Status check_revision(
    std::uint64_t revision, const std::optional<std::vector<std::uint64_t>>& revisions) {
    if (!revisions || std::ranges::find(*revisions, revision) != revisions->end()) return {};
    return failure(Code::kPreconditionFailed, "It was changed since it was read.");
}

}  // namespace eyed::catalog
