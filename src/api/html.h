#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace eyed::api {

/// Appends text so that HTML shows it as it is, in content and in quoted attributes alike; what is
/// not UTF-8 becomes U+FFFD.
void append_html(std::string_view text, std::string& out);

/// Builds HTML: markup of ours goes in raw, everything else as text().
class Html {
  public:
    /// Markup from our own source, never from outside.
    Html& raw(std::string_view markup) {
        out_ += markup;
        return *this;
    }
    Html& text(std::string_view text) {
        append_html(text, out_);
        return *this;
    }
    Html& number(std::uint64_t number) { return raw(std::to_string(number)); }
    /// ` name="value"`.
    Html& attribute(std::string_view name, std::string_view value) {
        return raw(" ").raw(name).raw("=\"").text(value).raw("\"");
    }
    std::string take() { return std::move(out_); }

  private:
    std::string out_;
};

}  // namespace eyed::api
