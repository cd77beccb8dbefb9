#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/row_page.h"
#include "model/account.h"
#include "model/audit.h"

namespace eyed::catalog {

class Connection;

/// What an application may read.
enum class Reads : std::uint8_t { kOwn, kAll };

/// Applications. Threads and errors: see Catalog.
class Applications {
  public:
    explicit Applications(Connection& connection) : connection_(connection) {}

    /// All are read at each change: see auth::MemoryAuthenticator.
    static constexpr long long kMostOfAUser = 1000;

    struct New {
        std::string name;
        UserId owner;  ///< none: the installation's
        Micros created_at;
        Reads reads = Reads::kOwn;
    };
    /// Audited as `created`. kConflict: the name is taken, or its owner has kMostOfAUser;
    /// kNotFound: there is no such owner.
    [[nodiscard]] Result<model::Application> create(const New& application, const model::Actor& by);
    /// The application of that name, made if there is none: then audited as `created`.
    [[nodiscard]] Result<model::Application> find_or_create(const New& application,
                                                            const model::Actor& by);
    /// kNotFound.
    [[nodiscard]] Result<model::Application> by_name(std::string_view name);
    [[nodiscard]] Result<model::Application> by_id(ApplicationId id);
    /// By id.
    [[nodiscard]] Result<std::vector<model::Application>> all();

    struct Filter {
        std::optional<UserId> owner;
        std::string search;  ///< within the name, ASCII case ignored
    };
    struct Found {
        std::vector<model::Application> rows;
        bool more = false;
    };
    [[nodiscard]] Result<Found> list(const Filter& filter, const RowPage& page);

    struct Edit {
        std::optional<Reads> reads;
        std::optional<UserId> owner;  ///< a user, or UserId{}: the installation's from now on
    };
    /// All of `edit` or nothing; the application as it is now. Audited, as far as something
    /// changes, as `granted` or `grant_withdrawn`, `owner_changed`. kNotFound: it, or the owner;
    /// kConflict: it is the one that its owner was made with, or the new one has kMostOfAUser.
    [[nodiscard]] Result<model::Application> change(ApplicationId id, const Edit& edit,
                                                    const model::Change& change);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
