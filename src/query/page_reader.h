#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "catalog/row_page.h"
#include "query/cursor.h"
#include "query/parameter_reader.h"

namespace eyed::query {

/// `limit`, `order` and `cursor` of a list of the catalog's rows; the cursor is read last, once the
/// order is known.
class PageReader {
  public:
    enum class Orders { kIdAndName, kIdAlone, kNewestFirst };
    PageReader(Reader& reader, ListKind kind, Orders orders)
        : reader_(reader), kind_(kind), orders_(orders) {
        if (orders == Orders::kNewestFirst)
            page_.direction = catalog::RowPage::Direction::kDescending;
    }

    /// Whether it is one of the three.
    bool take(const Parameter& given) {
        if (given.name == "limit") return reader_.limit(given, page_.limit);
        if (given.name == "order" && orders_ != Orders::kNewestFirst) return order(given);
        if (given.name != "cursor") return false;
        cursor_ = given.value;
        return true;
    }
    catalog::RowPage finish() {
        if (!cursor_) return page_;
        const auto cursor = decode_row_cursor(kind_, *cursor_);
        if (!cursor) {
            reader_.fail("cursor", cursor.error().detail);
        } else if (cursor->order != page_.order || cursor->direction != page_.direction) {
            reader_.fail("cursor", "This cursor is of another order.");
        } else {
            page_.after = cursor->last;
        }
        return page_;
    }

  private:
    using RowPage = catalog::RowPage;

    bool order(const Parameter& given) {
        std::string_view text = given.value;
        const bool descending = text.starts_with('-');
        if (descending) text.remove_prefix(1);
        const bool named = text == "name" && orders_ == Orders::kIdAndName;
        if (text != "id" && !named)
            return reader_.fail(given.name, orders_ == Orders::kIdAndName
                                                ? "The order must be id, -id, name or -name."
                                                : "The order must be id or -id.");
        page_.order = named ? RowPage::Order::kName : RowPage::Order::kId;
        page_.direction =
            descending ? RowPage::Direction::kDescending : RowPage::Direction::kAscending;
        return true;
    }

    Reader& reader_;
    const ListKind kind_;
    const Orders orders_;
    RowPage page_;
    std::optional<std::string> cursor_;
};

}  // namespace eyed::query
