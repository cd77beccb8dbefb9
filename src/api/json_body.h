#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/errors.h"
#include "base/result.h"
#include "schema/json_reader.h"

namespace eyed::api {

/// A body that is a JSON object, read member by member. What is wrong is gathered, so that it is
/// told all at once: finish() gives it, members given twice or unknown included. A member that is
/// wrong reads as one that is absent. Members that are documents, such as an example or a schema,
/// are kept as they were sent, with their numbers' spelling, their keys' order and keys given
/// twice, which a DOM would lose. The body's text must outlive it.
class JsonBody {
  public:
    /// What a body of nothing, or of whitespace alone, is.
    enum class Empty : std::uint8_t { kRefused, kIsObject };
    /// kInvalidArgument, with a sentence: not JSON, or no object.
    [[nodiscard]] static Result<JsonBody> parse(std::string_view body,
                                                Empty empty = Empty::kRefused);

    /// A text that must be there and not empty; empty: it is not.
    std::string required_text(std::string_view name);
    /// Of at most `limit` characters.
    std::optional<std::string> text(std::string_view name, std::size_t limit = SIZE_MAX);
    std::optional<bool> flag(std::string_view name);
    std::optional<std::int64_t> integer(std::string_view name);
    struct Range {
        std::uint64_t least = 0;
        std::uint64_t most = UINT32_MAX;
    };
    std::optional<std::uint64_t> number(std::string_view name, Range range);
    std::optional<std::vector<std::string>> texts(std::string_view name);
    /// One to `limit` numbers of 1 or more.
    std::optional<std::vector<std::uint64_t>> ids(std::string_view name, std::size_t limit);
    /// Any value, as compact JSON text; the inner nullopt is null.
    std::optional<std::optional<std::string>> document(std::string_view name);
    /// The elements of an array of objects, each as compact JSON text, `limit` at most.
    std::optional<std::vector<std::string>> objects(std::string_view name, std::size_t limit);
    /// Whether the member is there and null; then it is known.
    bool is_null(std::string_view name);
    bool has(std::string_view name) const { return members_.contains(name); }
    /// The members' names, in the order in which they came first.
    const std::vector<std::string>& names() const { return order_; }

    void fail(std::string_view field, std::string_view message, std::string_view pointer = {});
    /// All that is wrong; empty: nothing.
    const std::vector<FieldError>& finish();

  private:
    struct Member {
        schema::JsonValue value;
        bool known = false;
    };
    JsonBody() = default;
    [[nodiscard]] schema::JsonFault read_members();
    Member* find(std::string_view name);
    /// nullptr: absent, or null, which is an error.
    const schema::JsonValue* find_value(std::string_view name);
    /// Calls `take` with each element until it gives false. False: that, or no array.
    template <class Take>
    bool each_element(const schema::JsonValue& array, Take take) const;

    schema::JsonIndex index_;
    std::map<std::string, Member, std::less<>> members_;
    std::vector<std::string> order_;  ///< the members' names as they came
    std::vector<FieldError> errors_;
};

}  // namespace eyed::api
