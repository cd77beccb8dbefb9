#include "schema/violation.h"

#include <utility>
#include <vector>

#include "base/json_text.h"

namespace eyed::schema {
namespace {

constexpr std::size_t kMostOfPointer = 1024;
constexpr std::size_t kMostOfMessage = 2048;

constexpr const char* kTypeNames[] = {"null",     "a boolean", "a number",
                                      "a string", "an object", "an array"};

}  // namespace

void shorten(Violation& violation) {
    std::string pointer = shortened(violation.pointer, kMostOfPointer);
    if (violation.message.starts_with(violation.pointer))
        violation.message.replace(0, violation.pointer.size(), pointer);
    violation.message = shortened(violation.message, kMostOfMessage);
    violation.pointer = std::move(pointer);
}

const char* name_of(JsonType type) {
    return kTypeNames[static_cast<std::size_t>(type)];
}

std::string names_of(TypeSet types) {
    std::vector<const char*> names;
    for (std::uint8_t i = 1; i < 6; ++i)
        if (types >> i & 1) names.push_back(kTypeNames[i]);
    if (types & 1) names.push_back(kTypeNames[0]);
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
        text += names[i];
    }
    return text;
}

std::string pointer_of(std::string_view root, const Place* place) {
    if (!place) return std::string(root);
    std::string text = pointer_of(root, place->parent);
    if (place->element) {
        text += '/';
        text += std::to_string(place->index);
    } else {
        append_pointer(place->key, text);
    }
    return text;
}

}  // namespace eyed::schema
