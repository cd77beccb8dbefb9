#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "http/message.h"
#include "model/principal.h"

namespace eyed::http {

/// Runs on the request's io thread and must not block it: blocking work goes through Offload. When
/// the client leaves early the handler still runs to its end; its answer is then dropped. A lambda
/// that is itself a coroutine must not capture: bind a member function instead.
using Handler = std::function<Task<Response>(Request&)>;

/// Whether a route of scope kOpen looks at credentials.
enum class Credentials : std::uint8_t {
    kIgnored,
    kIfGiven,  ///< who shows some is known, and refused when they are wrong
};

/// One line of the route table. The router, the authorisation test and the OpenAPI check all read
/// it.
struct Route {
    Method method = Method::kGet;
    std::string pattern;  ///< `/event_detail/{id}`; `/p` stands for `/p/` too
    model::Scope scope = model::Scope::kManage;
    model::Role role = model::Role::kApplication;  ///< the least that a caller must be
    Credentials credentials = Credentials::kIgnored;
    Handler handler;
    /// Bytes, packed and unpacked; 0: Limits::body and Limits::decompressed, or Limits::open_body
    /// on kOpen routes.
    std::size_t max_body = 0;
};

/// Whether `path`, percent-encoded as sent, is `prefix` (`/api/v1`) or below it: by whole segments,
/// compared decoded, as the router does.
bool is_within(std::string_view path, std::string_view prefix);

/// The route table. Filled before the server starts, read-only then: reads are thread-safe.
class Router {
  public:
    enum class Outcome { kFound, kNoSuchPath, kWrongMethod };
    struct Match {
        Outcome outcome = Outcome::kNoSuchPath;
        const Route* route = nullptr;  ///< kFound
        MethodSet allow;               ///< kFound and kWrongMethod: what the path offers
    };

    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    /// A literal segment wins over a parameter. kConflict: the same method and shape is there
    /// already. kInvalidArgument: a pattern not made of `/segment` and `/{parameter}`, too many
    /// parameters, or no handler.
    [[nodiscard]] Status add(Route route);

    /// Finds the route of `request.method` and `request.path`, sets `request.route` and the path
    /// parameters. A GET route answers HEAD, and OPTIONS is in every `allow`. Segments are compared
    /// percent-decoded; `%2F` is part of a segment, not a border. Allocates nothing unless a
    /// parameter has percent escapes.
    Match match(Request& request) const;

    /// All routes in the order they were added.
    const std::deque<Route>& routes() const { return routes_; }

  private:
    struct Node;
    std::deque<Route> routes_;  ///< addresses stay
    std::unique_ptr<Node> root_;
};

}  // namespace eyed::http
