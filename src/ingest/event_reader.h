#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "ingest/decoded.h"
#include "ingest/fields.h"
#include "schema/json_reader.h"

namespace eyed::ingest {

/// The fields of one event as they were understood. Views into the body or the reader's scratch.
struct Draft {
    std::string_view category;
    std::string_view name;
    std::string_view data;
    std::string_view event_id;
    Uuid session;
    Micros timestamp;
    std::size_t data_token = 0;  ///< where the data's tokens begin, and
    std::size_t data_end = 0;    ///< end; equal: the data is not of this body
};

/// An event's data is kept on one line: NDJSON is made of it.
inline bool has_line_break(std::string_view text) {
    return text.find('\n') != std::string_view::npos || text.find('\r') != std::string_view::npos;
}

/// Reads the fields of one event after another by a table of rules, and says all that is wrong with
/// them. One thread; what a Draft views is valid until the next collect().
class EventReader {
  public:
    struct Bounds {
        Micros now;
        Micros latest;  ///< a later timestamp is in the future
        std::uint32_t depth = 64;
    };

    /// Reads over an object, noting its fields; of a field given twice the last counts. False: it
    /// is not JSON, see the reader's fault. Unknown fields are added to `faults` as the rules say.
    bool collect(schema::JsonReader& reader, const Rules& rules, std::vector<Fault>& faults);
    /// What was collected, in `draft`, which keeps its values where a field was not given; all that
    /// is wrong with it is added to `faults`.
    void read(const schema::JsonIndex& index, const Bounds& bounds, Draft& draft,
              std::vector<Fault>& faults);
    bool given(Field field) const { return present_[index_of(field)]; }

    static void add_fault(model::Reason reason, Field field, std::string_view message,
                          std::vector<Fault>& faults);

  private:
    const schema::JsonValue& value(Field field) const { return values_[index_of(field)]; }
    void note_unknown(std::string_view key, std::vector<Fault>& faults);
    /// Whether there is a value to read; says so when there must be one.
    bool wanted(Field field, std::vector<Fault>& faults);
    void read_text(Field field, std::size_t limit, std::string_view& out,
                   std::vector<Fault>& faults);
    void read_data(const schema::JsonIndex& index, Draft& draft, std::vector<Fault>& faults);
    void read_session(Uuid& out, std::vector<Fault>& faults);
    void read_timestamp(const Bounds& bounds, Micros& out, std::vector<Fault>& faults);

    const Rules* rules_ = nullptr;
    std::array<schema::JsonValue, kFields> values_;
    std::array<bool, kFields> present_{};
    std::array<std::string, kFields> scratch_;
    std::string key_;
};

}  // namespace eyed::ingest
