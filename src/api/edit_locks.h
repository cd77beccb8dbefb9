#pragma once

#include <array>
#include <cstddef>

#include "base/coroutine_lock.h"
#include "base/ids.h"

namespace eyed::api {

/// Makes "read an event, then append what it becomes" one step: who edits an event holds its lock
/// meanwhile, so two editors of one event never interleave. Locks are striped by id: strangers may
/// share one.
/// `EditLocks::Acquire acquire(locks, id, executor); EditLocks::Held held = co_await acquire;`
class EditLocks {
  public:
    using Held = CoroutineLock::Held;
    class Acquire : public CoroutineLock::Acquire {
      public:
        Acquire(EditLocks& locks, EventId id, Executor& executor)
            : CoroutineLock::Acquire(locks.stripes_[id.value % kStripes], executor) {}
    };

  private:
    static constexpr std::size_t kStripes = 256;
    std::array<CoroutineLock, kStripes> stripes_;
};

}  // namespace eyed::api
