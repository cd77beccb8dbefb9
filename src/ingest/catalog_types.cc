#include "ingest/catalog_types.h"

namespace eyed::ingest {
namespace {

TypeRow to_row(model::EventType type) {
    return {.id = type.id,
            .application = type.application,
            .category = std::move(type.category),
            .name = std::move(type.name),
            .example = std::move(type.example),
            .version = type.version};
}

}  // namespace

Result<std::vector<std::optional<TypeRow>>> CatalogTypes::create_if_absent(
    const std::vector<NewType>& wanted, std::uint32_t limit) {
    std::vector<catalog::EventTypes::New> asked;
    asked.reserve(wanted.size());
    for (const NewType& type : wanted)
        asked.push_back({type.application, type.category, type.name, type.first_seen});
    EYED_ASSIGN(auto made, types_.create_if_absent(asked, limit));
    std::vector<std::optional<TypeRow>> rows;
    rows.reserve(made.size());
    for (auto& type : made) {
        rows.emplace_back();
        if (type) rows.back() = to_row(std::move(*type));
    }
    return rows;
}

Result<std::vector<TypeRow>> CatalogTypes::changes_since(std::uint64_t version) {
    EYED_ASSIGN(auto changed, types_.changes_since(version));
    std::vector<TypeRow> rows;
    rows.reserve(changed.size());
    for (auto& type : changed)
        rows.push_back(to_row(std::move(type)));
    return rows;
}

}  // namespace eyed::ingest
