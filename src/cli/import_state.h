#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/import_source.h"
#include "io/file_system.h"

namespace eyed::cli {

/// How far an import has come, kept beside its file in FILE.eyed-import-TARGET, so that it can go
/// on after an interruption. Lines `name value`.
struct ImportState {
    std::string fingerprint;  ///< of the file: another one begins at the front
    ImportSource::Place place;
    std::uint64_t accepted = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t rejected = 0;
};

/// `target` is an ImportTarget's identity(): each has a state of its own, under its hash. So an
/// import that stopped half-way into one server does not begin in the middle at another.
std::string import_state_path(const std::string& file, std::string_view target);
/// nullopt: there is none, or it is of another file. kCorrupt: it is no such file.
[[nodiscard]] Result<std::optional<ImportState>> read_import_state(io::FileSystem& files,
                                                                   const std::string& path,
                                                                   const std::string& fingerprint);
[[nodiscard]] Status write_import_state(io::FileSystem& files, const std::string& path,
                                        const ImportState& state);

}  // namespace eyed::cli
