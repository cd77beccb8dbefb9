#pragma once

#include <soci/soci.h>

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "catalog/number_page.h"
#include "catalog/row_page.h"

namespace eyed::catalog {

/// The conditions of a query, all of which must hold, with what is bound to them. Included by the
/// room's sources alone.
class Conditions {
  public:
    using Value = std::variant<std::string, long long>;

    /// A condition without a parameter.
    void add(const std::string& condition) { text_ += " AND " + condition; }
    /// `before`, the parameter, `after`.
    void add(const std::string& before, Value value, const std::string& after = {}) {
        add(before + ":p" + std::to_string(values_.size()) + after);
        values_.push_back(std::move(value));
    }
    /// That `column` is one of `ids`: at most a few hundred, for databases bound what they bind.
    void in(const std::string& column, std::span<const long long> ids);
    /// … and `after` behind the list.
    void in(const std::string& column, std::span<const std::string> texts,
            const std::string& after = {});
    /// That `column` holds `text` somewhere; ASCII case is ignored, `%` and `_` mean themselves.
    /// Text with a null character is in none.
    void contains(const std::string& column, const std::string& text) {
        contains(std::vector<std::string>{column}, text);
    }
    /// That one of the columns does.
    void contains(const std::vector<std::string>& columns, const std::string& text);
    /// Where the page begins, how it is ordered, and one row more than it has.
    void page(const std::string& table, const RowPage& page);

    /// What follows `FROM table `.
    std::string text() const { return "WHERE 1 = 1" + text_ + ending_; }
    /// Binds the parameters; they live in this object.
    void bind(soci::statement& statement) const;

  private:
    template <class One>
    void add_in(const std::string& column, std::span<const One> values, const std::string& after);

    std::string text_;
    std::string ending_;
    std::vector<Value> values_;
};

/// How many rows of `from` meet them.
std::uint64_t count_rows(soci::session& sql, const std::string& from, const Conditions& conditions);

/// What follows ORDER BY.
std::string page_text(const NumberPage& page);

}  // namespace eyed::catalog
