#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/decoded.h"
#include "ingest/event_reader.h"
#include "model/dialect.h"
#include "schema/json_reader.h"

namespace eyed::ingest {

/// Reads what seed 002's consumer takes: `{"event_type": text, "event_payload": text}`, other
/// fields being ignored, as pydantic does. The type is the event's name, 1 to 150 characters as
/// they stand; the category is kMessageCategory. A payload that holds a JSON object is the event's
/// data; any other text becomes `{"payload": text}`. Faults are in the words of pydantic 1. One
/// thread; what a Draft views is valid until the next collect().
class MessageReader {
  public:
    /// Reads over an object, noting its fields; of a field given twice the last counts. False: it
    /// is not JSON, see the reader's fault.
    bool collect(schema::JsonReader& reader);
    /// What was collected, in `draft`; all that is wrong with it is added to `faults`. `depth` is
    /// that of an event, which is a level itself.
    void read(std::uint32_t depth, Draft& draft, std::vector<Fault>& faults);

  private:
    struct Text {
        bool given = false;
        schema::JsonValue value;
        std::string scratch;
    };
    /// False, with a fault, when it is not a text.
    static bool read_text(Text& from, Field field, std::string_view& out,
                          std::vector<Fault>& faults);
    void read_type(Draft& draft, std::vector<Fault>& faults);
    void read_payload(std::uint32_t depth, Draft& draft, std::vector<Fault>& faults);

    Text type_;
    Text payload_;
    std::string key_;
    std::string data_;         ///< of a payload that cannot be the data as it stands
    schema::JsonIndex index_;  ///< of the payload's text
};

/// The dialect of a body of `POST /api/event`, by its fields: see Decoder::event_or_messages. Reads
/// no further than the first field that decides.
model::Dialect dialect_of(schema::JsonReader reader, model::Dialect otherwise);

}  // namespace eyed::ingest
