#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace eyed::http {

/// A form body (application/x-www-form-urlencoded, WHATWG URL §5.1; multipart/form-data, RFC 7578)
/// or a query, decoded, in order.
class Form {
  public:
    struct Item {
        std::string name;
        std::string value;
    };
    static constexpr std::size_t kMaxItems = 1000;

    /// An empty text is an empty form. kInvalidArgument: a broken percent escape. kTooLarge: more
    /// than kMaxItems.
    [[nodiscard]] static Result<Form> parse(std::string_view text);

    struct Multipart {
        std::string_view content_type;  ///< the header's value, with the boundary
        std::string_view body;
    };
    /// The texts of a multipart/form-data body; files, and parts without a name, are passed over.
    /// kInvalidArgument: the content type has no boundary, or a part does not end. kTooLarge: more
    /// than kMaxItems.
    [[nodiscard]] static Result<Form> parse_multipart(const Multipart& multipart);

    /// The last value of that name, as Django's QueryDict; nullptr when there is none.
    const std::string* find(std::string_view name) const;
    std::vector<std::string_view> all(std::string_view name) const;
    const std::vector<Item>& items() const { return items_; }

  private:
    std::vector<Item> items_;
};

/// The value of one cookie in a `Cookie` header (RFC 6265 §5.4), quotes removed; nullopt when it is
/// not there.
std::optional<std::string_view> cookie(std::string_view header, std::string_view name);

/// The media type of a Content-Type header without its parameters, in lower case:
/// `application/json` of `Application/JSON; charset=utf-8`.
std::string media_type(std::string_view content_type);

}  // namespace eyed::http
