#include "app/metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <vector>

#include "app/delivery_metrics.h"
#include "app/metric_families.h"
#include "base/version.h"

namespace eyed::app {
namespace {

void add_log(const log::State& state, Families& out) {
    out.gauge("eyed_log_writable", "1 while the log takes events.", state.writable ? 1 : 0);
    out.gauge("eyed_log_durable_position", "Records on disk.", as_double(state.durable.value));
    out.gauge("eyed_log_last_event_id", "Id of the last accepted event.",
              as_double(state.last_event.value));
    out.gauge("eyed_log_last_rejection_id", "Id of the last refused event.",
              as_double(state.last_rejection.value));
    out.gauge("eyed_log_bytes", "Size of all segments on disk.", as_double(state.bytes));
    out.gauge("eyed_log_segments", "Segment files.", as_double(state.segments));
    out.gauge("eyed_log_queued_bytes", "Waiting to be written.", as_double(state.queued_bytes));
    out.counter("eyed_log_records_total", "Records appended since start.",
                as_double(state.records));
    out.counter("eyed_log_syncs_total", "fdatasync calls since start.", as_double(state.syncs));
    out.counter("eyed_dedup_duplicates_total", "Duplicates dropped since start.",
                as_double(state.duplicates));
    out.gauge("eyed_dedup_ids", "Ids in the deduplication window.", as_double(state.dedup_ids));
    out.gauge("eyed_dedup_covered_seconds", "How far back the deduplication window reaches.",
              as_double(state.dedup_covers.count()));
}

void add_store(const store::StoreState& store, const store::ProjectorState& projector,
               std::uint64_t durable, Families& out) {
    const std::uint64_t applied = projector.applied.value;
    out.gauge("eyed_store_applied_position", "Log records that queries see.", as_double(applied));
    out.gauge("eyed_store_lag_records", "Records on disk that queries do not see yet.",
              as_double(durable > applied ? durable - applied : 0));
    out.gauge("eyed_store_events", "Events in the store.", as_double(store.events));
    out.gauge("eyed_rejections_open", "Refused events in the store that nobody has settled.",
              as_double(store.open_rejections));
    out.gauge("eyed_store_bytes", "Size of the store's files.", as_double(store.bytes));
    out.gauge("eyed_projector_working", "1 while the store follows the log.",
              projector.problem.empty() ? 1 : 0);
    out.counter("eyed_projector_batches_total", "Transactions applied since start.",
                as_double(projector.batches));
    out.counter("eyed_projector_failures_total", "Failed attempts since start.",
                as_double(projector.failures));
}

void add_http(const http::Counters& http, Families& out) {
    out.counter("eyed_http_connections_total", "Connections accepted since start.",
                as_double(http.accepted));
    out.counter("eyed_http_connections_refused_total", "Connections over the limit.",
                as_double(http.refused));
    out.counter("eyed_http_accept_errors_total", "Failed accepts, such as too many open files.",
                as_double(http.accept_errors));
    out.counter("eyed_http_timeouts_total", "Connections ended by a deadline.",
                as_double(http.timeouts));
    out.gauge("eyed_http_connections", "Open connections.", as_double(http.open));
    out.gauge("eyed_http_connections_limit", "Connections that may be open at once.",
              as_double(http.open_limit));
    out.gauge("eyed_http_body_bytes", "Memory of large bodies in flight.",
              as_double(http.body_bytes));
}

/// Resident memory in bytes, from /proc/self/statm; 0 where there is none.
double resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::uint64_t total = 0, resident = 0;
    if (!(statm >> total >> resident)) return 0;
    return as_double(resident) * as_double(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return as_double(t.tv_sec) + as_double(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void add_process(Families& out) {
    out.gauge("process_resident_memory_bytes", "Resident memory.", resident_bytes());
    out.counter("process_cpu_seconds_total", "User and system CPU time.", cpu_seconds());
    MetricFamily& build = out.family("eyed_build_info", "Always 1.", MetricType::Gauge);
    ClientMetric metric = number(MetricType::Gauge, 1);
    metric.label.push_back({"version", std::string(kVersion)});
    build.metric.push_back(std::move(metric));
}

std::vector<ClientMetric::Label> route_labels(const std::string& method,
                                              const std::string& pattern) {
    return {{"method", method}, {"route", pattern}};
}

}  // namespace

void Metrics::know_routes(const http::Router& router) {
    unmatched_.pattern = "unmatched";
    for (const http::Route& route : router.routes()) {
        auto slot = std::make_unique<Slot>();
        slot->method = http::method_name(route.method);
        slot->pattern = route.pattern;
        slots_.emplace(&route, std::move(slot));
    }
}

void Metrics::count(const http::Exchange& exchange) {
    const auto known = slots_.find(exchange.request.route);
    Slot& slot = known == slots_.end() ? unmatched_ : *known->second;
    const auto by_class = static_cast<std::size_t>(exchange.status / 100);
    if (by_class < slot.by_class.size())
        slot.by_class[by_class].fetch_add(1, std::memory_order_relaxed);
    const double seconds = std::chrono::duration<double>(exchange.duration).count();
    std::size_t bucket = 0;
    while (bucket < kBounds.size() && seconds > kBounds[bucket])
        ++bucket;
    slot.by_duration[bucket].fetch_add(1, std::memory_order_relaxed);
    slot.nanoseconds.fetch_add(static_cast<std::uint64_t>(exchange.duration.count()),
                               std::memory_order_relaxed);
}

std::string Metrics::text() const {
    Families families;
    const log::State log = sources_.log();
    add_log(log, families);
    add_store(sources_.store(), sources_.projector(), log.durable.value, families);
    families.gauge("eyed_event_types", "Event types known.", as_double(sources_.event_types()));
    const ingest::Settler::Counts settled = sources_.settled();
    families.counter("eyed_rejections_replayed_total", "Refused events taken in since start.",
                     as_double(settled.replayed));
    families.counter("eyed_rejections_discarded_total", "Refused events discarded since start.",
                     as_double(settled.discarded));
    families.gauge("eyed_outbox_waiting",
                   "Changes of the catalog that the log does not have yet, when it was last tried.",
                   as_double(sources_.outbox_waiting()));
    add_http(sources_.http(), families);
    add_deliveries(sources_.deliveries(), families);
    add_deliveries_work(sources_.deliveries_work(), families);
    families.gauge("eyed_subscriptions_behind_records",
                   "Records on disk that the slowest active destination has not been given.",
                   as_double(sources_.subscriptions_behind()));
    add_cashback(sources_.cashback(), families);

    MetricFamily requests{
        "eyed_http_requests_total", "Requests answered, by status class.", MetricType::Counter, {}};
    MetricFamily durations{"eyed_http_request_duration_seconds",
                           "From the whole header read to the answer rendered.",
                           MetricType::Histogram,
                           {}};
    const auto add_slot = [&](const Slot& slot) {
        for (std::size_t i = 1; i < slot.by_class.size(); ++i) {
            const std::uint64_t count = slot.by_class[i].load(std::memory_order_relaxed);
            if (count == 0) continue;
            ClientMetric metric = number(MetricType::Counter, as_double(count));
            metric.label = route_labels(slot.method, slot.pattern);
            metric.label.push_back({"status", std::to_string(i) + "xx"});
            requests.metric.push_back(std::move(metric));
        }
        ClientMetric metric;
        metric.label = route_labels(slot.method, slot.pattern);
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < slot.by_duration.size(); ++i) {
            sum += slot.by_duration[i].load(std::memory_order_relaxed);
            const double bound =
                i < kBounds.size() ? kBounds[i] : std::numeric_limits<double>::infinity();
            metric.histogram.bucket.push_back({sum, bound});
        }
        if (sum == 0) return;
        metric.histogram.sample_count = sum;
        metric.histogram.sample_sum =
            as_double(slot.nanoseconds.load(std::memory_order_relaxed)) / 1e9;
        durations.metric.push_back(std::move(metric));
    };
    for (const auto& [route, slot] : slots_)
        add_slot(*slot);
    add_slot(unmatched_);
    families.add(std::move(requests));
    families.add(std::move(durations));
    add_process(families);
    return families.text();
}

}  // namespace eyed::app
