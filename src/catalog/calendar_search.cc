#include "catalog/calendar_search.h"

#include <algorithm>

namespace eyed::catalog {
namespace {

bool is_of_a_word(char c) {
    const bool ascii = static_cast<unsigned char>(c) < 0x80;
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return !ascii || letter || (c >= '0' && c <= '9');
}

/// The first of the words of `text`, at most kMostSearchTerms.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    bool within = false;
    for (const char c : text) {
        if (!is_of_a_word(c)) {
            within = false;
            continue;
        }
        if (!within) {
            if (words.size() == kMostSearchTerms) break;
            words.emplace_back();
        }
        within = true;
        words.back() += c;
    }
    return words;
}

void add_prefixes(std::string_view text, std::vector<SearchTerm>& terms) {
    for (std::string& word : words_of(text))
        terms.push_back({SearchTerm::Kind::kPrefix, {std::move(word)}});
}

void add_phrase(std::string_view text, std::vector<SearchTerm>& terms) {
    auto words = words_of(text);
    if (!words.empty()) terms.push_back({SearchTerm::Kind::kPhrase, std::move(words)});
}

}  // namespace

std::vector<SearchTerm> parse_search(std::string_view text) {
    std::vector<SearchTerm> terms;
    bool quoted = false;
    while (!text.empty() && terms.size() < kMostSearchTerms) {
        const std::string_view part = text.substr(0, text.find('"'));
        if (quoted)
            add_phrase(part, terms);
        else
            add_prefixes(part, terms);
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        quoted = !quoted;
    }
    if (terms.size() > kMostSearchTerms) terms.resize(kMostSearchTerms);
    return terms;
}

}  // namespace eyed::catalog
