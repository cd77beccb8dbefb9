#pragma once

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <string>
#include <utility>
#include <vector>

namespace eyed::app {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

template <class Number>
double as_double(Number value) {
    return static_cast<double>(value);
}

inline ClientMetric number(MetricType type, double value) {
    ClientMetric metric;
    if (type == MetricType::Counter)
        metric.counter.value = value;
    else
        metric.gauge.value = value;
    return metric;
}

/// Collects families of metrics, one line each where there are no labels. Included by the room's
/// sources alone.
class Families {
  public:
    void gauge(const char* name, const char* help, double value) {
        add(name, help, MetricType::Gauge, value);
    }
    void counter(const char* name, const char* help, double value) {
        add(name, help, MetricType::Counter, value);
    }
    MetricFamily& family(const char* name, const char* help, MetricType type) {
        return families_.emplace_back(MetricFamily{name, help, type, {}});
    }
    void add(MetricFamily family) { families_.push_back(std::move(family)); }
    std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

  private:
    void add(const char* name, const char* help, MetricType type, double value) {
        family(name, help, type).metric.push_back(number(type, value));
    }
    std::vector<MetricFamily> families_;
};

}  // namespace eyed::app
