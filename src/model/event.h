#pragma once

#include <string>

#include "base/ids.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/dialect.h"
#include "model/reason.h"

namespace eyed::model {

/// An event as it is read back.
struct Event {
    EventId id;
    ApplicationId application;
    Uuid session;  ///< nil: none was given
    std::string category;
    std::string name;
    std::string data;      ///< JSON text, as sent
    std::string event_id;  ///< the sender's own id; empty: none was given
    Micros timestamp;      ///< when it happened, as the sender says
    Micros received_at;    ///< when it was taken in
    Dialect dialect = Dialect::kNative;
};

/// A refused event as it is read back: everything, so that it can be understood and replayed.
struct Rejection {
    RejectionId id;
    ApplicationId application;
    KeyId key;
    Dialect dialect = Dialect::kNative;
    Reason reason = Reason::kMalformed;
    std::string message;  ///< the sentence its sender got
    std::string pointer;  ///< JSON pointer (RFC 6901) of the fault within the payload; may be empty
    std::string category;  ///< of the event, as far as it could be read
    std::string name;
    std::string payload;  ///< the bytes refused, as sent; need not be UTF-8
    Micros received_at;
};

}  // namespace eyed::model
