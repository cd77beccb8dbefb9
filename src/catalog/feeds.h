#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "catalog/number_page.h"
#include "model/audit.h"
#include "model/calendar.h"

namespace eyed::catalog {

class Connection;

/// The secret addresses of calendar feeds. Threads and errors: see Catalog.
class Feeds {
  public:
    explicit Feeds(Connection& connection) : connection_(connection) {}

    static constexpr std::uint64_t kMostOfAUser = 1000;

    struct New {
        std::string name;
        std::string digest;  ///< of the token
        std::string hint;
        LocationId location;
        CategoryId category;
    };
    /// Audited. kInvalidArgument: no such location or category (field name before a colon);
    /// kConflict: its maker has kMostOfAUser.
    [[nodiscard]] Result<model::Feed> create(const New& feed, const model::Change& change);
    /// Audited. kNotFound.
    [[nodiscard]] Status remove(FeedId id, const model::Change& change);
    /// kNotFound.
    [[nodiscard]] Result<model::Feed> by_id(FeedId id);
    /// And notes the use, at most once an hour, where that can be written. kNotFound.
    [[nodiscard]] Result<model::Feed> by_digest(std::string_view digest, Micros now);
    struct Found {
        std::vector<model::Feed> rows;
        std::uint64_t count = 0;
    };
    /// By id; those of one user, or all.
    [[nodiscard]] Result<Found> list(std::optional<UserId> user, const NumberPage& page);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
