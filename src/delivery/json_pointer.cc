#include "delivery/json_pointer.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <cstdint>
#include <string>

namespace eyed::delivery {
namespace {

constexpr std::size_t kDeepest = 1024;

/// Walks over JSON text. At whatever is no JSON it stops: at_ is the end then.
class Walker {
  public:
    explicit Walker(std::string_view json) : json_(json) { skip_space(); }

    char peek() const { return at_ < json_.size() ? json_[at_] : '\0'; }
    void step() {
        at_ = std::min(at_ + 1, json_.size());
        skip_space();
    }
    /// Over one value; gives its text.
    std::string_view value() {
        const std::size_t begin = at_;
        std::size_t depth = 0;
        do {
            switch (peek()) {
                case '{':
                case '[':
                    ++depth;
                    ++at_;
                    break;
                case '}':
                case ']':
                    if (depth == 0) return {};
                    --depth;
                    ++at_;
                    break;
                case '"':
                    string();
                    break;
                case '\0':
                    return {};
                default:
                    ++at_;
                    // A number or name is over at the next delimiter.
                    while (depth == 0 && at_ < json_.size() && !is_delimiter(json_[at_]))
                        ++at_;
            }
        } while (depth != 0);
        const std::string_view text = json_.substr(begin, at_ - begin);
        skip_space();
        return text;
    }

  private:
    static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
    static bool is_delimiter(char c) { return is_space(c) || c == ',' || c == '}' || c == ']'; }
    void skip_space() {
        while (at_ < json_.size() && is_space(json_[at_]))
            ++at_;
    }
    /// Over a string, quotes included.
    void string() {
        for (++at_; at_ < json_.size() && json_[at_] != '"'; ++at_)
            if (json_[at_] == '\\') ++at_;
        at_ = std::min(at_ + 1, json_.size());
    }

    std::string_view json_;
    std::size_t at_ = 0;
};

/// `~1` and `~0` resolved.
std::string unescaped(std::string_view token) {
    std::string plain;
    for (std::size_t i = 0; i < token.size(); ++i) {
        if (token[i] != '~' || i + 1 == token.size()) {
            plain += token[i];
        } else {
            plain += token[++i] == '1' ? '/' : '~';
        }
    }
    return plain;
}

/// Whether a member's name, with its quotes, is that.
bool is_name(std::string_view quoted, std::string_view name) {
    if (quoted.size() < 2) return false;
    const std::string_view inner = quoted.substr(1, quoted.size() - 2);
    if (inner.find('\\') == std::string_view::npos) return inner == name;
    boost::system::error_code error;
    const boost::json::value value = boost::json::parse(quoted, error);
    return !error && value.is_string() && std::string_view(value.get_string()) == name;
}

std::optional<std::string_view> member(std::string_view object, std::string_view name) {
    Walker walker(object);
    walker.step();  // {
    while (walker.peek() == '"') {
        const bool found = is_name(walker.value(), name);
        if (walker.peek() != ':') return std::nullopt;
        walker.step();
        const std::string_view value = walker.value();
        if (found) return value;
        if (walker.peek() != ',') return std::nullopt;
        walker.step();
    }
    return std::nullopt;
}

std::optional<std::string_view> element(std::string_view array, std::string_view token) {
    std::uint32_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    const bool is_index = error == std::errc() && end == token.data() + token.size() &&
                          (token == "0" || !token.starts_with('0'));
    if (!is_index) return std::nullopt;
    Walker walker(array);
    walker.step();  // [
    while (walker.peek() != ']' && walker.peek() != '\0') {
        const std::string_view value = walker.value();
        if (index-- == 0) return value;
        if (walker.peek() != ',') return std::nullopt;
        walker.step();
    }
    return std::nullopt;
}

bool same(const boost::json::value& a, const boost::json::value& b);

bool same(const boost::json::object& a, const boost::json::object& b) {
    if (a.size() != b.size()) return false;
    return std::ranges::all_of(a, [&b](const auto& pair) {
        const boost::json::value* other = b.if_contains(pair.key());
        return other != nullptr && same(pair.value(), *other);
    });
}

bool same(const boost::json::value& a, const boost::json::value& b) {
    if (a.is_number() && b.is_number())
        return a.is_double() || b.is_double() ? a.to_number<double>() == b.to_number<double>()
                                              : a == b;
    if (a.is_object() && b.is_object()) return same(a.get_object(), b.get_object());
    if (a.is_array() && b.is_array())
        return std::ranges::equal(
            a.get_array(), b.get_array(),
            [](const boost::json::value& x, const boost::json::value& y) { return same(x, y); });
    return a == b;
}

}  // namespace

bool is_json_pointer(std::string_view text) {
    if (text.empty()) return true;
    if (!text.starts_with('/')) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '~' && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')))
            return false;
    return true;
}

std::optional<std::string_view> find_json(std::string_view json, std::string_view pointer) {
    std::string_view value = Walker(json).value();
    std::size_t depth = 0;
    while (!pointer.empty()) {
        if (++depth > kDeepest || value.empty()) return std::nullopt;
        const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
        const std::string token = unescaped(pointer.substr(1, end - 1));
        pointer.remove_prefix(end);
        std::optional<std::string_view> next;
        if (value.front() == '{') next = member(value, token);
        if (value.front() == '[') next = element(value, token);
        if (!next) return std::nullopt;
        value = *next;
    }
    if (value.empty()) return std::nullopt;
    return value;
}

bool same_json(std::string_view a, std::string_view b) {
    if (a == b) return true;
    boost::system::error_code error;
    const boost::json::value left = boost::json::parse(a, error);
    if (error) return false;
    const boost::json::value right = boost::json::parse(b, error);
    return !error && same(left, right);
}

}  // namespace eyed::delivery
