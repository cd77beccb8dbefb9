#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.h"
#include "base/result.h"
#include "schema/json_reader.h"
#include "schema/violation.h"

namespace eyed::schema {

/// What an example of a payload demands of every other one (SEEDS.md, seed 000): the same keys and
/// the same JSON types, recursively.
/// - An integer and a fraction are both numbers. null is allowed only where the example has null.
/// - An array's elements have the union of the structures of the example's elements: a type that
///   one of them has; a key of objects is required when all of those objects have it, allowed when
///   one has it. An array that is empty in the example may hold anything.
/// - A key that occurs twice must fit each time.
/// Immutable; any thread.
class Structure {
  public:
    static constexpr std::size_t kMaxExampleBytes = 64 * 1024;
    static constexpr std::size_t kMaxDepth = 64;

    /// From the example's JSON text: an object with at least one key. kInvalidArgument says what is
    /// wrong with it, kTooLarge when it is over kMaxExampleBytes.
    [[nodiscard]] static Result<Structure> from_example(std::string_view json);

    /// A key that an object of the example has twice, which can only be a mistake: the last value
    /// would not stand for the others. nullopt: there is none.
    const std::optional<std::string>& repeated_key() const { return repeated_key_; }

    /// Reads one value, already known to be JSON, from `reader`, whose pointer is `at`
    /// (`/data`). False at the first departure, with `violation` filled; the reader is then in the
    /// middle of the value. Linear in the value's tokens, and allocates only to say what is wrong.
    [[nodiscard]] bool check(JsonReader& reader, std::string_view at, Violation& violation) const;

  private:
    friend class StructureBuilder;
    friend class StructureCheck;

    static constexpr std::uint32_t kAny = ~std::uint32_t{0};
    struct Key {
        std::string name;
        std::uint32_t node = 0;
        bool required = true;
    };
    /// What may stand at one place. Children are indices into nodes_.
    struct Node {
        TypeSet types = 0;
        std::uint32_t element = kAny;  ///< of an array
        std::uint32_t required = 0;    ///< keys that must be there
        std::vector<Key> keys;         ///< of an object, in the example's order
        std::unordered_map<std::string, std::uint32_t, StringHash, std::equal_to<>> by_name;
    };
    std::vector<Node> nodes_;  ///< [0] is the payload itself
    std::optional<std::string> repeated_key_;
};

}  // namespace eyed::schema
