#include "log/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/uuid.h"
#include "log/journal/recovery.h"
#include "log/journal/segment_walk.h"
#include "log/record.h"

namespace eyed::log {
namespace {

using journal::Frame;
using journal::FrameHeader;
using journal::SegmentFiles;
using journal::SegmentHeader;
using journal::SegmentReader;
using journal::Walk;

std::optional<Position> last_of(const std::vector<SegmentFiles>& segments, std::size_t index) {
    if (index + 1 == segments.size()) return std::nullopt;
    return Position{segments[index + 1].first.value - 1};
}

/// The segments there are, without keys whose segment retention removed.
Result<std::vector<SegmentFiles>> segments_of(io::FileSystem& files, const std::string& directory) {
    EYED_ASSIGN(std::vector<SegmentFiles> segments, journal::list_segments(files, directory));
    std::erase_if(segments, [](const SegmentFiles& s) { return s.best().empty(); });
    return segments;
}

Result<std::uint64_t> size_of(io::FileSystem& files, const std::string& path) {
    EYED_ASSIGN(const std::unique_ptr<io::File> file, files.open(path, io::OpenMode::kRead));
    return file->size();
}

void count(const Frame& frame, VerifyReport& report) {
    switch (static_cast<Kind>(frame.header.kind)) {
        case Kind::kEvent:
            ++report.events;
            return;
        case Kind::kRejection:
            ++report.rejections;
            return;
        case Kind::kReplace:
        case Kind::kErase:
        case Kind::kSettle:
            ++report.amendments;
            return;
        case Kind::kSession:
            ++report.sessions;
            return;
        case Kind::kGap:
            return;
    }
}

Damage lost_segment(const SegmentFiles& segment, std::optional<Position> last, std::string what) {
    return {.file = segment.best(),
            .offset = 0,
            .first = segment.first,
            .last = last.value_or(Position{segment.first.value - 1}),
            .what = std::move(what)};
}

Status verify_segment(io::FileSystem& files, const SegmentFiles& segment,
                      std::optional<Position> last, VerifyReport& report) {
    SegmentReport one{.file = segment.best(), .first = segment.first, .last = {}};
    one.compressed = !segment.compressed.empty();
    EYED_ASSIGN(one.bytes, size_of(files, one.file));
    Result<std::unique_ptr<SegmentReader>> reader = SegmentReader::open(files, one.file);
    if (!reader) {
        if (reader.error().code != Code::kCorrupt)
            return std::unexpected(std::move(reader).error());
        report.damage.push_back(lost_segment(segment, last, reader.error().detail));
        report.last = last.value_or(report.last);
        report.segments.push_back(std::move(one));
        return {};
    }
    if ((*reader)->header().first != segment.first) {
        report.damage.push_back(lost_segment(segment, last, "its name is not its own"));
        report.segments.push_back(std::move(one));
        return {};
    }
    EYED_ASSIGN(Walk walk, journal::walk_segment(
                               **reader, last, [&](const Frame& frame) { count(frame, report); }));
    one.records = walk.records;
    one.last = Position{walk.next.value - 1};
    report.records += walk.records;
    report.given_up += walk.given_up;
    report.torn_tail_bytes += walk.torn_bytes;
    report.last = one.last;
    report.last_event = {walk.next_event.value - 1};
    report.last_rejection = {walk.next_rejection.value - 1};
    std::move(walk.damage.begin(), walk.damage.end(), std::back_inserter(report.damage));
    report.segments.push_back(std::move(one));
    return {};
}

/// Writes a raw segment frame by frame, of records that are whole and gaps where they are not.
class SalvageWriter {
  public:
    SalvageWriter(io::File& file, const SegmentHeader& header)
        : file_(file), salt_(header.salt), next_(header.first) {}

    void add(const Frame& frame) {
        gap_before(frame.header.position);
        append(frame);
        next_.value = frame.header.position.value +
                      (frame.header.kind == journal::kGap ? frame.header.id : 1);
    }
    /// Everything up to here that was not added is given up.
    void gap_before(Position position) {
        if (position <= next_) return;
        Frame gap;
        gap.header.kind = journal::kGap;
        gap.header.position = next_;
        gap.header.id = position.value - next_.value;
        gap.header.body_hash = hash64({});
        append(gap);
        next_ = position;
    }
    Status flush() {
        if (status_ && !buffer_.empty()) {
            status_ = file_.write_at(offset_, buffer_);
            offset_ += buffer_.size();
            buffer_.clear();
        }
        return status_;
    }

  private:
    void append(const Frame& frame) {
        constexpr std::size_t kFlushBytes = 1U << 20;
        FrameHeader header = frame.header;
        header.in_group = 0;  // all of it is synced before the file gets its name
        const std::size_t at = buffer_.size();
        buffer_.resize(at + header.frame_bytes(), '\0');
        char* const body = journal::put_frame_prefix(buffer_.data() + at, header, frame.key, salt_);
        frame.body.copy(body, frame.body.size());
        if (buffer_.size() >= kFlushBytes) static_cast<void>(flush());
    }

    io::File& file_;
    const std::uint64_t salt_;
    Position next_;
    std::string buffer_;
    std::uint64_t offset_ = journal::kSegmentHeaderBytes;
    Status status_;
};

class Repair {
  public:
    Repair(io::FileSystem& files, const std::string& directory, Logger& logger)
        : files_(files), directory_(directory), logger_(logger) {}

    Result<std::vector<Damage>> run() {
        EYED_ASSIGN(const std::vector<SegmentFiles> segments, segments_of(files_, directory_));
        // Where retention removed what came before: each record has given one id of a kind at most.
        if (!segments.empty()) {
            next_event_.value = segments.front().first.value;
            next_rejection_.value = segments.front().first.value;
        }
        for (std::size_t i = 0; i < segments.size(); ++i)
            EYED_TRY(look_at(segments[i], last_of(segments, i)));
        return std::move(given_up_);
    }

  private:
    Status look_at(const SegmentFiles& segment, std::optional<Position> last) {
        Result<std::unique_ptr<SegmentReader>> reader = SegmentReader::open(files_, segment.best());
        if (!reader) {
            if (reader.error().code != Code::kCorrupt)
                return std::unexpected(std::move(reader).error());
            return replace_unreadable(segment, last);
        }
        if ((*reader)->header().first != segment.first)
            return failure(Code::kCorrupt,
                           fmt::format("{} begins at record {}: it was renamed; give it its name "
                                       "back",
                                       segment.best(), (*reader)->header().first.value));
        EYED_ASSIGN(Walk walk, journal::walk_segment(**reader, last, [](const Frame&) {}));
        next_event_ = walk.next_event;
        next_rejection_ = walk.next_rejection;
        if (walk.damage.empty()) return {};
        std::move(walk.damage.begin(), walk.damage.end(), std::back_inserter(given_up_));
        EYED_ASSIGN(reader, SegmentReader::open(files_, segment.best()));
        return replace(segment, (*reader)->header(), [&](SalvageWriter& out) -> Status {
            EYED_TRY(
                journal::walk_segment(**reader, last, [&](const Frame& frame) { out.add(frame); }));
            out.gap_before(last ? Position{last->value + 1} : walk.next);
            return {};
        });
    }

    /// Its header is gone, and with it what its records' checksums start from: all are lost. As
    /// the newest it may have held any number that fits: that many ids are skipped.
    Status replace_unreadable(const SegmentFiles& segment, std::optional<Position> last) {
        EYED_ASSIGN(const std::uint64_t bytes, size_of(files_, segment.best()));
        const std::uint64_t most = bytes / journal::kFrameHeaderBytes + 1;
        const Position end = last.value_or(Position{segment.first.value + most - 1});
        SegmentHeader header;
        header.first = segment.first;
        header.first_event = next_event_;
        header.first_rejection = next_rejection_;
        header.salt = random_uuid().low();
        const std::uint64_t lost = end.value + 1 - segment.first.value;
        next_event_.value += lost;
        next_rejection_.value += lost;
        given_up_.push_back(lost_segment(segment, end, "the segment's header is damaged"));
        return replace(segment, header, [&](SalvageWriter& out) -> Status {
            out.gap_before(Position{end.value + 1});
            return {};
        });
    }

    template <class Fill>
    Status replace(const SegmentFiles& segment, SegmentHeader header, Fill fill) {
        const std::string path =
            directory_ + "/" + journal::segment_name(segment.first, journal::kRawSuffix);
        const std::string temporary = path + ".repair.tmp";
        if (files_.exists(temporary)) EYED_TRY(files_.remove(temporary));
        header.encoding = SegmentHeader::Encoding::kRaw;
        header.content_bytes = 0;
        EYED_ASSIGN(const std::unique_ptr<io::File> file,
                    files_.open(temporary, io::OpenMode::kCreateNew));
        EYED_TRY(file->write_at(0, encode(header)));
        SalvageWriter out(*file, header);
        EYED_TRY(fill(out));
        EYED_TRY(out.flush());
        EYED_TRY(file->sync_data());
        // At no moment is the segment without a name: a start that found none would give its ids
        // again. Cut short, both forms may be there; another repair then does it again.
        for (const std::string& old : {segment.raw, segment.compressed})
            if (!old.empty())
                EYED_TRY(files_.link(old, free_name(old + std::string(journal::kDamagedSuffix))));
        EYED_TRY(files_.sync_directory(directory_));
        EYED_TRY(files_.rename(temporary, path));
        EYED_TRY(files_.sync_directory(directory_));
        if (!segment.compressed.empty()) EYED_TRY(files_.remove(segment.compressed));
        EYED_TRY(files_.sync_directory(directory_));
        logger_.warning("A damaged log segment was put aside and written anew.",
                        {{"file", path}, {"given_up", given_up_.back().what}});
        return {};
    }

    std::string free_name(const std::string& path) {
        std::string name = path;
        for (int i = 2; files_.exists(name); ++i)
            name = fmt::format("{}-{}", path, i);
        return name;
    }

    io::FileSystem& files_;
    const std::string& directory_;
    Logger& logger_;
    EventId next_event_{1};
    RejectionId next_rejection_{1};
    std::vector<Damage> given_up_;
};

}  // namespace

Result<VerifyReport> verify_journal(io::FileSystem& files, const std::string& directory,
                                    const std::function<void(const VerifyProgress&)>& progress) {
    EYED_ASSIGN(const std::vector<SegmentFiles> segments, segments_of(files, directory));
    VerifyProgress done;
    for (const SegmentFiles& segment : segments) {
        EYED_ASSIGN(const std::uint64_t bytes, size_of(files, segment.best()));
        done.bytes_total += bytes;
    }
    VerifyReport report;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        EYED_TRY(verify_segment(files, segments[i], last_of(segments, i), report));
        done.bytes_done += report.segments.back().bytes;
        if (progress) progress(done);
    }
    return report;
}

Result<std::vector<Damage>> repair_journal(io::FileSystem& files, const std::string& directory,
                                           Logger& logger) {
    return Repair(files, directory, logger).run();
}

}  // namespace eyed::log
