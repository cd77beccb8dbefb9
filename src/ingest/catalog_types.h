#pragma once

#include "catalog/event_types.h"
#include "ingest/types.h"

namespace eyed::ingest {

/// The catalog's event types as Types sees them. Blocks on the disk; as thread-safe as the catalog.
class CatalogTypes final : public TypeDirectory {
  public:
    explicit CatalogTypes(catalog::EventTypes& types) : types_(types) {}

    [[nodiscard]] Result<std::vector<std::optional<TypeRow>>> create_if_absent(
        const std::vector<NewType>& wanted, std::uint32_t limit) override;
    [[nodiscard]] Result<std::vector<TypeRow>> changes_since(std::uint64_t revision) override;

  private:
    catalog::EventTypes& types_;
};

}  // namespace eyed::ingest
