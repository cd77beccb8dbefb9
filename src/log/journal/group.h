#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "log/journal/dedup_window.h"
#include "log/journal/format.h"
#include "log/log.h"

namespace eyed::log::journal {

/// The numbers that the next records get.
struct Counters {
    Position position{1};
    EventId event{1};
    RejectionId rejection{1};
};

/// Turns the appends of one write into bytes: drops known keys, gives ids, lays frames into one
/// buffer that it keeps. The writer's.
class Group {
  public:
    /// At least what `batch` will need.
    static std::uint64_t bound(const Batch& batch) {
        return batch.bytes() + batch.size() * (kFrameHeaderBytes + kKeyBytes + kFrameAlignment);
    }

    struct Start {
        Counters counters;
        std::uint64_t salt = 0;
        std::uint32_t time = 0;   ///< seconds since the epoch
        std::uint64_t bound = 0;  ///< of all that will be added
    };
    void begin(const Start& start);
    /// Fills append.verdicts and append.last.
    void add(Append& append, DedupWindow& dedup);
    /// A kMark behind all: see the format.
    void add_mark();

    std::string_view bytes() const { return {buffer_.get(), used_}; }
    const Counters& counters() const { return next_; }
    std::uint64_t records() const { return in_group_; }
    std::uint64_t duplicates() const { return duplicates_; }
    std::uint64_t keys() const { return keys_; }

  private:
    void put_record(const Batch& batch, const Batch::Entry& entry, std::uint64_t id);

    std::unique_ptr<char[]> buffer_;
    std::size_t room_ = 0;
    std::size_t used_ = 0;
    Counters next_;
    std::uint64_t salt_ = 0;
    std::uint32_t time_ = 0;
    std::uint32_t in_group_ = 0;
    std::uint64_t duplicates_ = 0;
    std::uint64_t keys_ = 0;
};

}  // namespace eyed::log::journal
