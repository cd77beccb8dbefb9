// Sends one kind of request over many connections and prints what came of it as one JSON object.
// Closed loop: each connection sends its next request when it has its answer. With --rate the loop
// is open: a request is due at its time, and its latency counts from there.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "connection.h"
#include "histogram.h"
#include "request.h"

namespace eyed::bench {
namespace {

struct Options {
    RequestOptions request;
    std::string address = "127.0.0.1";
    std::uint16_t port = 8000;
    std::uint32_t connections = 64;
    std::uint32_t threads = 1;
    double seconds = 10;
    double warmup = 0;           ///< seconds before counting starts
    std::uint64_t requests = 0;  ///< ends after so many were answered well; 0: by time alone
    double rate = 0;             ///< requests a second, of all connections; 0: closed loop
};

struct Outcome {
    Histogram latency;
    std::map<int, std::uint64_t> statuses;
    std::uint64_t broken = 0;
    std::uint64_t good = 0;
};

/// What all threads of a run share.
struct Run {
    const Options& options;
    std::atomic<std::uint64_t> sequence{0};
    std::atomic<std::uint64_t> good{0};
    std::uint64_t start_ns = 0;
    std::uint64_t count_from_ns = 0;
    std::uint64_t end_ns = 0;
};

std::uint64_t now_ns() {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::steady_clock::now().time_since_epoch())
                                          .count());
}

class Worker {
  public:
    Worker(Run& run, std::uint32_t connections, double rate)
        : run_(run), epoll_(epoll_create1(EPOLL_CLOEXEC)), interval_ns_(rate > 0 ? 1e9 / rate : 0) {
        sockaddr_in peer{};
        peer.sin_family = AF_INET;
        peer.sin_port = htons(run.options.port);
        inet_pton(AF_INET, run.options.address.c_str(), &peer.sin_addr);
        for (std::uint32_t i = 0; i < connections; ++i) {
            connections_.push_back(
                std::make_unique<Connection>(peer, run.options.request, run.sequence));
        }
    }
    ~Worker() { close(epoll_); }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void loop() {
        for (auto& connection : connections_) {
            if (!open(*connection)) ++outcome_.broken;
        }
        while (now_ns() < run_.end_ns && !enough()) {
            if (interval_ns_ > 0) send_due();
            wait();
        }
    }
    const Outcome& outcome() const { return outcome_; }

  private:
    bool enough() const { return run_.options.requests && run_.good >= run_.options.requests; }

    bool open(Connection& connection) {
        if (!connection.connect()) return false;
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &connection;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor(), &event);
        proceed(connection);
        return true;
    }

    // The connection is free: it sends, or waits for something to be due.
    void proceed(Connection& connection) {
        if (interval_ns_ > 0) {
            idle_.push_back(&connection);
        } else {
            send(connection, now_ns());
        }
    }

    void send(Connection& connection, std::uint64_t due) {
        connection.send_next(due);
        if (connection.wants_write()) watch(connection);
    }

    void watch(Connection& connection) {
        epoll_event event{};
        event.events = EPOLLIN | (connection.wants_write() ? EPOLLOUT : 0U);
        event.data.ptr = &connection;
        epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.descriptor(), &event);
    }

    std::uint64_t next_due() const {
        return run_.start_ns +
               static_cast<std::uint64_t>(interval_ns_ * static_cast<double>(sent_));
    }

    void send_due() {
        const std::uint64_t now = now_ns();
        while (!idle_.empty() && next_due() <= now) {
            Connection& connection = *idle_.front();
            idle_.pop_front();
            const std::uint64_t due = next_due();
            ++sent_;
            send(connection, due);
        }
    }

    void wait() {
        std::array<epoll_event, 256> events{};
        const int timeout_ms = interval_ns_ > 0 ? 1 : 100;
        const int count = epoll_wait(epoll_, events.data(), events.size(), timeout_ms);
        for (int i = 0; i < count; ++i) {
            const auto& event = events[static_cast<std::size_t>(i)];
            auto& connection = *static_cast<Connection*>(event.data.ptr);
            if (event.events & EPOLLOUT) {
                connection.write_more();
                if (!connection.wants_write()) watch(connection);
            }
            if (event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) read(connection);
        }
    }

    void read(Connection& connection) {
        const auto progress = connection.read_more();
        if (progress == Connection::Progress::kWaiting) return;
        if (progress == Connection::Progress::kBroken) {
            ++outcome_.broken;
            open(connection);
            return;
        }
        const std::uint64_t now = now_ns();
        if (now >= run_.count_from_ns) {
            ++outcome_.statuses[connection.status()];
            outcome_.latency.add(now - std::min(now, connection.due()));
            if (connection.status() / 100 == 2 && connection.status() != 207) {
                ++outcome_.good;
                ++run_.good;
            }
        }
        if (!enough()) proceed(connection);
    }

    Run& run_;
    int epoll_;
    double interval_ns_;  ///< between two requests that are due; 0: closed loop
    std::uint64_t sent_ = 0;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::deque<Connection*> idle_;
    Outcome outcome_;
};

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void print(const Options& options, const Outcome& all, double seconds) {
    std::string statuses;
    for (const auto& [status, count] : all.statuses) {
        statuses += fmt::format("{}\"{}\":{}", statuses.empty() ? "" : ",", status, count);
    }
    const auto ms = [&all](double share) {
        return static_cast<double>(all.latency.percentile(share)) / 1e6;
    };
    const double good = static_cast<double>(all.good);
    fmt::print(
        "{{\"requests\":{},\"good\":{},\"broken\":{},\"seconds\":{:.3f},\"per_second\":{:.1f},"
        "\"events_per_second\":{:.1f},\"p50_ms\":{:.3f},\"p90_ms\":{:.3f},\"p99_ms\":{:.3f},"
        "\"p999_ms\":{:.3f},\"max_ms\":{:.3f},\"generator_cpu_seconds\":{:.2f},"
        "\"statuses\":{{{}}}}}\n",
        all.latency.total(), all.good, all.broken, seconds, good / seconds,
        good / seconds * options.request.events, ms(0.5), ms(0.9), ms(0.99), ms(0.999),
        static_cast<double>(all.latency.max()) / 1e6, cpu_seconds(), statuses);
}

void run_all(const Options& options) {
    Run run{.options = options};
    run.start_ns = now_ns();
    run.count_from_ns = run.start_ns + static_cast<std::uint64_t>(options.warmup * 1e9);
    run.end_ns = run.count_from_ns + static_cast<std::uint64_t>(options.seconds * 1e9);
    std::vector<std::unique_ptr<Worker>> workers;
    for (std::uint32_t i = 0; i < options.threads; ++i) {
        workers.push_back(std::make_unique<Worker>(run, options.connections / options.threads,
                                                   options.rate / options.threads));
    }
    std::vector<std::thread> threads;
    for (auto& worker : workers)
        threads.emplace_back([&worker] { worker->loop(); });
    for (auto& thread : threads)
        thread.join();
    const double seconds = static_cast<double>(now_ns() - run.count_from_ns) / 1e9;
    Outcome all;
    for (const auto& worker : workers) {
        all.latency.merge(worker->outcome().latency);
        all.broken += worker->outcome().broken;
        all.good += worker->outcome().good;
        for (const auto& [status, count] : worker->outcome().statuses) {
            all.statuses[status] += count;
        }
    }
    print(options, all, seconds);
}

}  // namespace
}  // namespace eyed::bench

int main(int argc, char** argv) {
    eyed::bench::Options options;
    using Request = eyed::bench::RequestOptions;
    CLI::App app("Sends requests over many connections and prints figures as JSON");
    app.add_option("--address", options.address);
    app.add_option("--port", options.port);
    app.add_option("--path", options.request.path);
    app.add_option("--token", options.request.token);
    app.add_option("--events", options.request.events, "in one request; 0: GET");
    app.add_flag_callback("--varied", [&] { options.request.content = Request::Content::kVaried; });
    app.add_flag_callback("--purchases",
                          [&] { options.request.content = Request::Content::kPurchases; });
    app.add_flag_callback("--event-ids",
                          [&] { options.request.event_ids = Request::EventIds::kUnique; });
    app.add_option("--days", options.request.days);
    app.add_option("--expected-events", options.request.expected_events);
    app.add_option("--connections", options.connections);
    app.add_option("--threads", options.threads)->check(CLI::Range(1, 64));
    app.add_option("--seconds", options.seconds);
    app.add_option("--warmup", options.warmup);
    app.add_option("--requests", options.requests);
    app.add_option("--rate", options.rate);
    CLI11_PARSE(app, argc, argv);
    options.request.host = fmt::format("{}:{}", options.address, options.port);
    eyed::bench::run_all(options);
    return 0;
}
