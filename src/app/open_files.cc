#include "app/open_files.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

namespace eyed::app {
namespace {

constexpr std::uint64_t kReserve = 256;

}  // namespace

std::uint64_t raise_open_files_limit() {
    constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return kUnlimited;
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (limit.rlim_cur != limit.rlim_max && ::setrlimit(RLIMIT_NOFILE, &raised) == 0)
        limit = raised;
    return limit.rlim_cur == RLIM_INFINITY ? kUnlimited : limit.rlim_cur;
}

std::size_t connections_within(std::uint64_t open_files, std::size_t wanted) {
    const std::uint64_t fitting = open_files - std::min(kReserve, open_files / 2);
    return static_cast<std::size_t>(
        std::clamp<std::uint64_t>(fitting, 1, std::max<std::size_t>(wanted, 1)));
}

}  // namespace eyed::app
