#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/principal.h"

namespace eyed::cli {

/// Writes one JSON object, fields in order. Values other than texts are given as JSON.
class JsonObject {
  public:
    JsonObject& text(std::string_view key, std::string_view value);
    JsonObject& json(std::string_view key, std::string_view value);
    JsonObject& number(std::string_view key, std::int64_t value);
    JsonObject& flag(std::string_view key, bool value) {
        return json(key, value ? "true" : "false");
    }
    /// null when there is none.
    JsonObject& instant(std::string_view key, std::optional<Micros> value);
    std::string str() const { return text_ + "}"; }

  private:
    std::string text_ = "{";
};

/// A text of others for a terminal: what it would obey and not show (control characters, those that
/// turn the direction of writing) becomes `\u001b`, as in JSON, so that JSON text still says the
/// same; bytes that are not UTF-8 become U+FFFD. Twice is as once.
std::string printable(std::string_view text);
/// Rows under headings, columns as wide as their widest; printable, for people.
std::string table(const std::vector<std::string>& headings,
                  const std::vector<std::vector<std::string>>& rows);
/// `2021-01-01 09:15:27`, or `never`.
std::string when(std::optional<Micros> at);
/// `ingest,read,manage`.
std::string scopes_text(model::Scopes scopes);
/// `["ingest","read"]`.
std::string scopes_json(model::Scopes scopes);
/// Of names that the command line has checked.
model::Scopes parse_scopes(const std::vector<std::string>& names);

}  // namespace eyed::cli
