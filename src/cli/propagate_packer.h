#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/propagate_source.h"

namespace eyed::cli {

/// A request's worth of events. What makes sending it again harmless is in it.
struct Parcel {
    FileEvent::Form form = FileEvent::Form::kEvent;
    std::string body;                    ///< an object, or an array of them
    std::string idempotency_key;         ///< of messages, which have no id of their own
    std::uint32_t events = 0;            ///< 0: the file has ended
    std::vector<std::uint64_t> numbers;  ///< of its events in the file, see FileEvent
};

/// Puts a source's events into parcels, each of one form. Native events without an event_id of
/// their own get one, `<run>-<number>`. One thread at a time.
class Packer {
  public:
    enum class Shape : std::uint8_t {
        kObjects,  ///< one event a parcel
        kArrays,
    };
    struct Options {
        Shape shape = Shape::kObjects;
        std::string run;                            ///< like no other run's
        std::size_t bytes = std::size_t{8} << 20U;  ///< an array that has so many takes no more
    };
    Packer(PropagateSource& source, Options options)
        : source_(source), options_(std::move(options)) {}

    /// Up to `most` events; fewer where the form changes, the array is large or the file ends.
    /// Errors: the source's.
    [[nodiscard]] Result<Parcel> next(std::uint32_t most);

  private:
    Result<bool> fetch();
    void add(Parcel& parcel);

    PropagateSource& source_;
    const Options options_;
    std::uint64_t number_ = 0;  ///< of the last id given
    FileEvent held_;            ///< fetched and in no parcel yet
    bool holds_ = false;
};

}  // namespace eyed::cli
