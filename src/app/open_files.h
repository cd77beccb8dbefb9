#pragma once

#include <cstddef>
#include <cstdint>

namespace eyed::app {

/// Raises this process's soft limit of open files (RLIMIT_NOFILE, setrlimit(2)) to the hard one and
/// gives what holds from then on; no limit is the greatest number. Never fails: where it cannot be
/// raised, the soft limit stays as it was.
std::uint64_t raise_open_files_limit();

/// How many connections may be open at once so that log, store, catalog and exports can still open
/// files: `wanted`, or less, at least one. 256 descriptors are kept back, of a limit below 512 one
/// half.
std::size_t connections_within(std::uint64_t open_files, std::size_t wanted);

}  // namespace eyed::app
