#include "ingest/catalog_types.h"

namespace eyed::ingest {
namespace {

TypeRow row_of(model::EventType type) {
    TypeRow row;
    row.id = type.id;
    row.application = type.application;
    row.category = std::move(type.category);
    row.name = std::move(type.name);
    row.senders = std::move(type.senders);
    row.mode = type.mode;
    row.example = std::move(type.example);
    row.schema = std::move(type.schema);
    row.version = type.version;
    row.revision = type.revision;
    return row;
}

}  // namespace

Result<std::vector<std::optional<TypeRow>>> CatalogTypes::create_if_absent(
    const std::vector<NewType>& wanted, std::uint32_t limit) {
    std::vector<catalog::EventTypes::New> types;
    types.reserve(wanted.size());
    for (const NewType& type : wanted)
        types.push_back({type.application, type.category, type.name, type.first_seen});
    EYED_ASSIGN(auto made, types_.create_if_absent(types, limit));
    std::vector<std::optional<TypeRow>> rows;
    rows.reserve(made.size());
    for (auto& type : made) {
        if (type) {
            rows.push_back(row_of(*std::move(type)));
        } else {
            rows.push_back(std::nullopt);
        }
    }
    return rows;
}

Result<std::vector<TypeRow>> CatalogTypes::changes_since(std::uint64_t revision) {
    EYED_ASSIGN(auto changed, types_.changes_since(revision));
    std::vector<TypeRow> rows;
    rows.reserve(changed.size());
    for (auto& type : changed)
        rows.push_back(row_of(std::move(type)));
    return rows;
}

}  // namespace eyed::ingest
