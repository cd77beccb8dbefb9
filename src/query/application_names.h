#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"

namespace eyed::query {

/// Ids and names of applications, from memory. Thread-safe; names are never changed or reused.
class ApplicationNames {
  public:
    virtual ~ApplicationNames() = default;
    /// Nullopt: there is none.
    virtual std::optional<ApplicationId> id(std::string_view name) const = 0;
    /// Empty: there is none. Valid as long as this is.
    virtual std::string_view name(ApplicationId id) const = 0;
    /// Those that a user owns, as far as this knows.
    virtual std::vector<ApplicationId> owned_by(UserId /*owner*/) const { return {}; }
};

/// Holds names that are put in by whoever reads the catalog.
class ApplicationNameCache final : public ApplicationNames {
  public:
    ApplicationNameCache();
    ~ApplicationNameCache() override;
    /// Adds those it does not know.
    void add(ApplicationId id, std::string_view name);
    std::optional<ApplicationId> id(std::string_view name) const override;
    std::string_view name(ApplicationId id) const override;

  private:
    struct Names;
    std::unique_ptr<Names> names_;
};

}  // namespace eyed::query
