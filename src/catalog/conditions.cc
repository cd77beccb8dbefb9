#include "catalog/conditions.h"

namespace eyed::catalog {

template <class One>
void Conditions::add_in(const std::string& column, std::span<const One> values,
                        const std::string& after) {
    std::string list;
    for (const One& value : values) {
        list += (list.empty() ? ":p" : ", :p") + std::to_string(values_.size());
        values_.emplace_back(value);
    }
    add(list.empty() ? std::string("1 = 0") : column + " IN (" + list + ")" + after);
}

void Conditions::in(const std::string& column, std::span<const long long> ids) {
    add_in(column, ids, {});
}

void Conditions::in(const std::string& column, std::span<const std::string> texts,
                    const std::string& after) {
    add_in(column, texts, after);
}

void Conditions::contains(const std::vector<std::string>& columns, const std::string& text) {
    if (text.contains('\0')) return add("1 = 0");  // LIKE would end there
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

std::uint64_t count_rows(soci::session& sql, const std::string& from,
                         const Conditions& conditions) {
    long long rows = 0;
    soci::statement statement(sql);
    statement.exchange(soci::into(rows));
    conditions.bind(statement);
    statement.alloc();
    statement.prepare("SELECT count(*) FROM " + from + " " + conditions.text());
    statement.define_and_bind();
    statement.execute(true);
    return static_cast<std::uint64_t>(rows);
}

std::string page_text(const NumberPage& page) {
    return " LIMIT " + std::to_string(page.size) + " OFFSET " + std::to_string(page.offset());
}

}  // namespace eyed::catalog
