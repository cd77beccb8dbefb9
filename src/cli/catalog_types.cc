#include "cli/catalog_types.h"

namespace eyed::cli {
namespace {

ingest::TypeRow row_of(model::EventType type) {
    return {type.id,
            type.application,
            std::move(type.category),
            std::move(type.name),
            std::move(type.example),
            type.version};
}

}  // namespace

Result<std::vector<std::optional<ingest::TypeRow>>> CatalogTypes::create_if_absent(
    const std::vector<ingest::NewType>& wanted, std::uint32_t limit) {
    std::vector<catalog::EventTypes::New> asked;
    for (const auto& one : wanted)
        asked.push_back({one.application, one.category, one.name, one.first_seen});
    EYED_ASSIGN(auto types, types_.create_if_absent(asked, limit));
    std::vector<std::optional<ingest::TypeRow>> rows;
    for (auto& type : types) {
        if (type) {
            rows.emplace_back(row_of(std::move(*type)));
        } else {
            rows.emplace_back(std::nullopt);
        }
    }
    return rows;
}

Result<std::vector<ingest::TypeRow>> CatalogTypes::changes_since(std::uint64_t version) {
    EYED_ASSIGN(auto types, types_.changes_since(version));
    std::vector<ingest::TypeRow> rows;
    for (auto& type : types)
        rows.push_back(row_of(std::move(type)));
    return rows;
}

}  // namespace eyed::cli
