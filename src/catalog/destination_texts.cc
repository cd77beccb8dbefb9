#include "catalog/destination_texts.h"

#include <boost/json.hpp>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/json_text.h"

namespace eyed::catalog {
namespace {

Error broken(std::string_view column) {
    return {Code::kCorrupt, "catalog: the " + std::string(column) + " of a destination is broken"};
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Gives `each` the parts between commas; an empty text has none. False: `each` did.
template <class Each>
bool split(std::string_view text, const Each& each) {
    if (text.empty()) return true;
    for (;;) {
        const auto comma = text.find(',');
        if (!each(text.substr(0, comma))) return false;
        if (comma == std::string_view::npos) return true;
        text.remove_prefix(comma + 1);
    }
}

/// Writes a JSON array, one item after the other.
template <class Items, class Append>
void append_array(std::string_view name, const Items& items, std::string& out,
                  const Append& append) {
    if (out.size() > 1) out += ',';
    append_json_string(name, out);
    out += ":[";
    bool first = true;
    for (const auto& item : items) {
        if (!first) out += ',';
        first = false;
        append(item);
    }
    out += ']';
}

const boost::json::array* array_in(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? nullptr : value->if_array();
}

std::optional<std::vector<std::string>> texts_in(const boost::json::object& object,
                                                 std::string_view name) {
    const auto* array = array_in(object, name);
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    for (const auto& value : *array) {
        const auto* text = value.if_string();
        if (text == nullptr) return std::nullopt;
        texts.emplace_back(*text);
    }
    return texts;
}

std::optional<std::vector<ApplicationId>> applications_in(const boost::json::object& object) {
    const auto* array = array_in(object, "applications");
    if (array == nullptr) return std::nullopt;
    std::vector<ApplicationId> ids;
    for (const auto& value : *array) {
        const auto* id = value.if_int64();
        if (id == nullptr) return std::nullopt;
        ids.push_back({*id});
    }
    return ids;
}

std::optional<std::vector<model::EventFilter::DataPath>> paths_in(
    const boost::json::object& object) {
    const auto* array = array_in(object, "data");
    if (array == nullptr) return std::nullopt;
    std::vector<model::EventFilter::DataPath> paths;
    for (const auto& value : *array) {
        const auto* path = value.if_object();
        if (path == nullptr) return std::nullopt;
        const auto* pointer = path->if_contains("pointer");
        const auto* equals = path->if_contains("equals");
        if (pointer == nullptr || equals == nullptr || !pointer->is_string() ||
            !equals->is_string())
            return std::nullopt;
        paths.push_back({std::string(pointer->get_string()), std::string(equals->get_string())});
    }
    return paths;
}

}  // namespace

std::string statuses_column(const std::vector<model::StatusRange>& ranges) {
    std::string text;
    for (const auto& range : ranges) {
        if (!text.empty()) text += ',';
        text += std::to_string(range.first) + '-' + std::to_string(range.last);
    }
    return text;
}

Result<std::vector<model::StatusRange>> read_statuses_column(std::string_view text) {
    std::vector<model::StatusRange> ranges;
    const bool whole = split(text, [&](std::string_view part) {
        const auto dash = part.find('-');
        if (dash == std::string_view::npos) return false;
        const auto first = number_of<int>(part.substr(0, dash));
        const auto last = number_of<int>(part.substr(dash + 1));
        if (first && last) ranges.push_back({*first, *last});
        return first && last;
    });
    if (!whole) return std::unexpected(broken("statuses"));
    return ranges;
}

std::string schedule_column(const std::vector<std::chrono::seconds>& schedule) {
    std::string text;
    for (const auto wait : schedule) {
        if (!text.empty()) text += ',';
        text += std::to_string(wait.count());
    }
    return text;
}

Result<std::vector<std::chrono::seconds>> read_schedule_column(std::string_view text) {
    std::vector<std::chrono::seconds> schedule;
    const bool whole = split(text, [&](std::string_view part) {
        const auto seconds = number_of<std::int64_t>(part);
        if (seconds) schedule.emplace_back(*seconds);
        return seconds.has_value();
    });
    if (!whole) return std::unexpected(broken("schedule"));
    return schedule;
}

std::string filter_column(const model::EventFilter& filter) {
    std::string out = "{";
    const auto append_text = [&](const std::string& text) { append_json_string(text, out); };
    append_array("categories", filter.categories, out, append_text);
    append_array("names", filter.names, out, append_text);
    append_array("applications", filter.applications, out,
                 [&](ApplicationId id) { out += std::to_string(id.value); });
    append_array("data", filter.data, out, [&](const model::EventFilter::DataPath& path) {
        out += R"({"pointer":)";
        append_json_string(path.pointer, out);
        out += R"(,"equals":)";
        append_json_string(path.equals, out);
        out += '}';
    });
    return out + "}";
}

Result<model::EventFilter> read_filter_column(std::string_view text) {
    boost::system::error_code fault;
    const auto json = boost::json::parse(text, fault);
    const auto* object = fault ? nullptr : json.if_object();
    if (object == nullptr) return std::unexpected(broken("filter"));
    auto categories = texts_in(*object, "categories");
    auto names = texts_in(*object, "names");
    auto applications = applications_in(*object);
    auto data = paths_in(*object);
    if (!categories || !names || !applications || !data) return std::unexpected(broken("filter"));
    return model::EventFilter{std::move(*categories), std::move(*names), std::move(*applications),
                              std::move(*data)};
}

}  // namespace eyed::catalog
