#include "catalog/conditions.h"

namespace eyed::catalog {

void Conditions::contains(const std::vector<std::string>& columns, const std::string& text) {
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    pattern += '%';
    std::string any;
    for (const std::string& column : columns) {
        any += (any.empty() ? "(" : " OR ") + column + " LIKE :p" + std::to_string(values_.size()) +
               R"( ESCAPE '\')";
        values_.emplace_back(pattern);
    }
    add(any + ")");
}

void Conditions::page(const std::string& table, const RowPage& page) {
    const bool ascending = page.direction == RowPage::Direction::kAscending;
    const std::string column = page.order == RowPage::Order::kId ? "id" : "name";
    if (page.after != 0)
        add(table + "." + column + (ascending ? " > " : " < ") + "(SELECT last." + column +
                " FROM " + table + " last WHERE last.id = ",
            static_cast<long long>(page.after), ")");
    ending_ = " ORDER BY " + table + "." + column + (ascending ? " ASC" : " DESC") + " LIMIT " +
              std::to_string(page.limit + std::uint64_t{1});
}

void Conditions::bind(soci::statement& statement) const {
    for (const Value& value : values_)
        std::visit([&](const auto& one) { statement.exchange(soci::use(one)); }, value);
}

}  // namespace eyed::catalog
