#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"

namespace eyed::model {

/// The way a change came in. The texts are stored: `api`, `admin`, `cli`, `setup`, `start`,
/// `program`.
enum class Via : std::uint8_t {
    kApi,
    kAdmin,  ///< a page of the administration
    kCli,
    kSetup,    ///< the one-time link of the first start
    kStart,    ///< noticed at the server's start, such as another setting
    kProgram,  ///< done by the server itself, such as by what somebody answered
};
std::string_view via_name(Via via);

/// Who changes something. From the command line nobody is known but whoever may write the files.
struct Actor {
    UserId user;
    KeyId key;
    Via via = Via::kApi;
};

/// Who changes something, and when: what every function that changes the catalog is told.
struct Change {
    Actor by;
    Micros at;
};

/// One line of the audit log.
struct AuditEntry {
    AuditId id;
    Micros at;
    Actor actor;
    std::string action;  ///< past tense: `created`, `role_changed`, `revoked` …
    std::string kind;    ///< of the subject: `user`, `application`, `key`, `event_type`, `feed` …
    std::int64_t subject_id = 0;  ///< 0: it has none
    std::string subject;          ///< its name then
    std::string details = "{}";   ///< JSON object: what changed, never a secret
};

}  // namespace eyed::model
