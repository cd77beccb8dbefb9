#include <simdjson.h>

#include <algorithm>
#include <bit>

#include "base/json_text.h"
#include "schema/json_reader.h"

namespace eyed::schema {
namespace {

constexpr std::size_t kSmallest = 4 * 1024;
/// Memory for a text far larger than usual is not kept for the next small one.
constexpr std::size_t kKept = 1024 * 1024;
constexpr std::uint32_t kNoTokens[] = {0, 0};

std::size_t first_bad_utf8(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t length = utf8_sequence_length(text.substr(at));
        if (length == 0) return at;
        at += length;
    }
    return at;
}

/// The first control character within a string; or, for `open`, the quote that opens a string that
/// does not end.
struct StringFault {
    std::size_t control = 0;
    std::size_t open = 0;
};
StringFault find_string_fault(std::string_view text) {
    StringFault fault{text.size(), text.size()};
    bool inside = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '"') {
            inside = !inside;
            fault.open = at;
        } else if (inside && c == '\\') {
            ++at;
        } else if (inside && static_cast<unsigned char>(c) < 0x20) {
            fault.control = at;
            return fault;
        }
    }
    return fault;
}

}  // namespace

/// simdjson's stages are made for its own DOM, but the first stands alone: it finds the tokens and
/// knows nothing of documents. Walking them ourselves gives what its on-demand reader cannot: every
/// byte checked, the raw bytes of every value, and reading on after a bad item.
struct JsonIndex::Stage {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
    std::size_t capacity = 0;

    /// False when there is no memory.
    bool fit(std::size_t bytes) {
        const bool oversized = capacity > kKept && bytes < capacity / 8;
        if (parser && bytes <= capacity && !oversized) return true;
        const std::size_t wanted = std::bit_ceil(std::max(bytes, kSmallest));
        parser.reset();
        capacity = 0;
        constexpr std::size_t kUnusedDepth = 1;  // of the second stage
        const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
            wanted, kUnusedDepth, parser);
        if (error != simdjson::SUCCESS) return false;
        capacity = wanted;
        return true;
    }
};

JsonIndex::JsonIndex() : stage_(std::make_unique<Stage>()), tokens_(kNoTokens) {
}
JsonIndex::JsonIndex(JsonIndex&&) noexcept = default;
JsonIndex& JsonIndex::operator=(JsonIndex&&) noexcept = default;
JsonIndex::~JsonIndex() = default;

JsonFault JsonIndex::index(std::string_view text) {
    using Kind = JsonFault::Kind;
    text_ = text;
    tokens_ = kNoTokens;
    count_ = 0;
    if (text.empty()) return {};
    if (text.size() >= simdjson::SIMDJSON_MAXSIZE_BYTES || !stage_->fit(text.size()))
        return {Kind::kSyntax, "The text is too large", 0};
    const auto error = stage_->parser->stage1(reinterpret_cast<const std::uint8_t*>(text.data()),
                                              text.size(), simdjson::stage1_mode::regular);
    switch (error) {
        case simdjson::SUCCESS:
            tokens_ = stage_->parser->structural_indexes.get();
            count_ = stage_->parser->n_structural_indexes;
            return {};
        case simdjson::EMPTY:
            break;
        case simdjson::UTF8_ERROR:
            return {Kind::kNotUtf8, "The text is not UTF-8", first_bad_utf8(text)};
        case simdjson::UNESCAPED_CHARS:
            return {Kind::kSyntax, "Invalid control character at", find_string_fault(text).control};
        case simdjson::UNCLOSED_STRING:
            return {Kind::kSyntax, "Unterminated string starting at", find_string_fault(text).open};
        default:
            return {Kind::kSyntax, "Expecting value", 0};
    }
    if (!is_utf8(text)) return {Kind::kNotUtf8, "The text is not UTF-8", first_bad_utf8(text)};
    return {};
}

}  // namespace eyed::schema
