#include "log/journal/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "log/journal/keys_file.h"
#include "log/journal/segment_walk.h"

namespace eyed::log::journal {
namespace {

std::uint32_t seconds_of(Micros at) {
    return static_cast<std::uint32_t>(std::max<std::int64_t>(at.value / 1'000'000, 0));
}

class Recovery {
  public:
    Recovery(const JournalOptions& options, const JournalParts& parts, SegmentList& segments,
             DedupWindow& dedup)
        : options_(options),
          parts_(parts),
          segments_(segments),
          dedup_(dedup),
          now_(seconds_of(parts.clock.now())) {}

    Result<Recovered> run() {
        EYED_TRY(remove_unfinished());
        EYED_ASSIGN(std::vector<SegmentFiles> found,
                    list_segments(parts_.files, options_.directory));
        if (!found.empty() && found.back().best().empty()) {
            // Keys of a segment that is gone come last only when segments were taken away by hand.
            return failure(Code::kCorrupt,
                           fmt::format("{} is there, its log segment is not: put the segment "
                                       "back, so that no id is given twice",
                                       found.back().keys));
        }
        EYED_TRY(check_put_aside(found.empty() ? Position{} : found.back().first));
        for (std::size_t i = 0; i < found.size(); ++i) {
            const SegmentFiles& files = found[i];
            if (!files.raw.empty() && !files.compressed.empty())
                result_.superseded.push_back(files.raw);
            if (i + 1 == found.size()) {
                EYED_TRY(read_last(files));
            } else {
                EYED_TRY(read_sealed(files, Position{found[i + 1].first.value - 1}));
            }
        }
        dedup_.expire(now_);
        return std::move(result_);
    }

  private:
    Status remove_unfinished() {
        EYED_ASSIGN(const std::vector<std::string> names, parts_.files.list(options_.directory));
        for (const std::string& name : names)
            if (name.ends_with(".tmp"))
                EYED_TRY(parts_.files.remove(options_.directory + "/" + name));
        return {};
    }

    /// A repair puts another file in the place of what it puts aside. Where that is missing after
    /// the newest segment there is, ids would be given twice.
    Status check_put_aside(Position newest) {
        EYED_ASSIGN(const std::vector<std::string> names, parts_.files.list(options_.directory));
        for (const std::string& name : names) {
            const std::string own = name.substr(0, name.find(kDamagedSuffix));
            if (own == name) continue;
            auto first = parse_segment_name(own, kRawSuffix);
            if (!first) first = parse_segment_name(own, kCompressedSuffix);
            if (first && *first > newest)
                return failure(Code::kCorrupt,
                               fmt::format("{0}/{1} was put aside, and nothing is in its place: "
                                           "name it {2} again and run `eyed verify --repair`, so "
                                           "that no id is given twice",
                                           options_.directory, name, own));
        }
        return {};
    }

    Result<std::uint64_t> size_of(const std::string& path) {
        EYED_ASSIGN(const std::unique_ptr<io::File> file,
                    parts_.files.open(path, io::OpenMode::kRead));
        return file->size();
    }

    /// Adds a segment to the list; the one before it ends where this one begins.
    Status add_to_list(const SegmentFiles& files, const SegmentReader* reader) {
        Segment segment;
        segment.first = files.first;
        segment.path = files.best();
        segment.compressed = !files.compressed.empty();
        segment.damaged = reader == nullptr;
        segment.has_keys = !files.keys.empty();
        EYED_ASSIGN(segment.bytes, size_of(segment.path));
        if (reader != nullptr) created_at_ = reader->header().created_at;
        segments_.add(std::move(segment), created_at_);
        return {};
    }

    Status read_sealed(const SegmentFiles& files, Position last) {
        if (files.best().empty()) return load_keys(files, last, nullptr);
        Result<std::unique_ptr<SegmentReader>> reader =
            SegmentReader::open(parts_.files, files.best());
        if (!reader) {
            if (reader.error().code != Code::kCorrupt) return std::unexpected(reader.error());
            parts_.logger.error("A segment of the log is damaged. See `eyed verify`.",
                                {{"file", files.best()}, {"error", reader.error().detail}});
        }
        EYED_TRY(add_to_list(files, reader ? reader->get() : nullptr));
        return load_keys(files, last, reader ? reader->get() : nullptr);
    }

    Status load_keys(const SegmentFiles& files, Position last, SegmentReader* reader) {
        if (!files.keys.empty()) {
            const Result<KeysFile> keys = read_keys_file(parts_.files, files.keys);
            if (keys) {
                for (const KeyRecord& record : keys->keys)
                    remember(record);
                return {};
            }
            if (keys.error().code != Code::kCorrupt) return std::unexpected(keys.error());
            parts_.logger.warning("A file of dedup keys is damaged and is made again.",
                                  {{"file", files.keys}});
            segments_.update(files.first, [](Segment& segment) { segment.has_keys = false; });
        }
        if (reader == nullptr) return {};
        EYED_ASSIGN(const Walk walk,
                    walk_segment(*reader, last, [this](const Frame& frame) { note(frame); }));
        report(walk);
        return {};
    }

    Status read_last(const SegmentFiles& files) {
        Result<std::unique_ptr<SegmentReader>> opened =
            SegmentReader::open(parts_.files, files.best());
        if (!opened) {
            if (opened.error().code == Code::kCorrupt)
                opened.error().detail +=
                    "; it is the newest, so which ids were given last is not known and starting "
                    "without it could give them twice. Restore the file from a backup, or run "
                    "`eyed verify --repair`, which puts it aside and skips all ids it can have "
                    "held";
            return std::unexpected(std::move(opened).error());
        }
        SegmentReader& reader = **opened;
        if (reader.header().first != files.first)
            return failure(Code::kCorrupt,
                           fmt::format("{} begins at record {}: it was renamed; give it its name "
                                       "back",
                                       files.best(), reader.header().first.value));
        EYED_TRY(add_to_list(files, &reader));
        EYED_ASSIGN(const Walk walk, walk_segment(reader, std::nullopt,
                                                  [this](const Frame& frame) { note(frame); }));
        report(walk);
        // What a killed process wrote may still be in the page cache alone.
        EYED_ASSIGN(const std::unique_ptr<io::File> file,
                    parts_.files.open(files.best(), io::OpenMode::kReadWrite));
        EYED_TRY(file->sync_data());
        result_.next = walk.next;
        result_.next_event = walk.next_event;
        result_.next_rejection = walk.next_rejection;
        if (!walk.damage.empty()) {
            segments_.update(files.first, [](Segment& segment) { segment.damaged = true; });
            return {};  // it stays as it is; a new segment begins
        }
        if (!files.compressed.empty()) return {};
        if (Status continued = write_on(files.raw, walk, reader.header().salt); !continued)
            parts_.logger.warning("The last log segment cannot be written on; a new one begins.",
                                  {{"file", files.raw}, {"error", continued.error().detail}});
        return {};
    }

    /// Opens the last segment for writing behind its last whole frame; cuts a torn tail.
    Status write_on(const std::string& path, const Walk& walk, std::uint64_t salt) {
        EYED_ASSIGN(std::unique_ptr<io::File> file,
                    parts_.files.open(path, io::OpenMode::kReadWrite));
        EYED_ASSIGN(std::uint64_t size, file->size());
        if (walk.torn_bytes > 0) {
            parts_.logger.warning(
                "The log ended within an unfinished write, which was never acknowledged: it was "
                "cut off.",
                {{"file", path}, {"bytes", fmt::format("{}", walk.torn_bytes)}});
            EYED_TRY(file->truncate(walk.end_offset));
            EYED_TRY(file->allocate(size));
            EYED_TRY(file->sync_data());
        }
        result_.active = std::move(file);
        result_.active_path = path;
        result_.active_offset = walk.end_offset;
        result_.active_bytes = size;
        result_.active_salt = salt;
        return {};
    }

    void report(const Walk& walk) {
        for (const Damage& damage : walk.damage) {
            parts_.logger.error("The log is damaged. Nothing was changed; see `eyed verify`.",
                                {{"file", damage.file},
                                 {"offset", fmt::format("{}", damage.offset)},
                                 {"what", damage.what}});
        }
    }

    void note(const Frame& frame) {
        if (frame.header.keyed) remember({frame.key, EventId{frame.header.id}, frame.header.time});
    }

    void remember(const KeyRecord& record) {
        const auto window = static_cast<std::uint64_t>(options_.dedup_window.count());
        if (record.time + window < now_ || dedup_.find(record.key)) return;
        dedup_.insert(record.key, record.id, record.time);
        if (++remembered_ % 4096 == 0) dedup_.expire(now_);
    }

    const JournalOptions& options_;
    const JournalParts& parts_;
    SegmentList& segments_;
    DedupWindow& dedup_;
    const std::uint32_t now_;
    Micros created_at_;
    std::uint64_t remembered_ = 0;
    Recovered result_;
};

}  // namespace

Result<std::vector<SegmentFiles>> list_segments(io::FileSystem& files,
                                                const std::string& directory) {
    EYED_ASSIGN(const std::vector<std::string> names, files.list(directory));
    std::map<std::uint64_t, SegmentFiles> found;
    const auto entry = [&](Position first) -> SegmentFiles& {
        SegmentFiles& segment = found[first.value];
        segment.first = first;
        return segment;
    };
    for (const std::string& name : names) {
        const std::string path = directory + "/" + name;
        if (const auto raw = parse_segment_name(name, kRawSuffix)) entry(*raw).raw = path;
        if (const auto zst = parse_segment_name(name, kCompressedSuffix))
            entry(*zst).compressed = path;
        if (const auto keys = parse_segment_name(name, kKeysSuffix)) entry(*keys).keys = path;
    }
    std::vector<SegmentFiles> sorted;
    for (auto& [first, segment] : found)
        sorted.push_back(std::move(segment));
    return sorted;
}

Result<Recovered> recover(const JournalOptions& options, const JournalParts& parts,
                          SegmentList& segments, DedupWindow& dedup) {
    return Recovery(options, parts, segments, dedup).run();
}

}  // namespace eyed::log::journal
