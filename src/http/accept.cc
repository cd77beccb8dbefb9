#include "http/accept.h"

#include <algorithm>

#include "base/ascii.h"
#include "http/header_text.h"

namespace eyed::http {
namespace {

constexpr int kWhole = 1000;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Of `0`, `1`, `0.25` (RFC 9110 §12.4.2), more digits than three being cut off.
int thousandths(std::string_view text) {
    if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
    if (text[0] == '1') return kWhole;
    int value = 0;
    int unit = kWhole / 10;
    for (std::size_t i = 2; i < text.size() && is_digit(text[i]) && text[1] == '.'; ++i) {
        value += unit * (text[i] - '0');
        unit /= 10;
    }
    return value;
}

int quality_of(std::string_view parameters) {
    while (!parameters.empty()) {
        std::string_view value = take_until(parameters, ';');
        if (equal_ignoring_case(trimmed(take_until(value, '=')), "q"))
            return thousandths(trimmed(value));
    }
    return kWhole;
}

/// How closely a range names a type: 3 by name, 2 `text/*`, 1 `*/*`, 0 not.
int closeness(std::string_view range, std::string_view media_type) {
    if (equal_ignoring_case(range, media_type)) return 3;
    if (range == "*/*") return 1;
    const std::string_view family = media_type.substr(0, media_type.find('/') + 1);
    return range.ends_with("/*") && equal_ignoring_case(range.substr(0, range.size() - 1), family)
               ? 2
               : 0;
}

}  // namespace

int quality(std::string_view accept, std::string_view media_type) {
    if (trimmed(accept).empty()) return kWhole;
    int closest = 0;
    int found = 0;
    while (!accept.empty()) {
        std::string_view parameters = take_until(accept, ',');
        const int close = closeness(trimmed(take_until(parameters, ';')), media_type);
        if (close <= closest) continue;
        closest = close;
        found = quality_of(parameters);
    }
    return found;
}

bool prefers_html(std::string_view accept) {
    constexpr std::string_view kJsonSuffix = "+json";
    const int html = quality(accept, "text/html");
    int json = quality(accept, "application/json");
    int most = 0;
    while (!accept.empty()) {
        std::string_view parameters = take_until(accept, ',');
        const std::string_view range = trimmed(take_until(parameters, ';'));
        if (range.empty()) continue;
        const int wanted = quality_of(parameters);
        most = std::max(most, wanted);
        const std::size_t suffix = range.size() - std::min(range.size(), kJsonSuffix.size());
        if (equal_ignoring_case(range.substr(suffix), kJsonSuffix)) json = std::max(json, wanted);
    }
    return html > json && html >= most;
}

}  // namespace eyed::http
