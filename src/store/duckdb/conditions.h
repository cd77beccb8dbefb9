#pragma once

#include <string>

#include "store/duckdb/connection.h"
#include "store/event_store.h"

namespace eyed::store {

/// A WHERE clause under construction: conditions that must all hold, and what is bound to them.
/// Values are always bound; numbers of ours may be spliced.
class Conditions {
  public:
    void add(std::string_view sql) {
        sql_ += sql_.empty() ? "WHERE " : " AND ";
        sql_ += sql;
    }
    template <class... Values>
    void add(std::string_view sql, Values... values) {
        add(sql);
        (parameters_.emplace_back(std::move(values)), ...);
    }
    /// For a condition added without its values.
    void bind(Parameter value) { parameters_.push_back(std::move(value)); }
    void add_applications(const std::vector<ApplicationId>& applications);
    /// Of the events table.
    void add_session(const Uuid& session);
    /// Of events or rejections.
    void add_event_id(const std::string& event_id);
    const std::string& sql() const { return sql_; }
    const Parameters& parameters() const { return parameters_; }

  private:
    std::string sql_;
    Parameters parameters_;
};

/// Everything of the filter but its range of ids.
Conditions event_conditions(const EventFilter& filter);
/// Everything of it.
Conditions rejection_conditions(const RejectionFilter& filter);

}  // namespace eyed::store
