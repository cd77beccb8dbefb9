#include "ingest/messages.h"

#include <fmt/format.h>

#include "base/json_text.h"

namespace eyed::ingest::messages {

std::string too_long(std::size_t limit) {
    return fmt::format("Ensure this field has no more than {} characters.", limit);
}

std::string bad_uuid(std::string_view text) {
    constexpr std::size_t kShown = 200;  // bytes; more of it helps nobody
    std::size_t length = 0;
    while (length < text.size() && length < kShown) {
        const std::size_t next = utf8_sequence_length(text.substr(length));
        length += next == 0 ? 1 : next;
    }
    return fmt::format("“{}{}” is not a valid UUID.", text.substr(0, length),
                       length < text.size() ? "…" : "");
}

std::string not_a_dictionary(schema::JsonType type, std::string_view raw) {
    const auto name = [&]() -> std::string_view {
        switch (type) {
            case schema::JsonType::kNull:
                return "NoneType";
            case schema::JsonType::kBoolean:
                return "bool";
            case schema::JsonType::kNumber:
                return raw.find_first_of(".eE") == std::string_view::npos ? "int" : "float";
            case schema::JsonType::kString:
                return "str";
            case schema::JsonType::kObject:
                return "dict";
            case schema::JsonType::kArray:
                return "list";
        }
        return "str";
    }();
    return fmt::format("Invalid data. Expected a dictionary, but got {}.", name);
}

std::string too_deep(std::uint32_t limit) {
    return fmt::format("The JSON is nested deeper than {} levels.", limit);
}

std::string too_many_types(std::uint32_t limit) {
    return fmt::format("The application has {} event types already, as many as it may.", limit);
}

std::string too_many_events(std::uint32_t limit) {
    return fmt::format("The body has more than {} events.", limit);
}

}  // namespace eyed::ingest::messages
