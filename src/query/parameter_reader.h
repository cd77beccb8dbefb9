#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "query/parameters.h"

namespace eyed::query {

enum class Style { kNative, kSeed };

/// What must be known of a list to read its query string: a reader of one parameter, which says
/// whether it knows it.
class Reader {
  public:
    Reader(Style style, ParameterErrors& errors) : style_(style), errors_(errors) {}

    template <class Take>
    void read(std::string_view query, Take take) {
        read(parse_query_string(query), std::move(take));
    }
    template <class Take>
    void read(const std::vector<Parameter>& parameters, Take take) {
        if (parameters.size() > kMaxParameters) {
            fail("query", "There are more than 64 parameters.");
            return;
        }
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            const Parameter& parameter = parameters[i];
            if (!is_utf8(parameter.value) || !is_utf8(parameter.name)) {
                fail(is_utf8(parameter.name) ? parameter.name : "query",
                     "The query string must be UTF-8.");
                continue;
            }
            if (parameter.value.find('\0') != std::string::npos) {
                fail(parameter.name, "Null characters are not allowed.");
                continue;
            }
            const bool later = std::any_of(
                parameters.begin() + static_cast<std::ptrdiff_t>(i) + 1, parameters.end(),
                [&](const Parameter& other) { return other.name == parameter.name; });
            if (later && style_ == Style::kSeed) continue;
            if (later) {
                fail(parameter.name, "This parameter is given twice.");
                continue;
            }
            if (!take(parameter) && style_ == Style::kNative && !is_format(parameter)) {
                fail(parameter.name, "There is no such parameter.");
            }
        }
    }

    bool fail(std::string_view parameter, std::string message) {
        errors_.push_back({std::string(parameter), std::move(message)});
        return true;  // it was known, and wrong
    }

    bool limit(const Parameter& given, std::uint32_t& out, std::uint32_t most = kMaxLimit) {
        std::int64_t value = 0;
        if (!integer(given, value)) return true;
        if (style_ == Style::kSeed && value > most) value = most;
        if (value < 1) return fail(given.name, "Ensure this value is greater than or equal to 1.");
        if (value > most)
            return fail(given.name,
                        fmt::format("Ensure this value is less than or equal to {}.", most));
        out = static_cast<std::uint32_t>(value);
        return true;
    }

    /// Of an Id, or of a plain number.
    template <class Number>
    bool id(const Parameter& given, std::optional<Number>& out) {
        std::int64_t value = 0;
        if (!integer(given, value)) return true;
        if (value < 0) return fail(given.name, "Ensure this value is greater than or equal to 0.");
        if constexpr (requires { Number{}.value; }) {
            out = Number{static_cast<decltype(Number{}.value)>(value)};
        } else {
            if (static_cast<std::uint64_t>(value) > std::numeric_limits<Number>::max())
                return fail(given.name,
                            fmt::format("Ensure this value is less than or equal to {}.",
                                        std::numeric_limits<Number>::max()));
            out = static_cast<Number>(value);
        }
        return true;
    }
    /// One of an enumeration's, by the name that `name_of` gives it.
    template <class Enum, class Name>
    bool one_of(const Parameter& given, Enum last, Name name_of, std::optional<Enum>& out) {
        for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i)
            if (name_of(static_cast<Enum>(i)) == given.value) out = static_cast<Enum>(i);
        return out ? true : fail(given.name, fmt::format("There is no such {}.", given.name));
    }

    bool session(const Parameter& given, std::optional<Uuid>& out) {
        out = parse_uuid(given.value);
        const bool nil = out && out->is_nil();
        if (nil && style_ == Style::kNative)
            return fail(given.name, "The nil UUID names no session.");
        if (nil || !out) fail(given.name, fmt::format("“{}” is not a valid UUID.", given.value));
        return true;
    }

    bool instant(const Parameter& given, std::optional<Micros>& out) {
        std::string text = given.value;
        out = parse_instant(text);
        if (!out) {  // a + that was not escaped has become a space
            const std::size_t space = text.rfind(' ');
            if (space != std::string::npos && space > 10) text[space] = '+';
            out = parse_instant(text);
        }
        if (!out)
            fail(given.name,
                 "Datetime has wrong format. Use one of these formats instead: "
                 "YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].");
        return true;
    }

  private:
    /// `format=json`, by which a browser gets the JSON rather than the page: known everywhere.
    static bool is_format(const Parameter& parameter) {
        return parameter.name == "format" && parameter.value == "json";
    }

    static constexpr std::size_t kMaxParameters = 64;  // each is compared with the others

    bool integer(const Parameter& given, std::int64_t& out) {
        const std::string& text = given.value;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
        if (read.ec == std::errc() && read.ptr == text.data() + text.size() && !text.empty())
            return true;
        fail(given.name, "A valid integer is required.");
        return false;
    }

    Style style_;
    ParameterErrors& errors_;
};

}  // namespace eyed::query
