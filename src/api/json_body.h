#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/errors.h"
#include "base/result.h"
#include "http/message.h"

namespace eyed::api {

/// A body that is a JSON object, read member by member. What is wrong is gathered, so that it is
/// told all at once: finish() gives it, unknown members included. A member that is wrong reads as
/// one that is absent.
class JsonBody {
  public:
    /// kInvalidArgument, with a sentence: no JSON, or no object.
    [[nodiscard]] static Result<JsonBody> parse(std::string_view body);
    JsonBody(JsonBody&&) noexcept;
    JsonBody& operator=(JsonBody&&) noexcept;
    ~JsonBody();

    /// A text that must be there and not empty; empty: it is not.
    std::string required_text(std::string_view name);
    std::optional<std::string> text(std::string_view name);
    std::optional<bool> flag(std::string_view name);
    std::optional<std::int64_t> integer(std::string_view name);
    std::optional<std::vector<std::string>> texts(std::string_view name);
    /// Whether the member is there and null; then it is known.
    bool is_null(std::string_view name);
    bool has(std::string_view name) const;

    void fail(std::string_view name, std::string_view message);
    /// All that is wrong; empty: nothing.
    const std::vector<FieldError>& finish();

  private:
    struct Members;
    explicit JsonBody(std::unique_ptr<Members> members);
    std::unique_ptr<Members> members_;
};

}  // namespace eyed::api
