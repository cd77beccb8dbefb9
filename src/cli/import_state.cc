#include "cli/import_state.h"

#include <fmt/format.h>

#include <sstream>

#include "base/hash.h"

namespace eyed::cli {

std::string import_state_path(const std::string& file, std::string_view target) {
    return fmt::format("{}.eyed-import-{:016x}", file, hash64(target));
}

Result<std::optional<ImportState>> read_import_state(io::FileSystem& files, const std::string& path,
                                                     const std::string& fingerprint) {
    if (!files.exists(path)) return std::optional<ImportState>();
    EYED_ASSIGN(const auto text, io::read_file(files, path, 4096));
    ImportState state;
    std::istringstream in(text);
    const auto field = [&](std::string_view name, auto& value) {
        std::string found;
        return static_cast<bool>(in >> found >> value) && found == name;
    };
    if (!field("fingerprint", state.fingerprint) || !field("offset", state.place.offset) ||
        !field("line", state.place.line) || !field("number", state.place.number) ||
        !field("accepted", state.accepted) || !field("duplicates", state.duplicates) ||
        !field("rejected", state.rejected))
        return failure(
            Code::kCorrupt,
            fmt::format("{} is not the state of an import: --restart begins anew", path));
    if (state.fingerprint != fingerprint) return std::optional<ImportState>();
    return state;
}

Status write_import_state(io::FileSystem& files, const std::string& path,
                          const ImportState& state) {
    return io::write_file_atomically(
        files, path,
        fmt::format("fingerprint {}\noffset {}\nline {}\nnumber {}\n"
                    "accepted {}\nduplicates {}\nrejected {}\n",
                    state.fingerprint, state.place.offset, state.place.line, state.place.number,
                    state.accepted, state.duplicates, state.rejected));
}

}  // namespace eyed::cli
