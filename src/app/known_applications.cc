#include "app/known_applications.h"

namespace eyed::app {

std::optional<ApplicationId> KnownApplications::id(std::string_view name) const {
    return authenticator_.application_by_name(name);
}

std::string_view KnownApplications::name(ApplicationId id) const {
    const std::string_view known = cache_.name(id);
    if (!known.empty()) return known;
    const std::string found = authenticator_.application_name(id);
    if (found.empty()) return {};
    cache_.add(id, found);
    return cache_.name(id);
}

}  // namespace eyed::app
