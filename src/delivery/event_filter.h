#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "base/hash.h"
#include "log/record.h"
#include "model/delivery.h"

namespace eyed::delivery {

/// model::EventFilter, made ready to be asked often. A plain value.
class EventMatcher {
  public:
    explicit EventMatcher(const model::EventFilter& filter);
    /// `data` is looked at only when the rest matches.
    bool matches(const log::EventBody& event) const;

  private:
    using Texts = std::unordered_set<std::string, StringHash, std::equal_to<>>;
    Texts categories_;
    Texts names_;
    std::unordered_set<ApplicationId> applications_;
    std::vector<model::EventFilter::DataPath> data_;
};

}  // namespace eyed::delivery
