#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "schema/violation.h"

namespace eyed::schema {

struct SchemaProgram;

/// A JSON Schema, draft 7 (draft-handrews-json-schema-validation-01), compiled. Immutable; any
/// thread.
///
/// Whatever the schema and the payload, a check is bounded: patterns run in time linear in the text
/// (RE2), and a check that takes more than its budget of steps (see kSteps…), or that leads through
/// more than kMostNested schemas at once, ends as a violation.
/// Of draft 7 it leaves out, and refuses when compiling: `$ref` to anything but a JSON pointer into
/// the schema itself (nothing is fetched), and what RE2 does not know in patterns (look-around,
/// back-references). `format` is checked for `date-time`, `date` and `uuid`; other formats and
/// unknown keywords are annotations.
class JsonSchema {
  public:
    static constexpr std::size_t kMaxBytes = 64 * 1024;
    static constexpr std::size_t kMaxDepth = 256;  ///< of its JSON
    static constexpr std::size_t kMaxPatternBytes = 1024;
    static constexpr int kMaxPatternSize = 1000;  ///< instructions of RE2's program
    static constexpr std::size_t kMaxPatterns = 100;
    static constexpr std::size_t kMaxNodes = 4096;         ///< schemas within a schema
    static constexpr std::size_t kMaxPointerBytes = 2048;  ///< of what leads to one of them
    /// A step is about what it takes to visit a schema. A batch has many events, each with a budget
    /// of its own: so it follows what the sender paid for, the bytes.
    static constexpr std::size_t kStepsAtLeast = 5'000;
    static constexpr std::size_t kStepsPerByte = 32;  ///< of the payload, up to
    static constexpr std::size_t kStepsAtMost = 20'000'000;
    static constexpr std::size_t kMostNested = 500;  ///< schemas applied within each other

    /// What is wrong with a schema, and where.
    struct Fault {
        std::string pointer;  ///< into the schema; empty: the whole
        std::string message;
    };
    [[nodiscard]] static std::expected<JsonSchema, Fault> compile(std::string_view json);

    /// Whether the payload, a JSON text whose pointer is `at` (`/data`), fits. False: `violation`
    /// says where it first departs. Reads the text anew, into memory of its own.
    [[nodiscard]] bool check(std::string_view payload, std::string_view at,
                             Violation& violation) const;

  private:
    explicit JsonSchema(std::shared_ptr<const SchemaProgram> program);
    std::shared_ptr<const SchemaProgram> program_;
};

}  // namespace eyed::schema
