#include "delivery/transfers.h"

#include <curl/curl.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "base/background.h"
#include "delivery/exchange.h"

namespace eyed::delivery {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Names = Result<std::vector<std::string>>;

constexpr std::size_t kEventsAtOnce = 256;
constexpr long kKeptConnections = 512;
constexpr std::size_t kKeptHandles = 512;

/// libcurl's global part, once for the process.
CURLcode start_curl() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    return started;
}

TransferResult not_sent(std::uint64_t id, std::string why) {
    TransferResult result;
    result.id = id;
    result.error = std::move(why);
    return result;
}

}  // namespace

struct Transfers::State {
    State(Options wanted, std::shared_ptr<Resolver> resolver, const Clock& time, Done told)
        : options(std::move(wanted)),
          clock(time),
          done(std::move(told)),
          lookups(std::make_unique<Lookups>(std::move(resolver), Lookups::Options{})) {}
    ~State();

    struct Incoming {
        TransferRequest request;
        std::chrono::nanoseconds started{};  ///< of the clock
        SteadyClock::time_point deadline;
    };
    struct Answered {
        std::uint64_t number = 0;  ///< in `waiting`
        Names addresses;
    };

    const Options options;
    const Clock& clock;
    const Done done;
    int epoll = -1;
    int event = -1;  ///< eventfd that ends the wait
    CURLM* multi = nullptr;
    std::thread thread;
    std::atomic<std::size_t> under_way{0};

    std::mutex mutex;  ///< guards what follows
    std::vector<Incoming> incoming;
    std::vector<Answered> answered;
    bool is_signalled = false;  ///< `event` is written to
    bool is_stopping = false;
    SteadyClock::time_point stop_at;

    // The thread's own.
    std::thread::id self;  ///< set before the first lookup, which other threads read it in
    std::uint64_t last_number = 0;
    std::unordered_map<std::uint64_t, Incoming> waiting;  ///< for their names, by number
    std::multimap<SteadyClock::time_point, std::uint64_t> name_deadlines;
    std::vector<Answered> answered_here;
    std::unordered_set<Exchange*> running;
    std::vector<std::unique_ptr<Exchange>> idle;
    std::optional<SteadyClock::time_point> timer_at;  ///< when libcurl wants to be called

    std::unique_ptr<Lookups> lookups;  ///< last: its callbacks come to what is above

    Status open();
    void run();
    void signal();
    void take_new();
    void accept(Incoming incoming);
    void look_up(Incoming incoming);
    void go_on(Answered answer);
    void begin(Incoming incoming, std::span<const std::string> addresses);
    void wait();
    void expire_names();
    void collect();
    void release(Exchange* exchange);
    void tell(TransferResult result, std::chrono::nanoseconds started);
    bool may_end();
    void end_rest();

    static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
    static int on_timer(CURLM* multi, long timeout_ms, void* self);
};

Transfers::State::~State() {
    lookups.reset();
    for (Exchange* exchange : running)
        idle.emplace_back(exchange);
    idle.clear();
    if (multi != nullptr) curl_multi_cleanup(multi);
    for (const int descriptor : {epoll, event})
        if (descriptor >= 0) ::close(descriptor);
}

Status Transfers::State::open() {
    if (start_curl() == CURLE_OK) multi = curl_multi_init();
    if (multi == nullptr) return failure(Code::kInternal, "libcurl does not start");
    epoll = ::epoll_create1(EPOLL_CLOEXEC);
    event = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    epoll_event wanted{.events = EPOLLIN, .data = {.fd = event}};
    if (epoll < 0 || event < 0 || ::epoll_ctl(epoll, EPOLL_CTL_ADD, event, &wanted) != 0)
        return failure(Code::kIo, std::strerror(errno));
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kKeptConnections);
    return {};
}

int Transfers::State::on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
    auto& state = *static_cast<State*>(self);
    if (what == CURL_POLL_REMOVE) {
        ::epoll_ctl(state.epoll, EPOLL_CTL_DEL, socket, nullptr);
        curl_multi_assign(state.multi, socket, nullptr);
        return 0;
    }
    epoll_event wanted{.events = 0, .data = {.fd = socket}};
    if ((what & CURL_POLL_IN) != 0) wanted.events |= EPOLLIN;
    if ((what & CURL_POLL_OUT) != 0) wanted.events |= EPOLLOUT;
    const int first = known == nullptr ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    const int second = known == nullptr ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    if (::epoll_ctl(state.epoll, first, socket, &wanted) != 0)
        ::epoll_ctl(state.epoll, second, socket, &wanted);
    if (known == nullptr) curl_multi_assign(state.multi, socket, self);
    return 0;
}

int Transfers::State::on_timer(CURLM*, long timeout_ms, void* self) {
    auto& state = *static_cast<State*>(self);
    state.timer_at.reset();
    if (timeout_ms >= 0)
        state.timer_at = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
    return 0;
}

/// Under the lock.
void Transfers::State::signal() {
    if (is_signalled) return;
    is_signalled = true;
    const std::uint64_t one = 1;
    (void)!::write(event, &one, sizeof one);
}

void Transfers::State::run() {
    pthread_setname_np(pthread_self(), "transfers");
    work_in_background();
    self = std::this_thread::get_id();
    while (true) {
        take_new();
        if (may_end()) break;
        wait();
        expire_names();
        collect();
    }
    end_rest();
}

void Transfers::State::take_new() {
    std::vector<Incoming> fresh;
    std::vector<Answered> found;
    {
        const std::lock_guard lock(mutex);
        fresh.swap(incoming);
        found.swap(answered);
    }
    for (Incoming& one : fresh)
        accept(std::move(one));
    for (Answered& one : found)
        go_on(std::move(one));
    for (Answered& one : std::exchange(answered_here, {}))
        go_on(std::move(one));
}

void Transfers::State::accept(Incoming incoming) {
    if (!incoming.request.target.is_literal) {
        look_up(std::move(incoming));
        return;
    }
    const std::array host{incoming.request.target.host};
    if (const Status checked = options.policy.check(host); !checked)
        tell(not_sent(incoming.request.id, checked.error().detail), incoming.started);
    else
        begin(std::move(incoming), {});
}

void Transfers::State::look_up(Incoming incoming) {
    const std::uint64_t number = ++last_number;
    const std::string host = incoming.request.target.host;
    name_deadlines.emplace(incoming.deadline, number);
    waiting.emplace(number, std::move(incoming));
    lookups->look_up(host, [this, number](const Names& addresses) {
        if (std::this_thread::get_id() == self) {
            answered_here.push_back({number, addresses});
            return;
        }
        const std::lock_guard lock(mutex);
        answered.push_back({number, addresses});
        signal();
    });
}

void Transfers::State::go_on(Answered answer) {
    auto node = waiting.extract(answer.number);
    if (node.empty()) return;  // its time was over before
    Incoming incoming = std::move(node.mapped());
    const auto [first, last] = name_deadlines.equal_range(incoming.deadline);
    name_deadlines.erase(std::find_if(
        first, last, [&answer](const auto& entry) { return entry.second == answer.number; }));
    const Status checked = answer.addresses ? options.policy.check(*answer.addresses)
                                            : Status(std::unexpected(answer.addresses.error()));
    if (!checked)
        tell(not_sent(incoming.request.id, checked.error().detail), incoming.started);
    else
        begin(std::move(incoming), *answer.addresses);
}

void Transfers::State::begin(Incoming incoming, std::span<const std::string> addresses) {
    std::unique_ptr<Exchange> exchange;
    if (!idle.empty()) {
        exchange = std::move(idle.back());
        idle.pop_back();
    } else {
        exchange = Exchange::create();
    }
    const std::uint64_t id = incoming.request.id;
    if (!exchange) {
        tell(not_sent(id, "there is no memory for a request"), incoming.started);
        return;
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(incoming.deadline - SteadyClock::now());
    exchange->started = incoming.started;
    exchange->prepare(std::move(incoming.request),
                      {options.policy, addresses, left, options.user_agent});
    if (curl_multi_add_handle(multi, exchange->easy()) != CURLM_OK) {
        tell(not_sent(id, "libcurl does not take the request"), incoming.started);
        return;
    }
    running.insert(exchange.release());
}

/// Until something happens; lets libcurl work on what did.
void Transfers::State::wait() {
    auto until = timer_at;
    const auto sooner = [&until](SteadyClock::time_point at) {
        if (!until || at < *until) until = at;
    };
    if (!name_deadlines.empty()) sooner(name_deadlines.begin()->first);
    {
        const std::lock_guard lock(mutex);
        if (is_stopping) sooner(stop_at);
    }
    int timeout_ms = -1;
    if (until) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - SteadyClock::now());
        timeout_ms = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
    }
    std::array<epoll_event, kEventsAtOnce> events;
    const int count = ::epoll_wait(epoll, events.data(), kEventsAtOnce, timeout_ms);
    int still_running = 0;
    for (int i = 0; i < count; ++i) {
        if (events[i].data.fd == event) {
            std::uint64_t number = 0;
            const std::lock_guard lock(mutex);
            (void)!::read(event, &number, sizeof number);
            is_signalled = false;
            continue;
        }
        int what = 0;
        if ((events[i].events & EPOLLIN) != 0) what |= CURL_CSELECT_IN;
        if ((events[i].events & EPOLLOUT) != 0) what |= CURL_CSELECT_OUT;
        if ((events[i].events & (EPOLLERR | EPOLLHUP)) != 0)
            what |= CURL_CSELECT_ERR | CURL_CSELECT_IN;
        curl_multi_socket_action(multi, events[i].data.fd, what, &still_running);
    }
    if (timer_at && *timer_at <= SteadyClock::now()) {
        timer_at.reset();
        curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &still_running);
    }
}

void Transfers::State::expire_names() {
    const auto now = SteadyClock::now();
    while (!name_deadlines.empty() && name_deadlines.begin()->first <= now) {
        auto node = waiting.extract(name_deadlines.begin()->second);
        name_deadlines.erase(name_deadlines.begin());
        tell(not_sent(node.mapped().request.id, "the host's name was not found in time"),
             node.mapped().started);
    }
}

void Transfers::State::collect() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const CURLcode code = message->data.result;
        Exchange& exchange = Exchange::of(message->easy_handle);
        curl_multi_remove_handle(multi, exchange.easy());  // the message is gone with it
        TransferResult result = exchange.finish(code);
        const auto started = exchange.started;
        release(&exchange);
        tell(std::move(result), started);
    }
}

void Transfers::State::release(Exchange* exchange) {
    running.erase(exchange);
    std::unique_ptr<Exchange> owned(exchange);
    if (idle.size() < kKeptHandles) idle.push_back(std::move(owned));
}

void Transfers::State::tell(TransferResult result, std::chrono::nanoseconds started) {
    result.latency =
        std::chrono::duration_cast<std::chrono::microseconds>(clock.steady() - started);
    under_way.fetch_sub(1);
    done(std::move(result));
}

bool Transfers::State::may_end() {
    const std::lock_guard lock(mutex);
    if (!is_stopping) return false;
    const bool is_empty = running.empty() && waiting.empty() && incoming.empty();
    return is_empty || SteadyClock::now() >= stop_at;
}

void Transfers::State::end_rest() {
    const std::string why = "the program stopped before the request was sent";
    {
        const std::lock_guard lock(mutex);
        for (Incoming& one : incoming)
            waiting.emplace(++last_number, std::move(one));
        incoming.clear();
    }
    for (const auto& [number, one] : std::exchange(waiting, {}))
        tell(not_sent(one.request.id, why), one.started);
    collect();
    for (Exchange* exchange : std::exchange(running, {})) {
        curl_multi_remove_handle(multi, exchange->easy());
        TransferResult result = exchange->finish(CURLE_ABORTED_BY_CALLBACK);
        const auto started = exchange->started;
        release(exchange);
        tell(std::move(result), started);
    }
}

Transfers::Transfers() = default;

Result<std::unique_ptr<Transfers>> Transfers::create(Options options,
                                                     std::shared_ptr<Resolver> resolver,
                                                     const Clock& clock, Done done) {
    std::unique_ptr<Transfers> transfers(new Transfers);
    transfers->state_ =
        std::make_unique<State>(std::move(options), std::move(resolver), clock, std::move(done));
    State& state = *transfers->state_;
    EYED_TRY(state.open());
    state.thread = std::thread([&state] { state.run(); });
    return transfers;
}

Transfers::~Transfers() {
    if (state_) stop(std::chrono::milliseconds(0));
}

bool Transfers::start(TransferRequest request) {
    State& state = *state_;
    const auto deadline = SteadyClock::now() + request.timeout;
    const auto started = state.clock.steady();
    const std::lock_guard lock(state.mutex);
    if (state.is_stopping || state.under_way.load() >= state.options.most) return false;
    state.under_way.fetch_add(1);
    state.incoming.push_back({std::move(request), started, deadline});
    state.signal();
    return true;
}

std::size_t Transfers::under_way() const {
    return state_->under_way.load();
}

void Transfers::stop(std::chrono::milliseconds within) {
    {
        const std::lock_guard lock(state_->mutex);
        if (!state_->is_stopping) state_->stop_at = SteadyClock::now() + within;
        state_->is_stopping = true;
        state_->is_signalled = false;
        state_->signal();
    }
    if (state_->thread.joinable()) state_->thread.join();
}

}  // namespace eyed::delivery
