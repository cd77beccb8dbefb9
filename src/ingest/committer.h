#pragma once

#include "base/executor.h"
#include "base/result.h"
#include "base/task.h"
#include "ingest/decoded.h"
#include "ingest/duplicates.h"
#include "ingest/types.h"
#include "log/log.h"

namespace eyed::ingest {

/// Makes durable what a Decoder made: registers types never seen before, appends, and fills in what
/// became of each item. Thread-safe; stateless but for its references.
class Committer {
  public:
    /// `duplicates`, if there are any, is told of each.
    Committer(log::Log& log, Types& types, Duplicates* duplicates = nullptr)
        : log_(log), types_(types), duplicates_(duplicates) {}

    /// When it succeeds every item is accepted, duplicate or rejected, the counts are right, and
    /// all of it (rejections too) is on disk. `decoded` and the body it was made from must live
    /// until then. An event whose type its
    /// application may not make any more is recorded as a rejection (kTooManyTypes).
    /// Errors: kOverloaded (queues are full, nothing was written), kUnavailable, kDiskFull, kIo and
    /// the catalog's: answer 503; see log::Append.
    [[nodiscard]] Task<Status> commit(Decoded& decoded, Executor& executor);

  private:
    [[nodiscard]] Task<Status> register_types(Decoded& decoded, Executor& executor);

    log::Log& log_;
    Types& types_;
    Duplicates* duplicates_;
};

}  // namespace eyed::ingest
