#include "base/executor.h"

namespace eyed {

void ResumeBatch::add(Executor& executor, Resumption& resumption) noexcept {
    resumption.next = nullptr;
    for (int i = 0; i < used_; ++i) {
        Chain& chain = chains_[i];
        if (chain.executor != &executor) continue;
        chain.last->next = &resumption;
        chain.last = &resumption;
        return;
    }
    if (used_ == kChains) flush();
    chains_[used_++] = {&executor, &resumption, &resumption};
}

void ResumeBatch::flush() noexcept {
    for (int i = 0; i < used_; ++i)
        chains_[i].executor->post(chains_[i].first);
    used_ = 0;
}

}  // namespace eyed
