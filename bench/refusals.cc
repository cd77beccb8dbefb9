#include "refusals.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <vector>

#include "io/file_system.h"
#include "store/duckdb/duckdb_store.h"

namespace eyed::bench {
namespace {

constexpr std::uint64_t kBatch = 100'000;
constexpr Micros kStart{1'790'000'000'000'000};
constexpr std::string_view kData =
    R"({"host":"www.example.org","path":"/","element":"chat bubble"})";

template <class Value>
Value or_end(Result<Value> result) {
    if (result) return *std::move(result);
    fmt::print(stderr, "{}\n", result.error().detail);
    std::exit(1);
}

void or_end(const Status& status) {
    if (status) return;
    fmt::print(stderr, "{}\n", status.error().detail);
    std::exit(1);
}

/// Applies `count` records that `add(batch, number)` makes.
void fill(store::EventStore& store, log::Kind kind, std::uint64_t count,
          const std::function<void(log::Batch&, std::uint64_t)>& add) {
    for (std::uint64_t done = 0; done < count;) {
        log::Batch batch;
        std::vector<log::Entry> entries;
        const std::uint64_t first = done;
        for (; done < count && done - first < kBatch; ++done)
            add(batch, done + 1);
        for (std::size_t i = 0; i < batch.size(); ++i)
            entries.push_back({{store.applied().value + i + 1},
                               kind,
                               first + i + 1,
                               batch.body(batch.entries()[i])});
        or_end(store.apply(entries));
        or_end(store.fold());
    }
}

double median_ms(std::uint32_t repeat, const std::function<void()>& work) {
    std::vector<double> times;
    for (std::uint32_t i = 0; i < repeat; ++i) {
        const auto start = std::chrono::steady_clock::now();
        work();
        times.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                .count());
    }
    std::ranges::sort(times);
    return times[times.size() / 2];
}

void add_event(log::Batch& batch, std::uint64_t number) {
    log::EventBody body;
    body.application = {1};
    body.received_at = body.timestamp = kStart + std::chrono::milliseconds(number);
    body.category = "page interaction";
    body.name = "cta click";
    body.data = kData;
    const std::string event_id = fmt::format("order-{}-{:x}", number, number * 0x9e3779b97f4a7c15);
    body.event_id = event_id;
    batch.add(body);
}

/// Of 17 reasons and 500 names, over two weeks.
void add_refusal(log::Batch& batch, std::uint64_t number) {
    log::RejectionBody body;
    body.application = {1};
    body.reason = static_cast<model::Reason>(number % 17);
    body.received_at = kStart + std::chrono::milliseconds(1'200 * number);
    body.message = "/data/total is missing: the structure of this event type has it.";
    body.pointer = "/data/total";
    body.category = "page interaction";
    const std::string name = fmt::format("name {}", number % 500);
    body.name = name;
    body.payload = kData;
    batch.add(body);
}

}  // namespace

RefusalTimes time_refusals(const std::string& file, std::uint64_t events, std::uint64_t refusals,
                           std::uint32_t repeat) {
    NullLogger logger;
    const auto files = io::make_file_system();
    const auto store =
        or_end(store::open_duckdb({.path = file, .memory_bytes = 1ULL << 30U}, *files, logger));
    fill(*store, log::Kind::kEvent, events, add_event);
    fill(*store, log::Kind::kRejection, refusals, add_refusal);
    RefusalTimes times;
    std::uint64_t number = events / 3;
    times.trace_ms = median_ms(repeat, [&] {
        number = (number * 7 + 13) % events + 1;
        const auto id = fmt::format("order-{}-{:x}", number, number * 0x9e3779b97f4a7c15);
        if (or_end(store->trace(id, {{1}}, 50)).size() != 1) std::exit(1);
    });
    store::RejectionSummaryQuery query;
    times.summary_ms =
        median_ms(repeat, [&] { times.groups = or_end(store->summarize(query)).groups.size(); });
    query.filter.reason = model::Reason::kBlank;
    times.filtered_ms = median_ms(repeat, [&] { or_end(store->summarize(query)); });
    store::RejectionFilter open;
    open.state = model::RejectionState::kOpen;
    store::RejectionPage page;
    page.direction = store::Direction::kAscending;
    page.after = RejectionId{refusals / 2};
    times.page_ms = median_ms(repeat, [&] { or_end(store->rejections(open, page)); });
    return times;
}

}  // namespace eyed::bench
