#include "log/journal/active_segment.h"

#include <fmt/format.h>

#include <atomic>

namespace eyed::log::journal {

Result<SpareFile> make_spare(io::FileSystem& files, const std::string& directory,
                             std::uint64_t bytes) {
    static std::atomic<std::uint64_t> counter{0};
    const std::string path = fmt::format("{}/spare-{}.tmp", directory, ++counter);
    EYED_ASSIGN(std::unique_ptr<io::File> file, files.open(path, io::OpenMode::kCreateNew));
    if (Status reserved = file->allocate(bytes); !reserved) {
        static_cast<void>(files.remove(path));
        return std::unexpected(std::move(reserved).error());
    }
    return SpareFile{std::move(file), path, bytes};
}

Result<ActiveSegment> ActiveSegment::begin(io::FileSystem& files, const std::string& directory,
                                           SpareFile spare, const SegmentHeader& header) {
    const std::string path = directory + "/" + segment_name(header.first, kRawSuffix);
    const auto install = [&]() -> Status {
        EYED_TRY(spare.file->write_at(0, encode(header)));
        EYED_TRY(spare.file->sync_data());
        EYED_TRY(files.rename(spare.path, path));
        return files.sync_directory(directory);
    };
    if (Status installed = install(); !installed) {
        static_cast<void>(files.remove(spare.path));
        return std::unexpected(std::move(installed).error());
    }
    return ActiveSegment(
        Resume{std::move(spare.file), path, kSegmentHeaderBytes, spare.bytes, header.salt});
}

Status ActiveSegment::append(std::string_view group) {
    EYED_TRY(at_.file->write_at(at_.offset, group));
    EYED_TRY(at_.file->sync_data());
    at_.offset += group.size();
    return {};
}

}  // namespace eyed::log::journal
