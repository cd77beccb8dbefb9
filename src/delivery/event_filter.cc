#include "delivery/event_filter.h"

#include <algorithm>

#include "delivery/json_pointer.h"

namespace eyed::delivery {
namespace {

template <class Set, class Value>
bool lets_through(const Set& wanted, const Value& value) {
    return wanted.empty() || wanted.contains(value);
}

}  // namespace

EventMatcher::EventMatcher(const model::EventFilter& filter)
    : categories_(filter.categories.begin(), filter.categories.end()),
      names_(filter.names.begin(), filter.names.end()),
      applications_(filter.applications.begin(), filter.applications.end()),
      data_(filter.data) {
}

bool EventMatcher::matches(const log::EventBody& event) const {
    if (!lets_through(applications_, event.application) || !lets_through(names_, event.name) ||
        !lets_through(categories_, event.category))
        return false;
    return std::ranges::all_of(data_, [&event](const model::EventFilter::DataPath& path) {
        const auto value = find_json(event.data, path.pointer);
        return value && (path.equals.empty() || same_json(*value, path.equals));
    });
}

}  // namespace eyed::delivery
