#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "base/uuid.h"
#include "ingest/types.h"
#include "log/record.h"
#include "model/dialect.h"
#include "model/reason.h"
#include "schema/json_reader.h"

namespace eyed::ingest {

/// One thing that is wrong with one item.
struct Fault {
    model::Reason reason = model::Reason::kMalformed;
    std::string field;    ///< name of the top-level field at fault; empty: the item as a whole
    std::string pointer;  ///< RFC 6901, within the item
    std::string message;  ///< in the words of the item's dialect
};

inline constexpr std::uint32_t kNone = ~std::uint32_t{0};

/// What became of one item of a body, in the order of the body. One item is one entry of the batch.
struct Item {
    enum class State : std::uint8_t {
        kPending,    ///< decoded and valid; commit() says the rest
        kAccepted,   ///< durable, with `id`
        kDuplicate,  ///< known already: `id` is the first one's
        kRejected,   ///< recorded under rejection `id`; see faults
    };
    State state = State::kPending;
    std::uint64_t id = 0;           ///< event id, or rejection id
    std::uint32_t first_fault = 0;  ///< into Decoded::faults
    std::uint32_t faults = 0;
    std::uint32_t new_type = kNone;  ///< into Decoded::new_types
    std::uint32_t raw_offset = 0;    ///< of the item in the body
    std::uint32_t raw_length = 0;
    std::uint32_t number = 0;  ///< its place in the body, from 0
};

/// What a body came to. Reusable after clear().
struct Decoded {
    enum class Shape : std::uint8_t { kSingle, kBatch };
    /// A body refused as a whole; nothing of it is kept but one rejection, where `batch` has one.
    enum class Whole : std::uint8_t {
        kTaken,      ///< see items
        kMalformed,  ///< not JSON: answer 400 (seeds: {"detail": detail}); recorded
        kEmpty,      ///< an empty array, or no lines at all: 400, nothing recorded
        kTooMany,    ///< more events than a batch may have: 413, nothing recorded
    };
    /// What becomes of a batch's good items beside faulty ones.
    enum class Good : std::uint8_t {
        kTaken,
        kDropped,  ///< nothing of it is taken; what is faulty is recorded: see keep_refused()
    };
    Shape shape = Shape::kSingle;
    Whole whole = Whole::kTaken;
    Good good = Good::kTaken;
    std::string detail;        ///< of a whole refusal
    schema::JsonFault syntax;  ///< of kMalformed: its offset is in `body`

    /// One entry an item. After commit() it is here again: an answer that shows an accepted event
    /// reads it with log::decode_event.
    log::Batch batch;
    std::vector<Item> items;
    std::vector<Fault> faults;
    std::vector<NewType> new_types;  ///< to register before the append, each once
    std::uint32_t accepted = 0;      ///< counts, complete after commit()
    std::uint32_t duplicates = 0;
    std::uint32_t rejected = 0;

    // What commit() needs to turn an event whose type could not be made into a rejection.
    ApplicationId application;
    KeyId key;
    model::Dialect dialect = model::Dialect::kNative;
    Micros received_at;
    std::string_view body;  ///< the request's buffer: must live until commit() has ended

    /// The faults of an item; empty when it has none.
    std::span<const Fault> faults_of(const Item& item) const;
    void clear();
};

/// Leaves of a batch what is refused, where anything is: its good items are gone then.
void keep_refused(Decoded& decoded);

}  // namespace eyed::ingest
