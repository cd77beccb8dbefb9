#include "catalog/sqlite/calendar_search.h"

namespace eyed::catalog::sqlite {
namespace {

/// `"next week"`, `"plan"*`: a string of FTS5, a quote within it doubled.
std::string quoted(const SearchTerm& term) {
    std::string text = "\"";
    for (const std::string& word : term.words) {
        if (text.size() > 1) text += ' ';
        for (const char c : word)
            text += c == '"' ? std::string("\"\"") : std::string(1, c);
    }
    text += '"';
    if (term.kind == SearchTerm::Kind::kPrefix) text += " *";
    return text;
}

}  // namespace

TextSearch text_search(const std::vector<SearchTerm>& terms) {
    // Side by side all must be found, but for a string in which FTS5 sees no word, such as a dash;
    // next to the operator AND it would be one that is never found.
    std::string all;
    for (const SearchTerm& term : terms)
        all += (all.empty() ? "" : " ") + quoted(term);
    return {.table = "calendar_text",
            .id = "calendar_text.rowid",
            .match_before = "calendar_text MATCH ",
            .match = std::move(all),
            .match_after = {},
            .best_first = "bm25(calendar_text, 4.0, 1.0)"};
}

}  // namespace eyed::catalog::sqlite
