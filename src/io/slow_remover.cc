#include "io/slow_remover.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace eyed::io {
namespace {

constexpr std::string_view kSuffix = ".removing";

}  // namespace

SlowRemover::SlowRemover(FileSystem& files, Logger& logger, Options options)
    : files_(files), logger_(logger), options_(options), thread_([this] { run(); }) {
}

SlowRemover::~SlowRemover() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

Status SlowRemover::remove(const std::string& path) {
    std::string target = path + std::string(kSuffix);
    EYED_TRY(files_.rename(path, target));
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(target));
    }
    changed_.notify_all();
    return {};
}

void SlowRemover::sweep(const std::string& directory) {
    const Result<std::vector<std::string>> names = files_.list(directory);
    if (!names) return;
    {
        const std::lock_guard lock(mutex_);
        for (const std::string& name : *names)
            if (name.ends_with(kSuffix)) queue_.push_back(directory + "/" + name);
    }
    changed_.notify_all();
}

void SlowRemover::drain() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_ || (queue_.empty() && !busy_); });
}

void SlowRemover::run() {
    pthread_setname_np(pthread_self(), "remover");
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 10);
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (stopping_) return;
        const std::string path = std::move(queue_.front());
        queue_.pop_front();
        busy_ = true;
        lock.unlock();
        shorten_and_remove(path);
        lock.lock();
        busy_ = false;
        changed_.notify_all();
    }
}

void SlowRemover::shorten_and_remove(const std::string& path) {
    if (const Result<std::unique_ptr<File>> file = files_.open(path, OpenMode::kReadWrite)) {
        const Result<std::uint64_t> size = (*file)->size();
        std::uint64_t left = size ? *size : 0;
        while (left > options_.step_bytes) {
            left -= options_.step_bytes;
            if (!(*file)->truncate(left)) break;
            if (pause_or_stop()) return;
        }
    }
    if (const Status removed = files_.remove(path);
        !removed && removed.error().code != Code::kNotFound)
        logger_.warning("A file could not be removed; the next start tries again.",
                        {{"file", path}, {"error", removed.error().detail}});
}

bool SlowRemover::pause_or_stop() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, options_.pause, [this] { return stopping_; });
}

}  // namespace eyed::io
