#pragma once

#include <expected>
#include <string_view>
#include <variant>

#include "schema/json_schema.h"
#include "schema/structure.h"

namespace eyed::schema {

/// What the payloads of a type are checked against: an example's structure, or a JSON Schema.
/// Immutable; any thread.
class Checker {
  public:
    /// What is wrong with an example or a schema, and where.
    using Fault = JsonSchema::Fault;
    /// An example that has a key twice in one object is refused.
    [[nodiscard]] static std::expected<Checker, Fault> from_example(std::string_view json);
    [[nodiscard]] static std::expected<Checker, Fault> from_schema(std::string_view json);

    /// Whether the payload, already known to be JSON, fits. Its text is `payload`, and `reader`
    /// stands before it; only one of the two is read. False: `violation` is filled,
    /// and bounded (see shorten).
    [[nodiscard]] bool check(JsonReader& reader, std::string_view payload, std::string_view at,
                             Violation& violation) const;

  private:
    explicit Checker(Structure structure) : against_(std::move(structure)) {}
    explicit Checker(JsonSchema schema) : against_(std::move(schema)) {}
    std::variant<Structure, JsonSchema> against_;
};

}  // namespace eyed::schema
