#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace eyed::schema {

/// JSON's types. An integer and a fraction are both numbers.
enum class JsonType : std::uint8_t { kNull, kBoolean, kNumber, kString, kObject, kArray };

/// Deeper than this is not read at all: the text is refused as a whole.
inline constexpr std::size_t kMaxNesting = 1024;

/// Why a text is not JSON, and where.
struct JsonFault {
    enum class Kind : std::uint8_t { kNone, kNotUtf8, kSyntax, kTooDeep };
    Kind kind = Kind::kNone;
    const char* message = "";  ///< a static sentence without its full stop
    std::size_t offset = 0;    ///< bytes from the front of the text
    explicit operator bool() const { return kind != Kind::kNone; }
};

/// Where the tokens of a text begin: simdjson's first stage, which also checks that the text is
/// UTF-8, that strings end, and that they hold no raw control characters. Keeps its memory; one per
/// thread.
class JsonIndex {
  public:
    JsonIndex();
    JsonIndex(JsonIndex&&) noexcept;
    JsonIndex& operator=(JsonIndex&&) noexcept;
    ~JsonIndex();

    /// Indexes `text` (at most 4 GiB), which must outlive the readers over it. Text of nothing but
    /// whitespace has no tokens and no fault.
    [[nodiscard]] JsonFault index(std::string_view text);

    std::string_view text() const { return text_; }
    /// Offsets, size() of them and then the text's length.
    const std::uint32_t* tokens() const { return tokens_; }
    std::size_t size() const { return count_; }

  private:
    struct Stage;
    std::unique_ptr<Stage> stage_;
    std::string_view text_;
    const std::uint32_t* tokens_ = nullptr;
    std::size_t count_ = 0;
};

/// What lies between a string's quotes.
struct JsonString {
    std::string_view raw;
    bool escaped = false;  ///< `raw` holds escapes: append_unescaped() tells what it says
};

/// A value that was read over: its type, its bytes as sent, and where to read it again.
struct JsonValue {
    JsonType type = JsonType::kNull;
    std::string_view raw;       ///< the whole value as it stands in the text
    std::size_t token = 0;      ///< its first token, and
    std::size_t end_token = 0;  ///< the one after its last, for another JsonReader
    std::uint32_t depth = 0;    ///< nesting within it: 0 a scalar, 1 an object or array of scalars
    JsonString string() const;  ///< of a kString
};

/// Reads an indexed text forward, token by token, and checks every byte it passes: what was read
/// without fault is JSON (RFC 8259), with every surrogate paired. After a fault it stays where it
/// is; fault() says why. One thread.
class JsonReader {
  public:
    /// Reads tokens [first, last) of the index.
    JsonReader(const JsonIndex& index, std::size_t first, std::size_t last);
    explicit JsonReader(const JsonIndex& index) : JsonReader(index, 0, index.size()) {}

    bool at_end() const { return at_ == last_; }
    /// The next token's first byte; 0 at the end.
    char peek() const { return at_ < last_ ? text_[tokens_[at_]] : '\0'; }
    std::size_t token() const { return at_; }
    std::size_t offset() const { return tokens_[at_]; }
    /// The type that the next value has by its first byte. False when no value begins there.
    bool peek_type(JsonType& type) const;

    /// Reads one whole value, checked.
    bool read(JsonValue& value);
    /// Reads over one whole value, checked.
    bool skip();
    /// Moves over a scalar that was read before and found good.
    void pass_scalar() { ++at_; }

    /// Consumes `{`. Then next_field() until `more` is false; a value must be read after each key.
    bool enter_object();
    bool next_field(JsonString& key, bool& more);
    /// Consumes `[`. Then next_element() until `more` is false; a value must be read after each.
    bool enter_array();
    bool next_element(bool& more);

    const JsonFault& fault() const { return fault_; }
    /// Sets a fault at the next token, for a caller that expected something else.
    bool fail(const char* message);

  private:
    bool read_string(JsonString& out);
    bool skip_scalar();
    bool skip_container(std::uint32_t& deepest);
    std::size_t scalar_end() const;
    bool fail_at(JsonFault::Kind kind, const char* message, std::size_t offset);

    const char* text_;
    const std::uint32_t* tokens_;
    std::size_t at_;
    std::size_t last_;
    bool opened_ = false;  ///< the container just entered has had no element yet
    JsonFault fault_;
};

/// Appends what a checked string's raw text says.
void append_unescaped(std::string_view raw, std::string& out);
/// What the string says: a view of the text itself, or of `scratch` when it has escapes.
std::string_view unescaped(const JsonString& string, std::string& scratch);

/// Appends the checked tokens [first, last) of an index without the whitespace between them.
void append_compact(const JsonIndex& index, std::size_t first, std::size_t last, std::string& out);

/// Appends `/key` to a JSON pointer, escaped (RFC 6901).
void append_pointer(std::string_view key, std::string& pointer);

}  // namespace eyed::schema
