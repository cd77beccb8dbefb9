#include "schema/checker.h"

#include <fmt/format.h>

namespace eyed::schema {

std::expected<Checker, Checker::Fault> Checker::from_example(std::string_view json) {
    auto structure = Structure::from_example(json);
    if (!structure) return std::unexpected(Fault{{}, std::move(structure).error().detail});
    if (const auto& key = structure->repeated_key())
        return std::unexpected(
            Fault{{}, fmt::format("The key “{}” is there twice in one object.", *key)});
    return Checker(*std::move(structure));
}

std::expected<Checker, Checker::Fault> Checker::from_schema(std::string_view json) {
    auto schema = JsonSchema::compile(json);
    if (!schema) return std::unexpected(std::move(schema).error());
    return Checker(*std::move(schema));
}

bool Checker::check(JsonReader& reader, std::string_view payload, std::string_view at,
                    Violation& violation) const {
    const auto* structure = std::get_if<Structure>(&against_);
    const bool fits = structure ? structure->check(reader, at, violation)
                                : std::get<JsonSchema>(against_).check(payload, at, violation);
    if (!fits) shorten(violation);
    return fits;
}

}  // namespace eyed::schema
