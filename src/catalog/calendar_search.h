#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace eyed::catalog {

/// One thing that a search looks for in title and description, without stemming; case and accents
/// are ignored.
struct SearchTerm {
    enum class Kind { kPrefix, kPhrase };
    Kind kind = Kind::kPrefix;
    /// kPrefix: one word, found at the beginning of words; kPhrase: words one after the other.
    std::vector<std::string> words;
    friend bool operator==(const SearchTerm&, const SearchTerm&) = default;
};

/// `api "next week" plan` → prefix `api`, phrase `next week`, prefix `plan`. A word is a run of
/// letters and digits (any byte outside ASCII counts as a letter; what the database then sees no
/// word in, such as a dash, is not looked for); all else separates. A quote without its partner
/// ends with the text. No word: empty. At most kMostSearchTerms, and as many
/// words of a phrase; the rest is not looked at.
std::vector<SearchTerm> parse_search(std::string_view text);
inline constexpr std::size_t kMostSearchTerms = 16;

}  // namespace eyed::catalog
