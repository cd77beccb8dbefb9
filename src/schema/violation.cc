#include "schema/violation.h"

#include <vector>

namespace eyed::schema {
namespace {

constexpr const char* kTypeNames[] = {"null",     "a boolean", "a number",
                                      "a string", "an object", "an array"};

}  // namespace

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
