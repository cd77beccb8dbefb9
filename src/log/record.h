#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/dialect.h"
#include "model/event.h"
#include "model/reason.h"

namespace eyed::log {

/// What a record says. The numbers are written to disk: docs/internals/journal-format.md.
enum class Kind : std::uint8_t {
    kEvent = 1,      ///< an accepted event; takes the next event id
    kRejection = 2,  ///< a refused one; takes the next rejection id
    kReplace = 3,    ///< an event's content is now this
    kErase = 4,      ///< an event is gone
    kSession = 5,    ///< a session was made before its first event
    kSettle = 6,     ///< a rejection is no longer open
    kGap = 0x71,     ///< records that are no more; read, never appended: see log::Entry
};

/// The bodies of records, as views: into a request when encoding, into the log when decoding.
struct EventBody {
    ApplicationId application;
    model::Dialect dialect = model::Dialect::kNative;
    Micros received_at;
    Micros timestamp;
    Uuid session;
    std::string_view event_id;
    std::string_view category;
    std::string_view name;
    std::string_view data;
    model::Judgement judgement;
    /// Set: this is that rejection, taken in after all, and it is settled (kReplayed) by this
    /// record.
    RejectionId replays;
    Micros replayed_at;  ///< with `replays`, as the next
    UserId replayed_by;
};
struct RejectionBody {
    ApplicationId application;
    KeyId key;
    model::Dialect dialect = model::Dialect::kNative;
    model::Reason reason = model::Reason::kMalformed;
    Micros received_at;
    std::string_view message;
    std::string_view pointer;
    std::string_view category;
    std::string_view name;
    std::string_view payload;
    std::uint32_t type_version = 0;
    std::string_view event_id;
    EventId target;  ///< of a refused change
    /// On which the event would have been deduplicated, where that is no event_id.
    std::optional<Hash128> dedup_key;
};
/// The event keeps its id, application, event_id, dialect and received_at.
struct ReplaceBody {
    EventId target;
    Micros changed_at;
    UserId changed_by;
    Micros timestamp;
    Uuid session;
    std::string_view category;
    std::string_view name;
    std::string_view data;
    model::Judgement judgement;
};
struct EraseBody {
    EventId target;
    Micros changed_at;
    UserId changed_by;
};
struct SessionBody {
    Uuid session;
    ApplicationId application;
    Micros created_at;
};
/// Of a rejection that is settled already, it changes nothing: the first word holds.
struct SettleBody {
    RejectionId target;
    model::RejectionState state = model::RejectionState::kDiscarded;  ///< not kOpen
    EventId event;  ///< kDuplicate: the event that was there
    Micros changed_at;
    UserId changed_by;
};

/// Records on their way into the log: encoded once, by the caller, back to back. Filled on one
/// thread, then handed over with an Append. Reusable after clear(), which keeps its memory.
class Batch {
  public:
    struct Entry {
        std::uint32_t offset = 0;  ///< of the body in bytes()
        std::uint32_t length = 0;
        Kind kind = Kind::kEvent;
        bool deduplicated = false;  ///< `key` is set: the writer drops it when it knows the key
        std::uint64_t body_hash = 0;
        Hash128 key;
    };

    /// An event with an event_id is deduplicated on (application, event_id); one without is not.
    void add(const EventBody& body);
    /// An event deduplicated on a key of the caller's (dedup_key of an idempotency key).
    void add(const EventBody& body, const Hash128& key);
    void add(const RejectionBody& body);
    void add(const ReplaceBody& body);
    void add(const EraseBody& body);
    void add(const SessionBody& body);
    void add(const SettleBody& body);

    std::string_view body(const Entry& entry) const {
        return std::string_view(bytes_).substr(entry.offset, entry.length);
    }
    const std::vector<Entry>& entries() const { return entries_; }
    std::size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }
    std::size_t bytes() const { return bytes_.size(); }
    void clear();

  private:
    void finish(Kind kind, std::size_t offset);

    std::string bytes_;
    std::vector<Entry> entries_;
};

/// What stands for (application, event_id) in the dedup window.
Hash128 dedup_key(ApplicationId application, std::string_view event_id);

/// Reads a body back; views point into `bytes`. kCorrupt when it is not what add() wrote (a newer
/// format included). A body that decodes re-encodes to the same bytes.
[[nodiscard]] Result<EventBody> decode_event(std::string_view bytes);
[[nodiscard]] Result<RejectionBody> decode_rejection(std::string_view bytes);
[[nodiscard]] Result<ReplaceBody> decode_replace(std::string_view bytes);
[[nodiscard]] Result<EraseBody> decode_erase(std::string_view bytes);
[[nodiscard]] Result<SessionBody> decode_session(std::string_view bytes);
[[nodiscard]] Result<SettleBody> decode_settle(std::string_view bytes);

}  // namespace eyed::log
