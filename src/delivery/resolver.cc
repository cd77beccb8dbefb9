#include "delivery/resolver.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

namespace eyed::delivery {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Answer = Result<std::vector<std::string>>;

constexpr std::size_t kMostAddresses = 16;
constexpr std::size_t kMostKept = 10'000;
/// A name that was not found is asked for again after this part of Options::kept.
constexpr int kFailedPart = 10;
/// Who answered slower than this may keep half of the threads waiting at most.
constexpr std::chrono::seconds kSlow{1};

class SystemResolver final : public Resolver {
  public:
    Answer resolve(const std::string& host) override {
        addrinfo hints{};
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        if (const int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0)
            return failure(Code::kUnavailable,
                           fmt::format("looking up {}: {}", host, ::gai_strerror(code)));
        std::vector<std::string> addresses;
        for (const addrinfo* one = found; one != nullptr; one = one->ai_next)
            add(*one, addresses);
        ::freeaddrinfo(found);
        if (addresses.empty())
            return failure(Code::kUnavailable, fmt::format("{} has no address", host));
        return addresses;
    }

  private:
    static void add(const addrinfo& one, std::vector<std::string>& addresses) {
        const void* bytes = nullptr;
        if (one.ai_family == AF_INET)
            bytes = &reinterpret_cast<const sockaddr_in*>(one.ai_addr)->sin_addr;
        else if (one.ai_family == AF_INET6)
            bytes = &reinterpret_cast<const sockaddr_in6*>(one.ai_addr)->sin6_addr;
        else
            return;
        std::array<char, INET6_ADDRSTRLEN> text{};
        if (::inet_ntop(one.ai_family, bytes, text.data(), text.size()) == nullptr) return;
        addresses.emplace_back(text.data());
    }
};

}  // namespace

std::shared_ptr<Resolver> make_system_resolver() {
    return std::make_shared<SystemResolver>();
}

struct Lookups::State {
    State(std::shared_ptr<Resolver> asked, Options wanted)
        : resolver(std::move(asked)), options(wanted) {}

    /// A host that somebody asked for.
    struct Host {
        std::vector<Done> waiting;  ///< not empty: it is asked for, or waits in `queue`
        Answer answer;
        SteadyClock::time_point good_until;
        bool is_slow = false;  ///< the last time
    };

    const std::shared_ptr<Resolver> resolver;
    const Options options;
    std::mutex mutex;  ///< guards what follows
    std::condition_variable wake;
    bool stopping = false;
    std::unordered_map<std::string, Host> hosts;
    std::deque<std::string> queue;
    std::size_t idle = 0;
    std::size_t slow_under_way = 0;
    std::size_t threads = 0;  ///< detached: each keeps this alive
    std::size_t calling = 0;  ///< those that call back
    std::condition_variable left;

    /// A thread that ends says so, under the lock.
    struct Leaving {
        State& state;
        ~Leaving() {
            --state.threads;
            state.left.notify_all();
        }
    };

    void run();
    std::optional<std::string> take();
    void finish(const std::string& host, Answer answer, SteadyClock::duration took);
    void forget_some();
};

/// The first in the queue that may be asked for now. Under the lock.
std::optional<std::string> Lookups::State::take() {
    const bool slow_may = slow_under_way < std::max<std::size_t>(1, options.threads / 2);
    for (auto at = queue.begin(); at != queue.end(); ++at) {
        const bool is_slow = hosts[*at].is_slow;
        if (is_slow && !slow_may) continue;
        if (is_slow) ++slow_under_way;
        std::string host = std::move(*at);
        queue.erase(at);
        return host;
    }
    return std::nullopt;
}

void Lookups::State::run() {
    pthread_setname_np(pthread_self(), "lookup");
    std::unique_lock lock(mutex);
    const Leaving leaving{*this};  // under the lock
    while (!stopping) {
        const auto host = take();
        if (!host) {
            ++idle;
            wake.wait(lock);
            --idle;
            continue;
        }
        const bool was_slow = hosts[*host].is_slow;
        lock.unlock();
        const auto began = SteadyClock::now();
        Answer answer = resolver->resolve(*host);
        if (answer && answer->size() > kMostAddresses) answer->resize(kMostAddresses);
        const auto took = SteadyClock::now() - began;
        lock.lock();
        if (was_slow) --slow_under_way;
        if (stopping) return;
        std::vector<Done> waiting = std::exchange(hosts[*host].waiting, {});
        finish(*host, answer, took);
        ++calling;
        lock.unlock();
        for (const Done& done : waiting)
            done(answer);
        lock.lock();
        --calling;
        if (was_slow) wake.notify_one();
    }
}

void Lookups::State::finish(const std::string& name, Answer answer, SteadyClock::duration took) {
    Host& host = hosts[name];
    const auto kept = answer ? options.kept : options.kept / kFailedPart;
    host.good_until = SteadyClock::now() + kept;
    host.answer = std::move(answer);
    host.is_slow = took > kSlow;
    if (hosts.size() > kMostKept) forget_some();
}

void Lookups::State::forget_some() {
    const auto now = SteadyClock::now();
    std::erase_if(hosts, [now](const auto& entry) {
        return entry.second.waiting.empty() && entry.second.good_until < now;
    });
}

Lookups::Lookups(std::shared_ptr<Resolver> resolver, Options options)
    : state_(std::make_shared<State>(std::move(resolver), options)) {
}

Lookups::~Lookups() {
    constexpr std::chrono::milliseconds kEnough{200};  // for those that do not hang
    std::unique_lock lock(state_->mutex);
    state_->stopping = true;
    state_->wake.notify_all();
    state_->left.wait_for(lock, kEnough, [this] { return state_->threads == 0; });
    while (state_->calling != 0)
        state_->left.wait(lock);
}

void Lookups::look_up(const std::string& name, Done done) {
    State& state = *state_;
    std::unique_lock lock(state.mutex);
    if (state.stopping) return;
    State::Host& host = state.hosts[name];
    if (host.waiting.empty() && host.good_until > SteadyClock::now()) {
        const Answer answer = host.answer;
        lock.unlock();
        done(answer);
        return;
    }
    host.waiting.push_back(std::move(done));
    if (host.waiting.size() > 1) return;
    state.queue.push_back(name);
    // An idle thread takes one of those that wait, also while it has not woken up yet.
    if (state.queue.size() <= state.idle || state.threads == state.options.threads) {
        state.wake.notify_one();
        return;
    }
    ++state.threads;
    std::thread([kept = state_] { kept->run(); }).detach();
}

}  // namespace eyed::delivery
