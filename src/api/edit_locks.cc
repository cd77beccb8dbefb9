#include "api/edit_locks.h"

namespace eyed::api {

EditLocks::Acquire::Acquire(EditLocks& locks, EventId id, Executor& executor)
    : stripe_(locks.stripes_[id.value % kStripes]), executor_(executor) {
}

bool EditLocks::Acquire::await_suspend(std::coroutine_handle<> handle) {
    resumption_.handle = handle;
    const std::lock_guard lock(stripe_.mutex);
    if (!stripe_.held) {
        stripe_.held = true;
        return false;
    }
    if (stripe_.last != nullptr)
        stripe_.last->next_ = this;
    else
        stripe_.first = this;
    stripe_.last = this;
    return true;
}

EditLocks::Held::~Held() {
    if (stripe_ != nullptr) release(*stripe_);
}

void EditLocks::release(Stripe& stripe) {
    Executor* executor = nullptr;
    Resumption* resumption = nullptr;
    {
        const std::lock_guard lock(stripe.mutex);
        Acquire* next = stripe.first;
        if (next == nullptr) {
            stripe.held = false;
            return;
        }
        stripe.first = next->next_;
        if (stripe.first == nullptr) stripe.last = nullptr;
        executor = &next->executor_;
        resumption = &next->resumption_;
    }
    executor->post(resumption);  // the lock goes over to it, held all the time
}

}  // namespace eyed::api
