#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/propagate_plan.h"
#include "schema/json_reader.h"

namespace eyed::cli {

/// One event of a file, as it stands there.
struct FileEvent {
    /// By its fields: `category` or `name`; or seed 002's `event_type` or `event_payload`.
    enum class Form : std::uint8_t { kEvent, kMessage };
    enum class Id : std::uint8_t { kNone, kOwn };  ///< its event_id
    std::string text;
    Form form = Form::kEvent;
    Id id = Id::kNone;
    std::uint64_t number = 0;  ///< of its line, or of the array's item, from 1
};

/// Cuts a file into its values: those of an array, or one a line. Holds one of them at a time. It
/// finds where a value ends; whether it is JSON, its reader finds.
class ValueCutter {
  public:
    struct Value {
        std::string text;
        std::uint64_t offset = 0;  ///< in the file
        std::uint64_t number = 0;  ///< of the line or of the array's item, from 1
    };
    static constexpr std::size_t kLongest = std::size_t{16} << 20U;

    /// kInvalidArgument: there is no such file; kIo.
    [[nodiscard]] static Result<ValueCutter> open(const std::string& path);
    /// False: the end. kInvalidArgument: an array that is none; kTooLarge: over kLongest; kIo.
    [[nodiscard]] Result<bool> next(Value& value);
    /// Reads a value that was found before. kIo: the file is not what it was.
    [[nodiscard]] Status read_at(std::uint64_t offset, std::uint32_t length, std::string& text);
    /// Goes to the front again.
    [[nodiscard]] Status rewind();
    /// `line` or `item`: what numbers count.
    const char* unit() const { return form_ == Form::kLines ? "line" : "item"; }
    /// `events.json: line 3`, of the value read last.
    std::string place(const Value& value) const;

  private:
    Result<bool> next_line(Value& value);
    Result<bool> next_item(Value& value);
    Status read_item(Value& value);
    int skip_space();
    int take();
    std::unexpected<Error> broken(const Value& value, const char* why) const;

    std::string path_;
    std::unique_ptr<std::ifstream> file_;
    std::uint64_t offset_ = 0;  ///< of the next byte
    std::uint64_t number_ = 0;
    enum class Form : std::uint8_t { kLines, kArray, kEnded } form_ = Form::kLines;
};

/// The events of a file, in order or at random. The file is read over once at the beginning, so
/// that a faulty one is told before anything is sent. In order it is read again as it is needed;
/// for a random order 16 bytes an event are held. One thread.
class PropagateSource {
  public:
    struct Options {
        std::string path;
        PropagatePlan::Order order = PropagatePlan::Order::kRandom;
        PropagatePlan::Ends ends = PropagatePlan::Ends::kWhenTold;
        std::uint64_t seed = 0;
    };
    /// kInvalidArgument: an event that is none, with its line and why, or no events at all; else as
    /// ValueCutter.
    [[nodiscard]] static Result<std::unique_ptr<PropagateSource>> open(Options options);

    /// False: the end, of Ends::kWithFile alone.
    [[nodiscard]] Result<bool> next(FileEvent& event);
    std::uint64_t events() const { return events_; }
    const char* unit() const { return cutter_.unit(); }

  private:
    struct Extent {
        std::uint64_t offset = 0;
        std::uint32_t length = 0;
        std::uint32_t number = 0;
    };
    PropagateSource(Options options, ValueCutter cutter);
    Status read_over();
    Result<bool> next_in_order(FileEvent& event);
    Status classify(const std::string& place, FileEvent& event);

    const Options options_;
    ValueCutter cutter_;
    ValueCutter::Value value_;
    std::uint64_t events_ = 0;
    std::vector<Extent> extents_;  ///< of a random order
    std::mt19937_64 random_;
    schema::JsonIndex index_;
};

}  // namespace eyed::cli
