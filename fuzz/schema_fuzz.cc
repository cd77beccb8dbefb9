// The first line as a JSON Schema over the rest as a payload; and what is inferred from a payload
// describes it.
// rooms: schema
#include <string>

#include "base/check.h"
#include "schema/checker.h"
#include "schema/inference.h"

using namespace eyed;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string rules(text.substr(0, end));
    const std::string payload(text.substr(std::min(end + 1, text.size())));
    schema::JsonIndex index;
    schema::JsonValue value;
    if (index.index(payload)) return 0;
    schema::JsonReader reader(index);
    if (!reader.read(value) || !reader.at_end()) return 0;

    schema::Violation violation;
    if (const auto compiled = schema::JsonSchema::compile(rules))
        if (!compiled->check(payload, "/data", violation))
            EYED_CHECK(violation.pointer.starts_with("/data") && !violation.message.empty());

    schema::Inference inference;
    inference.add(payload);
    if (inference.payloads() != 1 || value.depth > 60) return 0;
    const auto inferred = schema::JsonSchema::compile(inference.schema());
    // A number beyond all bounds cannot be checked, and so does not fit.
    if (inferred && !inferred->check(payload, "/data", violation))
        EYED_CHECK(violation.message.find("cannot be checked") != std::string::npos);
    return 0;
}
