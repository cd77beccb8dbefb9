#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/errors.h"
#include "schema/json_reader.h"

namespace eyed::api {

/// The JSON object of a native route that takes documents, such as an example or a schema: these
/// are kept as they were sent, with their numbers' spelling, their keys' order and keys given
/// twice, which a DOM would lose. What is wrong is told all at once. Each member that is asked for
/// is known; refuse_others() then names the rest. The body must outlive it. An empty body is an
/// empty object.
class DocumentBody {
  public:
    /// kInvalidArgument: not JSON, or no object.
    [[nodiscard]] static Result<DocumentBody> parse(std::string_view body);

    bool has(std::string_view name);
    /// A string of at most `limit` characters; nullopt when it is absent or wrong.
    std::optional<std::string> text(std::string_view name, std::size_t limit);
    struct Range {
        std::uint64_t least = 0;
        std::uint64_t most = UINT32_MAX;
    };
    std::optional<std::uint64_t> number(std::string_view name, Range range);
    /// Any value, as compact JSON text; the inner nullopt is null.
    std::optional<std::optional<std::string>> document(std::string_view name);

    void fail(std::string_view field, std::string_view message, std::string_view pointer = {});
    void refuse_others();
    const std::vector<FieldError>& errors() const { return errors_; }

  private:
    DocumentBody() = default;
    struct Member {
        schema::JsonValue value;
        bool asked = false;
    };
    Member* find(std::string_view name);

    schema::JsonIndex index_;
    std::map<std::string, Member, std::less<>> members_;
    std::vector<FieldError> errors_;
};

}  // namespace eyed::api
