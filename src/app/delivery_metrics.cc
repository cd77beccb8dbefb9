#include "app/delivery_metrics.h"

#include <limits>

#include "app/metric_families.h"
#include "model/cashback.h"

namespace eyed::app {
namespace {

using Figures = delivery::Engine::Figures;

ClientMetric labelled(MetricType type, double value, std::vector<ClientMetric::Label> labels) {
    ClientMetric metric = number(type, value);
    metric.label = std::move(labels);
    return metric;
}

void add_outcomes(const std::vector<Figures>& destinations, Families& out) {
    MetricFamily& attempts = out.family(
        "eyed_delivery_attempts_total",
        "Attempts that ended since start, by destination and outcome.", MetricType::Counter);
    for (const Figures& one : destinations) {
        const auto add = [&](const char* outcome, std::uint64_t count) {
            attempts.metric.push_back(labelled(MetricType::Counter, as_double(count),
                                               {{"destination", one.name}, {"outcome", outcome}}));
        };
        add("delivered", one.delivered);
        add("failed", one.failed);
        add("unknown", one.unknown);
    }
}

void add_latencies(const std::vector<Figures>& destinations, Families& out) {
    MetricFamily& seconds =
        out.family("eyed_delivery_seconds", "From an attempt's start to its end, by destination.",
                   MetricType::Histogram);
    for (const Figures& one : destinations) {
        ClientMetric metric;
        metric.label = {{"destination", one.name}};
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < one.by_latency.size(); ++i) {
            sum += one.by_latency[i];
            metric.histogram.bucket.push_back({sum, i < Figures::kBounds.size()
                                                        ? Figures::kBounds[i]
                                                        : std::numeric_limits<double>::infinity()});
        }
        metric.histogram.sample_count = sum;
        metric.histogram.sample_sum = as_double(one.spent.count()) / 1e6;
        seconds.metric.push_back(std::move(metric));
    }
}

}  // namespace

void add_deliveries(const std::vector<Figures>& destinations, Families& out) {
    const auto gauge = [&](const char* name, const char* help, auto value) {
        MetricFamily& family = out.family(name, help, MetricType::Gauge);
        for (const Figures& one : destinations)
            family.metric.push_back(
                labelled(MetricType::Gauge, value(one), {{"destination", one.name}}));
    };
    add_outcomes(destinations, out);
    add_latencies(destinations, out);
    gauge("eyed_delivery_under_way", "Requests that wait for their answer, by destination.",
          [](const Figures& one) { return as_double(one.under_way); });
    gauge("eyed_deliveries_open",
          "Deliveries that are not finished, by destination, as of some seconds ago.",
          [](const Figures& one) { return as_double(one.open); });
    gauge("eyed_deliveries_dead",
          "Deliveries that were given up, by destination, as of some seconds ago.",
          [](const Figures& one) { return as_double(one.dead); });
    gauge("eyed_destination_active", "1 while the destination is neither paused nor disabled.",
          [](const Figures& one) {
              return one.state == model::DestinationState::kActive ? 1.0 : 0.0;
          });
    gauge("eyed_destination_circuit_open",
          "1 while the destination gets no more than a probe now and then.",
          [](const Figures& one) { return one.circuit_open ? 1.0 : 0.0; });
}

void add_deliveries_work(bool work, Families& out) {
    out.gauge("eyed_deliveries_working",
              "1 while the catalog takes what was sent; else nothing new begins.", work ? 1 : 0);
}

void add_cashback(const std::vector<catalog::Cashbacks::StateTotal>& states, Families& out) {
    const auto gauge = [&](const char* name, const char* help, auto value) {
        MetricFamily& family = out.family(name, help, MetricType::Gauge);
        for (const auto& one : states)
            family.metric.push_back(
                labelled(MetricType::Gauge, value(one),
                         {{"state", std::string(model::cashback_state_name(one.state))}}));
    };
    gauge("eyed_cashbacks", "Cashbacks that are not settled, by state, as of some seconds ago.",
          [](const auto& one) { return as_double(one.count); });
    gauge("eyed_cashback_due_minor_units", "What is due of them in minor units, such as centavos.",
          [](const auto& one) { return as_double(one.due.minor); });
}

}  // namespace eyed::app
