#include "query/parameters.h"

#include <algorithm>

namespace eyed::query {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool escape = text[at] == '%' && at + 2 < text.size() &&
                            hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0;
        if (escape) {
            out += static_cast<char>(hex_value(text[at + 1]) << 4 | hex_value(text[at + 2]));
            at += 2;
        } else {
            out += text[at] == '+' ? ' ' : text[at];
        }
    }
    return out;
}

/// Calls `visit(part)` for each non-empty part between `&`.
template <class Visit>
void for_each_part(std::string_view query, Visit visit) {
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        if (end > 0) visit(query.substr(0, end));
        query.remove_prefix(std::min(end + 1, query.size()));
    }
}

}  // namespace

std::vector<Parameter> parse_query_string(std::string_view query) {
    std::vector<Parameter> parameters;
    for_each_part(query, [&](std::string_view part) {
        const std::size_t equals = std::min(part.find('='), part.size());
        const std::string_view value = part.substr(std::min(equals + 1, part.size()));
        parameters.push_back({decode(part.substr(0, equals)), decode(value)});
    });
    return parameters;
}

std::string with_cursor(std::string_view query, std::string_view cursor) {
    std::string out;
    for_each_part(query, [&](std::string_view part) {
        if (decode(part.substr(0, part.find('='))) == "cursor") return;
        out += part;
        out += '&';
    });
    out += "cursor=";
    out += cursor;
    return out;
}

}  // namespace eyed::query
