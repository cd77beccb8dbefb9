#pragma once

#include "catalog/event_types.h"
#include "ingest/types.h"

namespace eyed::cli {

/// The catalog's event types as the intake sees them. Blocks on the catalog; thread-safe as it is.
class CatalogTypes final : public ingest::TypeDirectory {
  public:
    explicit CatalogTypes(catalog::EventTypes& types) : types_(types) {}
    Result<std::vector<std::optional<ingest::TypeRow>>> create_if_absent(
        const std::vector<ingest::NewType>& wanted, std::uint32_t limit) override;
    Result<std::vector<ingest::TypeRow>> changes_since(std::uint64_t version) override;

  private:
    catalog::EventTypes& types_;
};

}  // namespace eyed::cli
