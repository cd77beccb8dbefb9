#include <fmt/format.h>

#include <charconv>

#include "base/ascii.h"
#include "delivery/service.h"

namespace eyed::delivery {
namespace {

constexpr int kFirstStatus = 200;
constexpr int kLastStatus = 599;
constexpr std::size_t kMostRanges = 20;

std::optional<int> read_status(std::string_view text) {
    int status = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
    if (error != std::errc() || end != text.data() + text.size() || text.size() != 3)
        return std::nullopt;
    if (status < kFirstStatus || status > kLastStatus) return std::nullopt;
    return status;
}

std::optional<model::StatusRange> read_range(std::string_view text) {
    if (text.size() == 3 && text.ends_with("xx") && text[0] >= '2' && text[0] <= '5')
        return model::StatusRange{(text[0] - '0') * 100, (text[0] - '0') * 100 + 99};
    const std::size_t dash = text.find('-');
    const auto first = read_status(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : read_status(text.substr(dash + 1));
    if (!first || !last || *first > *last) return std::nullopt;
    return model::StatusRange{*first, *last};
}

}  // namespace

std::optional<std::vector<model::StatusRange>> read_statuses(std::string_view text) {
    std::vector<model::StatusRange> ranges;
    while (!trimmed(text).empty()) {
        const std::size_t comma = text.find(',');
        const auto range = read_range(trimmed(text.substr(0, comma)));
        if (!range || ranges.size() == kMostRanges) return std::nullopt;
        ranges.push_back(*range);
        if (comma == std::string_view::npos) return ranges;
        text.remove_prefix(comma + 1);
        if (trimmed(text).empty()) return std::nullopt;
    }
    return ranges;
}

std::string statuses_text(const std::vector<model::StatusRange>& ranges) {
    std::string text;
    for (const model::StatusRange& range : ranges) {
        if (!text.empty()) text += ',';
        if (range.first % 100 == 0 && range.last == range.first + 99)
            text += fmt::format("{}xx", range.first / 100);
        else if (range.first == range.last)
            text += std::to_string(range.first);
        else
            text += fmt::format("{}-{}", range.first, range.last);
    }
    return text;
}

}  // namespace eyed::delivery
