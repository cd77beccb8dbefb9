#include "cli/propagate_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/json_text.h"
#include "cli/text.h"

namespace eyed::cli {
namespace {

namespace json = boost::json;

/// On one line and not more than help.
std::string excerpt(std::string_view text) {
    constexpr std::size_t kBytes = 300;
    std::string line(utf8_prefix(text, kBytes));
    std::ranges::replace_if(line, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    line = printable(line);
    if (text.size() > kBytes) line += " …";
    return line;
}

std::string_view text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string_view(value->get_string())
                                                  : std::string_view();
}

const json::array* list_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? nullptr : value->if_array();
}

void append(std::string_view field, std::string_view sentence, std::string& text) {
    if (sentence.empty()) return;
    if (!text.empty()) text += "; ";
    if (!field.empty() && field != "non_field_errors") text += fmt::format("{}: ", field);
    text += sentence;
}

/// A problem's `errors`: `[{"field":…,"message":…}]`.
std::string read_flaws(const json::array& flaws) {
    std::string text;
    for (const auto& item : flaws)
        if (const auto* flaw = item.if_object())
            append(text_of(*flaw, "field"), text_of(*flaw, "message"), text);
    return text;
}

/// FastAPI's `[{"loc":["body",3,"event_type"],"msg":…}]`: what is said of the first one.
ServerWords read_fastapi(const json::array& entries) {
    ServerWords words;
    for (const auto& item : entries) {
        const auto* entry = item.if_object();
        const auto* place = entry == nullptr ? nullptr : list_of(*entry, "loc");
        if (place == nullptr) continue;
        std::optional<std::size_t> index;
        std::string field;
        for (std::size_t i = 1; i < place->size(); ++i) {  // what is first says `body`
            std::error_code none;
            if (const auto* name = (*place)[i].if_string())
                field += fmt::format("{}{}", field.empty() ? "" : ".", std::string_view(*name));
            else if (const auto number = (*place)[i].to_number<std::size_t>(none); !none && i == 1)
                index = number;
        }
        if (!words.text.empty() && index != words.index) break;
        words.index = index;
        append(field, text_of(*entry, "msg"), words.text);
    }
    return words;
}

/// Django REST framework's `{"name":["…"]}`.
std::string read_fields(const json::object& fields) {
    std::string text;
    for (const auto& [name, sentences] : fields)
        if (const auto* list = sentences.if_array())
            for (const auto& sentence : *list)
                if (sentence.is_string()) append(name, sentence.get_string(), text);
    return text;
}

ServerWords read_object(const json::object& answer) {
    if (const auto* flaws = list_of(answer, "errors"))
        if (auto text = read_flaws(*flaws); !text.empty()) return {std::move(text), {}};
    if (const auto* entries = list_of(answer, "detail"))
        if (auto words = read_fastapi(*entries); !words.text.empty()) return words;
    for (const std::string_view name : {"detail", "title"})
        if (const auto text = text_of(answer, name); !text.empty()) return {std::string(text), {}};
    return {read_fields(answer), {}};
}

/// Django REST framework answers an array of events with one of objects, empty where all is well.
ServerWords read_array(const json::array& answers) {
    for (std::size_t i = 0; i < answers.size(); ++i)
        if (const auto* answer = answers[i].if_object())
            if (auto text = read_fields(*answer); !text.empty()) return {std::move(text), i};
    return {};
}

}  // namespace

ServerWords words_of(std::string_view body) {
    ServerWords words;
    std::error_code error;
    const auto answer = json::parse(body, error);
    if (!error && answer.is_object()) words = read_object(answer.get_object());
    if (!error && answer.is_array()) words = read_array(answer.get_array());
    words.text = excerpt(words.text.empty() ? body : words.text);
    return words;
}

std::string words_of_verdict(const json::object& verdict) {
    std::string text;
    append(text_of(verdict, "field"), text_of(verdict, "message"), text);
    return excerpt(text.empty() ? json::serialize(verdict) : text);
}

}  // namespace eyed::cli
