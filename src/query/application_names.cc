#include "query/application_names.h"

#include <deque>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>

#include "base/hash.h"

namespace eyed::query {

struct ApplicationNameCache::Names {
    mutable std::shared_mutex mutex;  ///< guards all below
    std::deque<std::string> texts;    ///< never moved, never erased
    std::unordered_map<ApplicationId, std::string_view> by_id;
    std::unordered_map<std::string_view, ApplicationId> by_name;
};

ApplicationNameCache::ApplicationNameCache() : names_(std::make_unique<Names>()) {
}
ApplicationNameCache::~ApplicationNameCache() = default;

void ApplicationNameCache::add(ApplicationId id, std::string_view name) {
    const std::unique_lock lock(names_->mutex);
    if (names_->by_id.contains(id)) return;
    const std::string_view text = names_->texts.emplace_back(name);
    names_->by_id.emplace(id, text);
    names_->by_name.emplace(text, id);
}

std::optional<ApplicationId> ApplicationNameCache::id(std::string_view name) const {
    const std::shared_lock lock(names_->mutex);
    const auto found = names_->by_name.find(name);
    if (found == names_->by_name.end()) return std::nullopt;
    return found->second;
}

std::string_view ApplicationNameCache::name(ApplicationId id) const {
    const std::shared_lock lock(names_->mutex);
    const auto found = names_->by_id.find(id);
    return found == names_->by_id.end() ? std::string_view() : found->second;
}

}  // namespace eyed::query
