#pragma once

#include <cstdint>
#include <string_view>

namespace eyed::model {

/// Why an event was refused. The numbers are written to disk: never change one, add at the end.
enum class Reason : std::uint8_t {
    kMalformed = 0,     ///< not JSON, or not UTF-8
    kWrongShape = 1,    ///< JSON, but not an object where one is needed
    kMissingField = 2,  ///< a required field is absent
    kWrongType = 3,     ///< a field has another JSON type than required
    kBlank = 4,         ///< a field is empty where it may not be
    kTooLong = 5,       ///< a text over its length
    kInvalidUuid = 6,
    kInvalidTimestamp = 7,
    kTimestampInFuture = 8,
    kTooDeep = 9,               ///< nested deeper than the limit
    kTooLarge = 10,             ///< over a size limit
    kTooManyTypes = 11,         ///< the application has as many event types as it may
    kStructureMissing = 12,     ///< a key of the type's structure is absent
    kStructureUnexpected = 13,  ///< a key that the type's structure does not have
    kStructureType = 14,        ///< a value of another JSON type than the structure's
    kUnknownField = 15,         ///< a field that the intake does not know
    kSchema = 16,               ///< departs from the type's JSON Schema
};
inline constexpr Reason kLastReason = Reason::kSchema;

/// The reason's code on the wire: `malformed`, `missing_field`, `structure_type` …
std::string_view reason_name(Reason reason);

}  // namespace eyed::model
