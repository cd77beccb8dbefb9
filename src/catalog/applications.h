#pragma once

#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "model/account.h"

namespace eyed::catalog {

class Connection;

/// Applications. Threads and errors: see Catalog.
class Applications {
  public:
    explicit Applications(Connection& connection) : connection_(connection) {}

    struct New {
        std::string name;
        UserId owner;  ///< none: the installation's
        Micros created_at;
    };
    /// The application of that name, made if there is none.
    [[nodiscard]] Result<model::Application> find_or_create(const New& application);
    /// kNotFound.
    [[nodiscard]] Result<model::Application> by_name(std::string_view name);
    /// By id.
    [[nodiscard]] Result<std::vector<model::Application>> all();

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
