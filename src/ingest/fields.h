#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/dialect.h"

namespace eyed::ingest {

/// The fields of an event that a sender may set.
enum class Field : std::uint8_t { kCategory, kName, kData, kSession, kTimestamp, kEventId };
inline constexpr std::size_t kFields = 6;
constexpr std::size_t index_of(Field field) {
    return static_cast<std::size_t>(field);
}

inline constexpr std::array<std::string_view, kFields> kFieldNames{
    "category", "name", "data", "session_id", "timestamp", "event_id"};
inline constexpr std::array<std::string_view, kFields> kFieldPointers{
    "/category", "/name", "/data", "/session_id", "/timestamp", "/event_id"};

/// Of every event that seed 002's consumer takes.
inline constexpr std::string_view kMessageCategory = "message";
/// A field's name in a dialect: the consumer says event_type for the name, event_payload for the
/// data.
constexpr std::string_view field_name(model::Dialect dialect, Field field) {
    if (dialect == model::Dialect::kConsumer && field == Field::kName) return "event_type";
    if (dialect == model::Dialect::kConsumer && field == Field::kData) return "event_payload";
    return kFieldNames[index_of(field)];
}
constexpr std::string_view field_pointer(model::Dialect dialect, Field field) {
    if (dialect == model::Dialect::kConsumer && field == Field::kName) return "/event_type";
    if (dialect == model::Dialect::kConsumer && field == Field::kData) return "/event_payload";
    return kFieldPointers[index_of(field)];
}

inline constexpr std::size_t kMaxCategory = 50;  ///< code points, as the next two
inline constexpr std::size_t kMaxName = 150;
inline constexpr std::size_t kMaxEventId = 128;

enum class Presence : std::uint8_t {
    kIgnored,   ///< not a field of this form
    kOptional,  ///< absent or null: left out
    kRequired,
};
enum class UnknownFields : std::uint8_t {
    kIgnore,
    kRefuse,
    kExported,  ///< refused, but for those that an export adds
};
/// How texts and payloads are read.
enum class Manner : std::uint8_t {
    kStrict,  ///< as they stand
    kDjango,  ///< as Django REST framework: numbers are texts too, texts are trimmed, a payload may
              ///< not be empty
};

/// What one form of an event asks for.
struct Rules {
    std::array<Presence, kFields> presence;  ///< by Field
    UnknownFields unknown = UnknownFields::kRefuse;
    Manner manner = Manner::kStrict;
};

constexpr Rules make_rules(Presence required, Presence session, Presence timestamp,
                           Presence event_id, UnknownFields unknown, Manner manner) {
    const Presence data = manner == Manner::kDjango ? required : Presence::kOptional;
    return {{required, required, data, session, timestamp, event_id}, unknown, manner};
}
inline constexpr Rules kNativeRules =
    make_rules(Presence::kRequired, Presence::kOptional, Presence::kOptional, Presence::kOptional,
               UnknownFields::kRefuse, Manner::kStrict);
inline constexpr Rules kImportRules =
    make_rules(Presence::kRequired, Presence::kOptional, Presence::kOptional, Presence::kOptional,
               UnknownFields::kExported, Manner::kStrict);
inline constexpr Rules kPatchRules =
    make_rules(Presence::kOptional, Presence::kOptional, Presence::kOptional, Presence::kIgnored,
               UnknownFields::kRefuse, Manner::kStrict);
inline constexpr Rules kSeedRules =
    make_rules(Presence::kRequired, Presence::kRequired, Presence::kRequired, Presence::kIgnored,
               UnknownFields::kIgnore, Manner::kDjango);

constexpr const Rules& rules_of(model::Dialect dialect) {
    switch (dialect) {
        case model::Dialect::kTheEye:
        case model::Dialect::kEyeService:
            return kSeedRules;
        case model::Dialect::kImport:
            return kImportRules;
        case model::Dialect::kNative:
        case model::Dialect::kConsumer:
            break;
    }
    return kNativeRules;
}

/// Fields that an export writes and an import does not take.
inline constexpr std::array<std::string_view, 4> kExportedFields{"id", "application", "received_at",
                                                                 "dialect"};

}  // namespace eyed::ingest
