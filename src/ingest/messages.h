#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "schema/json_reader.h"

/// Every sentence that a sender is told about an event, in one place. Those of SEEDS.md (seeds 000
/// and 001) and of Django REST framework are kept to the letter: clients compare them.
namespace eyed::ingest::messages {

inline constexpr std::string_view kRequired = "This field is required.";
inline constexpr std::string_view kNull = "This field may not be null.";
inline constexpr std::string_view kBlank = "This field may not be blank.";
inline constexpr std::string_view kNotString = "Not a valid string.";
inline constexpr std::string_view kNulCharacter = "Null characters are not allowed.";
inline constexpr std::string_view kDataEmpty = "The data can't be empty.";
inline constexpr std::string_view kDataNotObject = "The data content must a JSON format.";
inline constexpr std::string_view kBadTimestamp =
    "Datetime has wrong format. Use one of these formats instead: "
    "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
inline constexpr std::string_view kFuture = "The timestamp can't be greater than now.";
inline constexpr std::string_view kNoData = "No data provided";

inline constexpr std::string_view kNativeDataNotObject = "The data must be a JSON object.";
inline constexpr std::string_view kNilUuid = "The nil UUID names no session.";
inline constexpr std::string_view kNotAnEvent = "An event must be a JSON object.";
inline constexpr std::string_view kUnknownField = "There is no such field.";
inline constexpr std::string_view kEmptyBatch = "There are no events in the body.";

// To clients of seed 002, in the words of pydantic 1; those of the last line are ours.
inline constexpr std::string_view kPydanticMissing = "field required";
inline constexpr std::string_view kPydanticNone = "none is not an allowed value";
inline constexpr std::string_view kPydanticText = "str type expected";
inline constexpr std::string_view kPydanticObject = "value is not a valid dict";
inline constexpr std::string_view kPydanticBlank = "ensure this value has at least 1 characters";
inline constexpr std::string_view kPydanticTooLong = "ensure this value has at most 150 characters";
inline constexpr std::string_view kPydanticNulCharacter = "null characters are not allowed";

/// `Ensure this field has no more than 50 characters.`
std::string too_long(std::size_t limit);
/// `“x” is not a valid UUID.`
std::string bad_uuid(std::string_view text);
/// `Invalid data. Expected a dictionary, but got list.`, with Python's name of the type.
std::string not_a_dictionary(schema::JsonType type, std::string_view raw);
std::string too_deep(std::uint32_t limit);
std::string too_many_types(std::uint32_t limit);
std::string too_many_events(std::uint32_t limit);

}  // namespace eyed::ingest::messages
