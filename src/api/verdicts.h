#pragma once

#include <string>

#include "http/message.h"
#include "ingest/decoded.h"

namespace eyed::api {

/// Whether a body was refused as a whole, or its one item was.
bool refused(const ingest::Decoded& decoded);
/// The answer to a body whose one item was refused, or that was refused as a whole: the seeds'
/// `{"field":["reason"]}` or `{"detail":…}`, or a problem document, by the request's path.
http::Response refusal(const http::Request& request, const ingest::Decoded& decoded);

/// `POST /api/v1/events`, one object: 201 accepted, 200 duplicate, 400 refused.
http::Response single_verdict(const http::Request& request, const ingest::Decoded& decoded);
/// `POST /api/v1/events`, several: 200, or 207 when some were refused, with a verdict for each.
http::Response batch_verdict(const ingest::Decoded& decoded);

}  // namespace eyed::api
