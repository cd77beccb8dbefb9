#pragma once

#include <string>
#include <vector>

#include "catalog/calendar_search.h"

namespace eyed::catalog::sqlite {

/// How SQLite finds the events whose text matches: FTS5 (https://sqlite.org/fts5.html) over title
/// and description. The parts of a query, for whoever builds it.
struct TextSearch {
    std::string table;         ///< to select from
    std::string id;            ///< its column that holds the event's id
    std::string match_before;  ///< the condition: this, the bound `match`, match_after
    std::string match;         ///< no syntax in it is a user's: each word is quoted
    std::string match_after;
    std::string best_first;  ///< for ORDER BY: a word in the title counts as four elsewhere
};
TextSearch text_search(const std::vector<SearchTerm>& terms);

}  // namespace eyed::catalog::sqlite
