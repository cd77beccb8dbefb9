#include "delivery/engine.h"

#include "catalog/catalog.h"
#include "delivery/engine_state.h"

namespace eyed::delivery {
namespace {

constexpr std::uint32_t kPurgedAtOnce = 500;

}  // namespace

Engine::Engine() = default;

Result<std::unique_ptr<Engine>> Engine::create(Parts parts, Options options) {
    std::unique_ptr<Engine> engine(new Engine);
    engine->state_ = std::make_unique<State>(std::move(parts), std::move(options));
    EYED_TRY(engine->state_->open());
    return engine;
}

Engine::~Engine() {
    if (state_) stop();
}

void Engine::start() {
    state_->thread = std::thread([this] { state_->run(); });
}

void Engine::end_waits() {
    state_->waits.stop();
}

void Engine::stop() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->is_stopping = true;
    }
    state_->wake.notify_all();
    if (state_->thread.joinable()) state_->thread.join();
    state_->waits.stop();
}

void Engine::wake() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->is_woken = true;
    }
    state_->wake.notify_one();
}

void Engine::changed() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->is_changed = true;
    }
    state_->wake.notify_one();
}

Status Engine::purge() {
    const Micros before = state_->parts.clock.now() - state_->options.keep;
    while (true) {
        EYED_ASSIGN(const std::uint64_t removed,
                    state_->parts.catalog.deliveries().purge(before, kPurgedAtOnce));
        if (removed < kPurgedAtOnce) return {};
    }
}

bool Engine::Wait::await_suspend(std::coroutine_handle<> handle) {
    resumption_.handle = handle;
    deadline_ = std::chrono::steady_clock::now() + timeout_;
    return engine_.state_->waits.add({delivery_, executor_, resumption_, ended_, deadline_});
}

std::vector<Engine::Figures> Engine::figures() const {
    std::vector<Figures> all;
    const std::lock_guard lock(state_->figures_mutex);
    all.reserve(state_->figures.size());
    for (const auto& [id, figures] : state_->figures)
        all.push_back(figures);
    return all;
}

std::string Engine::problem() const {
    const std::lock_guard lock(state_->figures_mutex);
    return state_->problem;
}

}  // namespace eyed::delivery
