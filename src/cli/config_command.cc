#include <ostream>

#include "cli/context.h"
#include "cli/text.h"

namespace eyed::cli {

Result<int> print_config(const Context& context) {
    auto& out = context.start.out;
    std::vector<std::vector<std::string>> rows;
    JsonObject all;
    for (const auto& one : context.loaded.effective) {
        const std::string value = one.shown_value();
        rows.push_back({one.name, value.empty() ? "-" : value, one.source});
        JsonObject entry;
        entry.text("value", value).text("source", one.source);
        all.json(one.name, entry.str());
        if (context.style == Style::kQuiet) out << one.name << '=' << value << '\n';
    }
    if (context.style == Style::kJson) out << all.str() << '\n';
    if (context.style == Style::kHuman) out << table({"SETTING", "VALUE", "FROM"}, rows);
    return kDone;
}

}  // namespace eyed::cli
