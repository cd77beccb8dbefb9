#include "cli/rows.h"

#include <algorithm>
#include <istream>
#include <ostream>

#include "cli/text.h"

namespace eyed::cli {

namespace json = boost::json;

Result<int> print_rows(const Context& context, Server& server, const RowList& list) {
    constexpr std::uint64_t kPage = 1000;
    auto& out = context.start.out;
    std::vector<std::vector<std::string>> rows;
    std::string cursor;
    for (std::uint64_t done = 0; done < list.limit;) {
        Server::Ask ask{.path = list.path, .query = list.query};
        ask.query.emplace_back("limit", std::to_string(std::min(kPage, list.limit - done)));
        if (!cursor.empty()) ask.query.emplace_back("cursor", cursor);
        EYED_ASSIGN(const json::object page, server.ask(ask));
        const auto found = rows_in(page, "results");
        for (const json::object* row : found) {
            if (context.style == Style::kJson) out << printable(json_text(*row)) << '\n';
            if (context.style == Style::kQuiet) out << number_in(*row, "id") << '\n';
            if (context.style == Style::kHuman) rows.push_back(list.cells(*row));
        }
        done += found.size();
        cursor = text_in(page, "next");
        if (cursor.empty()) break;
    }
    if (context.style == Style::kHuman) out << table(list.headings, rows);
    return kDone;
}

std::string time_in(const json::object& object, std::string_view name) {
    return when(parse_iso8601(text_in(object, name)));
}

bool confirmed(const Context& context, const std::string& question) {
    if (!context.start.in_is_terminal) return true;
    context.start.err << question << " [y/N] " << std::flush;
    std::string answer;
    std::getline(context.start.in, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace eyed::cli
