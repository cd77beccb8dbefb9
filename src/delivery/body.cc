#include "delivery/body.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <functional>

#include "base/ascii.h"
#include "base/json_members.h"
#include "base/json_text.h"
#include "delivery/json_pointer.h"

namespace eyed::delivery {
namespace {

constexpr std::string_view kOpens = "{{";
constexpr std::string_view kCloses = "}}";

/// Where a pointer stands.
enum class Place { kValue, kWithinString };

/// Copies the template, and lets `fill(place, pointer, out)` put something in for each pointer.
/// False: a `{{` is not closed.
template <class Fill>
bool each_place(std::string_view text, Fill fill, std::string& out) {
    Place place = Place::kValue;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.substr(i).starts_with(kOpens)) {
            const std::size_t end = text.find(kCloses, i);
            if (end == std::string_view::npos) return false;
            fill(place, trimmed(text.substr(i + kOpens.size(), end - i - kOpens.size())), out);
            i = end + kCloses.size() - 1;
            continue;
        }
        out += text[i];
        if (text[i] == '\\' && place == Place::kWithinString && i + 1 < text.size())
            out += text[++i];
        else if (text[i] == '"')
            place = place == Place::kValue ? Place::kWithinString : Place::kValue;
    }
    return true;
}

bool is_plain(std::string_view pointer) {
    return pointer.find_first_of("\"\\{}") == std::string_view::npos;
}

std::unexpected<Error> refused(std::string sentence) {
    return failure(Code::kInvalidArgument, std::move(sentence));
}

/// What stands for `value` within a string.
std::string within_string(std::string_view value) {
    if (value.starts_with('"')) return std::string(value.substr(1, value.size() - 2));
    std::string quoted;
    append_json_string(value, quoted);
    return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

std::string event_json(EventId id, const log::EventBody& event, std::string_view application) {
    std::string out = "{\"id\":";
    append_number(id.value, out);
    append_text_member("application", application, out);
    append_key("session_id", out);
    if (event.session.is_nil()) {
        out += "null";
    } else {
        out += '"';
        append_uuid(event.session, out);
        out += '"';
    }
    append_text_member("category", event.category, out);
    append_text_member("name", event.name, out);
    append_key("data", out);
    out += event.data;
    append_instant_member("timestamp", event.timestamp, out);
    append_instant_member("received_at", event.received_at, out);
    append_key("event_id", out);
    if (event.event_id.empty()) {
        out += "null";
    } else {
        append_json_string(event.event_id, out);
    }
    out += '}';
    return out;
}

Status check_template(std::string_view text) {
    if (text.size() > kMostTemplate)
        return refused(fmt::format("The template is longer than {} bytes.", kMostTemplate));
    if (!is_utf8(text)) return refused("The template is not UTF-8.");
    std::size_t places = 0;
    std::string wrong;
    std::string filled;
    const auto fill = [&](Place place, std::string_view pointer, std::string& out) {
        ++places;
        if (wrong.empty() && (!is_json_pointer(pointer) || !is_plain(pointer)))
            wrong = shortened(pointer, 100);
        if (place == Place::kValue) out += "null";
    };
    if (!each_place(text, fill, filled)) return refused("A {{ is not closed by }}.");
    if (!wrong.empty())
        return refused(
            fmt::format("{{{{{}}}}} holds no JSON pointer: one is empty or begins with "
                        "a slash, as {{{{/data/name}}}}.",
                        wrong));
    if (places > kMostPlaces)
        return refused(fmt::format("There are more than {} pointers.", kMostPlaces));
    boost::system::error_code error;
    boost::json::parse(filled, error);
    if (error) return refused("The template is no JSON once it is filled.");
    return {};
}

std::string fill_template(std::string_view text, std::string_view json) {
    std::string body;
    const auto fill = [json](Place place, std::string_view pointer, std::string& out) {
        const auto value = find_json(json, pointer);
        const bool fits = value && out.size() + value->size() <= kMostFilled;
        if (place == Place::kValue)
            out += fits ? *value : "null";
        else if (fits)
            out += within_string(*value);
    };
    each_place(text, fill, body);
    return body;
}

}  // namespace eyed::delivery
