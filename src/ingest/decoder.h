#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"
#include "base/time.h"
#include "ingest/decoded.h"
#include "ingest/event_reader.h"
#include "ingest/message_reader.h"
#include "ingest/types.h"
#include "model/event.h"
#include "model/principal.h"
#include "schema/json_reader.h"

namespace eyed::ingest {

/// Limits of one event and of one body; the server's settings.
struct Limits {
    std::chrono::microseconds future_tolerance{5'000'000};
    std::uint32_t batch_events = 10'000;
    std::uint32_t depth = 64;  ///< of an event, the event itself being 1
};

/// Who sends, and when.
struct Sender {
    ApplicationId application;
    KeyId key;
    UserId user;
    Micros now;  ///< time of receipt
    /// The Idempotency-Key header, checked to be 1 to 255 visible characters; empty: none. An event
    /// without an event_id is deduplicated on it; in a batch item i on key#i.
    std::string_view idempotency_key;
    /// Of what was received long ago and is judged today: a timestamp may be up to here.
    Micros judged_at;
};

/// What a native body is said to be.
enum class BodyKind : std::uint8_t {
    kDetect,  ///< one value: an object or an array; more values on further lines: NDJSON
    kLines,   ///< NDJSON by its content type
};

/// Turns request bodies into batches of records. One per io thread: it reuses its memory. Never
/// fails: what is wrong is in the result, and already in the batch as a rejection with the item's
/// bytes. Every call clears `out` first. Bodies must have 64 readable bytes past their end, and
/// live until commit() has ended. Field rules by dialect: fields.h; their words: messages.h.
class Decoder {
  public:
    Decoder(const Types& types, Limits limits);

    /// A body that is one event, in any dialect: one message of seed 002's consumer too. An empty
    /// body counts as `{}` in those of seeds 000 and 001.
    void single(model::Dialect dialect, const Sender& sender, std::string_view body, Decoded& out);
    /// `POST /api/event`, which two seeds share. What the body is, its fields say: an array, or an
    /// object that has `event_type` or `event_payload` and none of kSeedRules' fields, is the
    /// consumer's; another object with any of these is seed 000's. Of anything else `otherwise` is
    /// the dialect, kEyeService or kConsumer. `out.dialect` says which it was. Of an array with
    /// faults only these are in `out`. The idempotency key counts for messages alone.
    void event_or_messages(model::Dialect otherwise, const Sender& sender, std::string_view body,
                           Decoded& out);
    /// `POST /api/v1/events`: an object, an array, or NDJSON.
    void native(const Sender& sender, BodyKind kind, std::string_view body, Decoded& out);
    /// One line of an import: as a native object, with the fields of an export allowed (`id`,
    /// `application`, `received_at`, `dialect`: ignored). Clears nothing: lines add up in `out`,
    /// which commit() empties.
    void import_line(const Sender& sender, std::string_view line, Decoded& out);

    /// PUT: a full event in place of `existing`; dialect kTheEye or kNative. One kReplace, or a
    /// rejection. `changed` is the event as it will be.
    void replacement(model::Dialect dialect, const Sender& sender, const model::Event& existing,
                     std::string_view body, Decoded& out, model::Event& changed);
    /// PATCH of `/api/v1/events/{id}`: any of category, name, data, session_id, timestamp; null
    /// takes the session away. As replacement() else.
    void patch(const Sender& sender, const model::Event& existing, std::string_view body,
               Decoded& out, model::Event& changed);

  private:
    /// Whether index_ is of the whole body. By line: the fault of one line would break the index of
    /// the others, so each gets its own.
    enum class Indexed : std::uint8_t { kWhole, kByLine };
    /// What may follow an item in what its reader reads.
    enum class After : std::uint8_t { kMore, kNothing };
    /// One call's inputs and output.
    struct Work {
        model::Dialect dialect;
        const Rules& rules;
        const Sender& sender;
        Decoded& out;
        /// Of a change: the event that it changes, and whose that is.
        EventId target;
        ApplicationId owner;

        ApplicationId application() const { return target ? owner : sender.application; }
    };

    void begin(const Work& work, std::string_view body);
    /// Decodes the item at the reader into `out`. False: it is not JSON, and nothing was added.
    bool add_item(const Work& work, schema::JsonReader& reader, After after);
    void add_event(const Work& work, const Draft& draft, std::string_view raw,
                   std::size_t first_fault);
    void add_lines(const Work& work, std::string_view body, Indexed indexed);
    void add_line(const Work& work, schema::JsonReader& reader, std::string_view line);
    bool add_array(const Work& work, schema::JsonReader& reader);
    /// What refused an item.
    struct Refused {
        std::size_t first_fault = 0;
        std::uint32_t type_version = 0;
        std::optional<Hash128> dedup_key;
    };
    void add_rejection(const Work& work, const Draft& draft, std::string_view raw,
                       const Refused& refused);
    std::optional<Hash128> sent_key(const Work& work, const Item& item);
    /// Takes back what was added and records the whole body as refused.
    void refuse_whole(const Work& work, const schema::JsonFault& fault, std::string_view body);
    void too_many(const Work& work);
    /// Judges a valid event by its type: its faults are added where the type refuses it.
    model::Judgement judge(const Work& work, const Draft& draft, std::uint32_t& new_type);
    bool fits(const Work& work, const schema::Checker& checker, const Draft& draft,
              schema::Violation& violation);
    std::uint32_t want_type(const Work& work, const Draft& draft);
    void change(const Work& work, const model::Event& existing, std::string_view body,
                model::Event& changed);
    EventReader::Bounds bounds(const Sender& sender) const;
    bool collect(const Work& work, schema::JsonReader& reader);
    void read_fields(const Work& work, Draft& draft);

    schema::JsonIndex index_;
    schema::JsonIndex data_index_;  ///< of an event's data that is not in the body
    EventReader reader_;
    MessageReader messages_;
    TypeCache types_;
    const Types& registry_;
    const Limits limits_;
    std::string key_;
    std::unordered_map<std::uint64_t, std::uint32_t> new_by_hash_;  ///< of the result at hand
};

/// One record that takes an event away; nothing to validate.
void erasure(const Sender& sender, EventId target, Decoded& out);
/// One record that makes a session before its first event.
void new_session(const Sender& sender, const Uuid& session, Decoded& out);

}  // namespace eyed::ingest
