#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/flow.h"
#include "api/json_body.h"
#include "model/event_type.h"
#include "schema/checker.h"

namespace eyed::api {

/// What the routes of event types share.

/// The type of the path's `id`. kNotFound: there is none that the caller's applications send.
Task<Result<model::EventType>> find_event_type(Api& api, const http::Request& request);

/// What to check against, as a body says it.
struct WantedRules {
    std::optional<std::optional<std::string>> example;  ///< JSON text; the inner nullopt is null
    std::optional<std::optional<std::string>> schema;
};
/// Reads `example` and `schema`. Both at once are refused.
WantedRules read_rules(JsonBody& body);
/// Compiles what is given, on a worker, and adds what is wrong to the body's errors; nullopt when
/// it gives nothing, or something wrong.
Task<Result<std::optional<schema::Checker>>> compile_rules(Api& api, const http::Request& request,
                                                           const WantedRules& rules,
                                                           JsonBody& body);

/// The newest events of a type that the caller may read, a page at a time.
class StoredEvents {
  public:
    StoredEvents(Api& api, const http::Request& request, const model::EventType& type,
                 std::vector<ApplicationId> applications);
    /// At most `most` more, newest first; none at the end. kUnavailable, kTimeout …: see the store.
    Task<Result<std::vector<model::Event>>> next(std::uint64_t most);
    void begin_after(EventId id) { after_ = id; }
    /// The last event given, while there is more behind it.
    std::optional<EventId> rest() const { return more_ ? after_ : std::nullopt; }

  private:
    Api& api_;
    const http::Request& request_;
    std::vector<ApplicationId> applications_;
    std::string category_;
    std::string name_;
    std::optional<EventId> after_;
    bool more_ = true;
};

}  // namespace eyed::api
