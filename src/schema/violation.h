#pragma once

#include <cstdint>
#include <string>

#include "model/reason.h"
#include "schema/json_reader.h"

namespace eyed::schema {

/// The first place where a payload departs from its type's structure.
struct Violation {
    model::Reason reason = model::Reason::kStructureType;
    std::string pointer;  ///< RFC 6901, within the event: `/data/host`
    std::string message;  ///< a sentence that names the pointer
};

/// Shortens what a hostile key or a long text of a schema would make as long as they like: the
/// pointer to 1 KiB, the message to 2 KiB, at the border of a character and with `…`.
void shorten(Violation& violation);

/// A set of JsonTypes: bit i is type i.
using TypeSet = std::uint8_t;
constexpr TypeSet bit(JsonType type) {
    return static_cast<TypeSet>(1U << static_cast<unsigned>(type));
}

/// `null`, `a boolean`, `a number` …
const char* name_of(JsonType type);
/// `a string`, `a number or null`, `a number, a string or null`.
std::string names_of(TypeSet types);

/// Where a value stands below the payload: a chain on the stack, spelled out only when something is
/// wrong.
struct Place {
    const Place* parent = nullptr;
    std::string_view key;
    std::size_t index = 0;
    bool element = false;
};
/// `root`, then the place's own steps, as a JSON pointer (RFC 6901).
std::string pointer_of(std::string_view root, const Place* place);

}  // namespace eyed::schema
