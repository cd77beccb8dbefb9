#include "api/health.h"

#include <condition_variable>
#include <mutex>
#include <optional>

#include "catalog/catalog.h"
#include "log/log.h"
#include "store/event_store.h"

namespace eyed::api {

struct Health::Answer {
    std::mutex mutex;  ///< guards status
    std::condition_variable come;
    std::optional<Status> status;

    void set(Status to) {
        {
            const std::lock_guard lock(mutex);
            status = std::move(to);
        }
        come.notify_all();
    }
    Status wait_until(std::chrono::steady_clock::time_point deadline) {
        std::unique_lock lock(mutex);
        if (!come.wait_until(lock, deadline, [this] { return status.has_value(); }))
            return failure(Code::kTimeout, "it has not answered in time");
        return *status;
    }
};

namespace {

WorkerPool::Options one_thread(const char* name) {
    return {.name = name, .threads = 1, .queue_capacity = 16};
}

Status check_log(const log::State& state) {
    if (state.writable) return {};
    return failure(Code::kUnavailable, state.problem);
}

}  // namespace

Health::Health(Services& services)
    : services_(services),
      store_(one_thread("health-store")),
      catalog_(one_thread("health-catalog")),
      waiting_(one_thread("health")) {
}

std::shared_ptr<Health::Answer> Health::start(WorkerPool& pool, Status (*check)(Services&)) {
    auto answer = std::make_shared<Answer>();
    Services& services = services_;
    const Status queued = pool.submit([answer, check, &services] { answer->set(check(services)); });
    if (!queued) answer->set(failure(Code::kTimeout, "it has not answered earlier questions"));
    return answer;
}

std::vector<Health::Check> Health::ask_and_wait(std::chrono::milliseconds deadline) {
    const auto until = std::chrono::steady_clock::now() + deadline;
    const auto store = start(store_, [](Services& services) { return services.store.check(); });
    const auto catalog =
        start(catalog_, [](Services& services) { return services.catalog.check(); });
    std::vector<Check> checks;
    checks.push_back({"log", check_log(services_.log.state())});
    checks.push_back({"store", store->wait_until(until)});
    checks.push_back({"catalog", catalog->wait_until(until)});
    return checks;
}

Task<Result<std::vector<Health::Check>>> Health::ask(Executor& executor,
                                                     std::chrono::milliseconds deadline) {
    auto work = [this, deadline]() -> Result<std::vector<Check>> { return ask_and_wait(deadline); };
    Offload<decltype(work)> offload(waiting_, executor, std::move(work));
    co_return co_await offload;
}

}  // namespace eyed::api
