#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/errors.h"
#include "base/result.h"
#include "http/message.h"

namespace eyed::api {

/// Texts of a JSON or form body, as Django REST framework's serializers read them.
struct SeedFields {
    std::vector<std::string> values;  ///< in the order asked for
    std::vector<FieldError> errors;   ///< in its words
};

/// A field that must be there: a name is trimmed, a secret taken as it is.
struct SeedField {
    enum class Kind { kName, kSecret };
    const char* name;
    Kind kind = Kind::kSecret;
};

/// nullopt: a content type that is not taken. kInvalidArgument: no JSON, a broken form.
std::optional<Result<SeedFields>> read_seed_fields(const http::Request& request,
                                                   std::span<const SeedField> wanted);

}  // namespace eyed::api
