#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/errors.h"
#include "base/result.h"
#include "http/message.h"

namespace eyed::api {

/// How a body was written.
enum class Writing : std::uint8_t { kJson, kForm };
struct Sent {
    boost::json::value value;  ///< of a form: an object of texts; of a name sent twice, an array
    Writing writing = Writing::kJson;
};
/// nullopt: a content type that is not taken (415). kInvalidArgument: no JSON, a broken form. An
/// empty body is an object of nothing.
std::optional<Result<Sent>> read_sent(const http::Request& request);

/// What is wrong with a value that should be an object, in DRF's words.
FieldError not_an_object(const boost::json::value& value);

/// The members of an object, read as Django REST framework's serializers read them: texts that
/// mean numbers or booleans count, an empty text of a form is null where null is allowed. What is
/// wrong is gathered, in its words. A member that is wrong reads as one that is absent. `object`
/// must outlive it.
class SentFields {
  public:
    SentFields(const boost::json::object& object, Writing writing)
        : object_(object), writing_(writing) {}

    bool has(std::string_view name) const;
    std::optional<std::string> text(std::string_view name);
    /// Null is an empty text.
    std::optional<std::string> text_or_null(std::string_view name);
    /// Null is refused; an empty text of a form is absence.
    std::optional<std::string> text_if_any(std::string_view name);
    std::optional<bool> flag(std::string_view name);
    /// The inner nullopt is null.
    std::optional<std::optional<std::uint32_t>> number_or_null(std::string_view name);
    /// A decimal number's text, to be read digit by digit; null is an empty text. A JSON number
    /// with a fraction has been through floating point, and is refused.
    std::optional<std::string> decimal_or_null(std::string_view name);
    /// An array of texts, or texts parted by commas and line ends; null is none.
    std::optional<std::vector<std::string>> texts(std::string_view name);
    /// The objects of an array, each to be read by a SentFields of its own; null is none.
    std::optional<std::vector<const boost::json::object*>> objects(std::string_view name);
    /// The id in a URL (absolute, or a path) that ends in `…/<resource>/<id>/`; null is 0.
    std::optional<std::int64_t> link(std::string_view name, std::string_view resource);

    void fail(std::string_view field, std::string_view message);
    /// All that is wrong, members that were not asked for included, but for those of `ignored`;
    /// 100 at most, or as many as fields that were asked for.
    const std::vector<FieldError>& finish(std::initializer_list<std::string_view> ignored = {});

    /// What is wrong so far.
    const std::vector<FieldError>& errors() const { return errors_; }

  private:
    enum class Null : std::uint8_t { kRefused, kAllowed };
    /// nullptr: absent, or null.
    const boost::json::value* find(std::string_view name, Null null, bool& is_null);
    std::optional<std::string> text_of(const boost::json::value& value, std::string_view name);

    const boost::json::object& object_;
    const Writing writing_;
    std::vector<std::string_view> known_;
    std::vector<FieldError> errors_;
};

/// An object's body, read by `read(SentFields&)`, giving Result<http::Response>; or what is wrong
/// with it: 415, 400.
template <class Read>
Result<http::Response> with_object(const http::Request& request, Read read) {
    const auto sent = read_sent(request);
    if (!sent) return unsupported_media_type(request);
    if (!*sent) return error(request, sent->error());
    const boost::json::value& value = (*sent)->value;
    if (!value.is_object()) {
        const FieldError wrong = not_an_object(value);
        return field_errors(request, {&wrong, 1});
    }
    SentFields fields(value.get_object(), (*sent)->writing);
    return read(fields);
}

/// A number as text: `1.1`, where Boost writes 1.1E0.
std::string number_text(const boost::json::value& number);

/// The id in a hyperlink of ours; nullopt: it is none. Whatever host it names.
std::optional<std::int64_t> linked_id(std::string_view url, std::string_view resource);

}  // namespace eyed::api
