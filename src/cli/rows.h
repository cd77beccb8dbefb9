#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/server.h"

namespace eyed::cli {

/// A list of the server's, page after page.
struct RowList {
    std::string path;
    HttpClient::Query query;
    std::uint64_t limit = UINT64_MAX;
    std::vector<std::string> headings;
    std::function<std::vector<std::string>(const boost::json::object&)> cells;  ///< for people
};
/// Prints it: a table, JSON lines, or the ids alone.
[[nodiscard]] Result<int> print_rows(const Context& context, Server& server, const RowList& list);

/// A member that is an instant, `2026-01-31 12:00:00`, or `never`.
std::string time_in(const boost::json::object& object, std::string_view name);

/// Asks `question` on a terminal; true at once where nobody can answer. Anything but yes is no.
bool confirmed(const Context& context, const std::string& question);

}  // namespace eyed::cli
