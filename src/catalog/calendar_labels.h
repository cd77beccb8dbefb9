#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/number_page.h"
#include "model/audit.h"
#include "model/calendar.h"

namespace eyed::catalog {

class Connection;

/// Locations or categories: one table each, the same columns. Each change is in the outbox
/// (`location_created`, `category_changed`, …). Threads and errors: see Catalog.
template <class Label>
class CalendarLabels {
  public:
    using LabelId = decltype(Label::id);
    explicit CalendarLabels(Connection& connection) : connection_(connection) {}

    struct Fields {
        std::string name;
        std::string description;
        friend bool operator==(const Fields&, const Fields&) = default;
    };
    [[nodiscard]] Result<Label> create(const Fields& fields, const model::Change& change);
    /// Runs within the transaction, on the label as it is. An error changes nothing.
    using Edit = std::function<Result<Fields>(const Label&)>;
    /// kNotFound, or what `edit` gives. The same fields leave no trace.
    [[nodiscard]] Result<Label> change(LabelId id, const Edit& edit, const model::Change& change);
    /// Its events have none then: each gets a line of history, as changed by the same person, a new
    /// revision and an entry of the outbox. Its feeds go with it, audited: without it they would
    /// show more than they did. kNotFound, or what `check` gives, asked once, at the beginning.
    ///
    /// Of many events kEventsAtOnce are done in a transaction, so that other calls get their turn;
    /// the label goes with the last. What ends it before, an error or a crash, leaves the label and
    /// the events that still have it: remove it again. About half a millisecond an event.
    using Check = std::function<Status(const Label&)>;
    [[nodiscard]] Status remove(LabelId id, const Check& check, const model::Change& change);
    static constexpr std::size_t kEventsAtOnce = 100;

    /// kNotFound.
    [[nodiscard]] Result<Label> by_id(LabelId id);
    /// The first of that name; ASCII case ignored. kNotFound.
    [[nodiscard]] Result<Label> by_name(std::string_view name);
    struct Found {
        std::vector<Label> rows;
        std::uint64_t count = 0;
    };
    enum class Order { kName, kNameDescending, kId };
    /// Those whose name holds `search`, ASCII case ignored.
    [[nodiscard]] Result<Found> list(std::string_view search, Order order, const NumberPage& page);

  private:
    Connection& connection_;
};

extern template class CalendarLabels<model::Location>;
extern template class CalendarLabels<model::Category>;
using Locations = CalendarLabels<model::Location>;
using Categories = CalendarLabels<model::Category>;

}  // namespace eyed::catalog
