#include "log/journal/housekeeper.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

#include "log/journal/compressor.h"
#include "log/journal/keys_file.h"
#include "log/journal/recovery.h"
#include "log/journal/segment_walk.h"

namespace eyed::log::journal {
namespace {

constexpr std::uint64_t kRoundsBetweenOldKeys = 512;
constexpr std::uint64_t kFillBytes = 1ULL << 20;

}  // namespace

Housekeeper::Housekeeper(const JournalOptions& options, const JournalParts& parts,
                         SegmentList& segments)
    : options_(options), parts_(parts), segments_(segments), remover_(parts.files, parts.logger) {
    remover_.sweep(options.directory);
    thread_ = std::thread([this] { run(); });
}

Housekeeper::~Housekeeper() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
    if (spare_) static_cast<void>(parts_.files.remove(spare_->path));
}

std::optional<SpareFile> Housekeeper::take_spare(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    if (!spare_ || spare_->bytes < bytes) return std::nullopt;
    std::optional<SpareFile> taken = std::move(spare_);
    spare_.reset();
    return taken;
}

void Housekeeper::poke() {
    {
        const std::lock_guard lock(mutex_);
        poked_ = true;
    }
    wake_.notify_one();
}

void Housekeeper::set_applied(Position position) {
    std::uint64_t seen = applied_.load(std::memory_order_relaxed);
    while (seen < position.value && !applied_.compare_exchange_weak(seen, position.value)) {
    }
    poke();
}

void Housekeeper::remove_superseded(const std::vector<std::string>& paths) {
    for (const std::string& path : paths)
        if (Status removed = remover_.remove(path); !removed)
            parts_.logger.warning("A segment that was compressed could not be removed.",
                                  {{"file", path}, {"error", removed.error().detail}});
}

void Housekeeper::run() {
    pthread_setname_np(pthread_self(), "log-keeper");
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 10);
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        poked_ = false;
        lock.unlock();
        work();
        lock.lock();
        wake_.wait_for(lock, options_.retry_interval, [this] { return stopping_ || poked_; });
    }
}

void Housekeeper::work() {
    release_files();  // of earlier rounds: this one's view of the segments holds leases too
    prepare_spare();
    const std::vector<Segment> segments = segments_.all();
    for (const Segment& segment : segments) {
        if (stopping_) return;
        if (!segment.last || segment.damaged) continue;
        if (!segment.has_keys) {
            write_keys(segment);
        } else if (!segment.compressed && options_.compression == Compression::kOn &&
                   segment.last->value <= applied_.load()) {
            compress(segment);
        }
    }
    retain(segments);
}

void Housekeeper::prepare_spare() {
    {
        const std::lock_guard lock(mutex_);
        if (spare_) return;
    }
    Result<SpareFile> made = make_spare(parts_.files, options_.directory, options_.segment_bytes);
    if (!made) return;  // the writer tries by itself, and says it when it matters
    if (options_.prefill == Prefill::kOn && !fill(*made->file)) {
        static_cast<void>(
            parts_.files.remove(made->path));  // whose sync failed is not synced again
        return;
    }
    const std::lock_guard lock(mutex_);
    spare_ = std::move(*made);
}

/// Writes zeros over all of it, little at a time: the writer syncs the same disk.
Status Housekeeper::fill(io::File& file) {
    const std::string zeros(kFillBytes, '\0');
    for (std::uint64_t at = 0; at < options_.segment_bytes && !stopping_; at += kFillBytes) {
        const std::uint64_t left = options_.segment_bytes - at;
        EYED_TRY(file.write_at(at, std::string_view(zeros).substr(0, left)));
        EYED_TRY(file.sync_data());
    }
    return {};
}

void Housekeeper::write_keys(const Segment& segment) {
    const auto write = [&]() -> Status {
        EYED_ASSIGN(const std::unique_ptr<SegmentReader> reader,
                    SegmentReader::open(parts_.files, segment.path));
        KeysFile keys{.first = segment.first, .last = *segment.last, .last_time = 0, .keys = {}};
        EYED_ASSIGN(
            const Walk walk, walk_segment(*reader, segment.last, [&](const Frame& frame) {
                if (frame.header.keyed)
                    keys.keys.push_back({frame.key, EventId{frame.header.id}, frame.header.time});
            }));
        if (!walk.damage.empty()) {
            segments_.update(segment.first, [](Segment& s) { s.damaged = true; });
            return failure(Code::kCorrupt, walk.damage.front().what);
        }
        keys.last_time = walk.last_time;
        const std::string path =
            options_.directory + "/" + segment_name(segment.first, kKeysSuffix);
        EYED_TRY(write_keys_file(parts_.files, path, keys));
        std::uint64_t bytes = segment.bytes;
        if (!segment.compressed) {  // gives back what was reserved and not needed
            EYED_ASSIGN(const std::unique_ptr<io::File> file,
                        parts_.files.open(segment.path, io::OpenMode::kReadWrite));
            EYED_TRY(file->truncate(walk.end_offset));
            bytes = walk.end_offset;
        }
        segments_.update(segment.first, [&](Segment& s) {
            s.has_keys = true;
            s.bytes = bytes;
        });
        return {};
    };
    if (const Status written = write(); !written)
        complain("The dedup keys of a log segment could not be saved.", segment.path,
                 written.error());
    else
        poke();  // now it can be compressed
}

void Housekeeper::compress(const Segment& segment) {
    const std::string to =
        options_.directory + "/" + segment_name(segment.first, kCompressedSuffix);
    const Result<std::uint64_t> bytes = compress_segment(
        parts_.files,
        {.raw = segment.path, .to = to, .last = *segment.last, .level = options_.compression_level},
        stopping_);
    if (!bytes) {
        if (bytes.error().code == Code::kCorrupt)
            segments_.update(segment.first, [](Segment& s) { s.damaged = true; });
        if (!stopping_)
            complain("A log segment could not be compressed.", segment.path, bytes.error());
        return;
    }
    Leaving leaving{segment.path, nullptr};
    segments_.update(segment.first, [&](Segment& s) {
        leaving.lease = std::move(s.lease);
        s.lease = std::make_shared<int>(0);
        s.path = to;
        s.compressed = true;
        s.bytes = *bytes;
    });
    leaving_.push_back(std::move(leaving));
}

void Housekeeper::retain(const std::vector<Segment>& segments) {
    if (!options_.retention) return;
    const Micros limit = parts_.clock.now() - *options_.retention;
    for (const Segment& segment : segments) {
        if (!segment.last || segment.damaged || !segment.has_keys) break;
        if (segment.last->value > applied_.load() || segment.ended_at >= limit) break;
        // It may have been compressed in this very round: what is listed now counts.
        const std::optional<Segment> current = segments_.find(segment.first);
        if (!current || current->first != segment.first) break;
        segments_.remove_oldest();
        leaving_.push_back({current->path, current->lease});
    }
    if (rounds_++ % kRoundsBetweenOldKeys == 0) remove_old_keys();
}

void Housekeeper::remove_old_keys() {
    const Result<std::vector<SegmentFiles>> found = list_segments(parts_.files, options_.directory);
    if (!found) return;
    const std::int64_t now = parts_.clock.now().value / 1'000'000;
    for (const SegmentFiles& files : *found) {
        if (!files.best().empty() || files.keys.empty()) continue;
        const Result<KeysFile> keys = read_keys_file(parts_.files, files.keys);
        if (!keys || keys->last_time + options_.dedup_window.count() >= now) break;
        if (!parts_.files.remove(files.keys)) break;
    }
}

void Housekeeper::release_files() {
    std::erase_if(leaving_, [this](const Leaving& leaving) {
        if (leaving.lease.use_count() > 1) return false;  // a cursor reads it still
        if (const Status removed = remover_.remove(leaving.path); !removed)
            complain("A log segment could not be removed.", leaving.path, removed.error());
        return true;
    });
}

void Housekeeper::complain(const char* what, const std::string& path, const Error& error) {
    if (!complained_.insert(path).second) return;
    parts_.logger.warning(what, {{"file", path}, {"error", error.detail}});
}

}  // namespace eyed::log::journal
