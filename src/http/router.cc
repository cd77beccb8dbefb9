#include "http/router.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "http/percent.h"

namespace eyed::http {
namespace {

constexpr std::size_t kMethodCount = 7;

/// Takes the first segment off a path that begins with `/`. False at its end; a trailing `/` is no
/// segment.
bool take_segment(std::string_view& path, std::string_view& segment) {
    if (path.empty() || path == "/") return false;
    path.remove_prefix(1);
    const std::size_t end = std::min(path.find('/'), path.size());
    segment = path.substr(0, end);
    path.remove_prefix(end);
    return true;
}

bool is_parameter(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool is_literal(std::string_view segment) {
    return !segment.empty() && segment.find_first_of("{}%?#") == std::string_view::npos;
}

bool equals_literal(std::string_view segment, std::string_view literal) {
    if (segment.find('%') == std::string_view::npos) return segment == literal;
    if (segment.size() > 3 * literal.size()) return false;
    return percent_decode(segment, Plus::kIsPlus) == literal;
}

}  // namespace

bool is_within(std::string_view path, std::string_view prefix) {
    std::string_view segment;
    std::string_view literal;
    while (take_segment(prefix, literal))
        if (!path.starts_with('/') || !take_segment(path, segment) ||
            !equals_literal(segment, literal))
            return false;
    return true;
}

/// One place in the tree of segments.
struct Router::Node {
    struct Literal {
        std::string segment;
        std::unique_ptr<Node> node;
    };
    std::vector<Literal> literals;
    std::unique_ptr<Node> parameter;
    std::array<const Route*, kMethodCount> routes{};
    MethodSet allow;

    Node& child(std::string_view segment) {
        if (is_parameter(segment)) {
            if (!parameter) parameter = std::make_unique<Node>();
            return *parameter;
        }
        for (Literal& literal : literals)
            if (literal.segment == segment) return *literal.node;
        literals.push_back({std::string(segment), std::make_unique<Node>()});
        return *literals.back().node;
    }

    /// The node of a path that has routes; a literal is tried before a parameter. Fills `values`.
    const Node* find(std::string_view path, std::size_t depth,
                     std::array<std::string_view, Request::kMaxParameters>& values) const {
        std::string_view segment;
        if (!take_segment(path, segment)) return allow.empty() ? nullptr : this;
        for (const Literal& literal : literals)
            if (equals_literal(segment, literal.segment))
                if (const Node* found = literal.node->find(path, depth, values)) return found;
        if (!parameter || segment.empty() || depth == values.size()) return nullptr;
        const Node* found = parameter->find(path, depth + 1, values);
        if (found != nullptr) values[depth] = segment;
        return found;
    }
};

Router::Router() : root_(std::make_unique<Node>()) {
}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

Status Router::add(Route route) {
    const auto refuse = [&](const char* why) {
        return failure(Code::kInvalidArgument, "route " + route.pattern + ": " + why);
    };
    if (!route.pattern.starts_with('/')) return refuse("does not begin with a slash");
    if (!route.handler || route.method == Method::kOther) return refuse("no handler or method");
    Node* node = root_.get();
    std::size_t parameters = 0;
    std::string_view rest = route.pattern;
    std::string_view segment;
    while (take_segment(rest, segment)) {
        if (!is_parameter(segment) && !is_literal(segment)) return refuse("a bad segment");
        if (is_parameter(segment) && ++parameters > Request::kMaxParameters)
            return refuse("too many parameters");
        node = &node->child(segment);
    }
    const Route*& place = node->routes[static_cast<std::size_t>(route.method)];
    if (place != nullptr)
        return failure(Code::kConflict, "route " + route.pattern + " is there already");
    node->allow.add(route.method);
    node->allow.add(Method::kOptions);
    if (route.method == Method::kGet) node->allow.add(Method::kHead);
    routes_.push_back(std::move(route));
    place = &routes_.back();
    return {};
}

namespace {

/// Replaces the values with escapes by their decoded form, kept in the request.
bool decode_parameters(Request& request) {
    std::string& store = request.decoded_parameters;
    store.clear();
    std::size_t needed = 0;
    for (const std::string_view value : request.parameter_values)
        if (value.find('%') != std::string_view::npos) needed += value.size();
    store.reserve(needed);  // views into it stay valid: decoding never makes a text longer
    for (std::string_view& value : request.parameter_values) {
        if (value.find('%') == std::string_view::npos) continue;
        const std::optional<std::string> decoded = percent_decode(value, Plus::kIsPlus);
        if (!decoded) return false;
        const std::size_t at = store.size();
        store += *decoded;
        value = std::string_view(store).substr(at);
    }
    return true;
}

}  // namespace

Router::Match Router::match(Request& request) const {
    Match match;
    request.route = nullptr;
    request.parameter_values.fill({});
    if (!request.path.starts_with('/')) return match;
    const Node* node = root_->find(request.path, 0, request.parameter_values);
    if (node == nullptr || !decode_parameters(request)) return match;
    match.allow = node->allow;
    match.outcome = Outcome::kWrongMethod;
    Method method = request.method;
    if (method == Method::kOther) return match;
    const Route* route = node->routes[static_cast<std::size_t>(method)];
    if (route == nullptr && method == Method::kHead)
        route = node->routes[static_cast<std::size_t>(Method::kGet)];
    if (route == nullptr) return match;
    match.outcome = Outcome::kFound;
    match.route = request.route = route;
    return match;
}

}  // namespace eyed::http
