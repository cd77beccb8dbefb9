#include "api/cashback_faults.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "api/errors.h"
#include "base/json_text.h"

namespace eyed::api {

namespace {

constexpr std::string_view kWhole = "non_field_errors";
/// A name is an index up to there: more empty objects are not written.
constexpr std::size_t kMostIndex = cashback::kMostLines;

struct Node {
    std::string name;
    std::vector<std::string> messages;
    std::vector<Node> children;  ///< in order of first appearance

    Node& child(std::string_view wanted) {
        const auto found = std::ranges::find(children, wanted, &Node::name);
        if (found != children.end()) return *found;
        children.push_back({std::string(wanted), {}, {}});
        return children.back();
    }
};

std::optional<std::size_t> index_of(std::string_view name) {
    std::size_t index = 0;
    const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (name.empty() || fault != std::errc() || end != name.data() + name.size() ||
        index > kMostIndex)
        return std::nullopt;
    return index;
}

bool is_list(const Node& node) {
    return !node.children.empty() && std::ranges::all_of(node.children, [](const Node& child) {
        return index_of(child.name).has_value();
    });
}

void append_messages(const std::vector<std::string>& messages, std::string& out) {
    out += '[';
    for (const std::string& message : messages) {
        if (out.back() != '[') out += ',';
        append_json_string(message, out);
    }
    out += ']';
}

void append_value(Node& node, std::string& out);

void append_object(Node& node, std::string& out) {
    out += '{';
    for (Node& child : node.children) {
        if (out.back() != '{') out += ',';
        append_json_string(child.name, out);
        out += ':';
        append_value(child, out);
    }
    out += '}';
}

/// Elements are objects: one that is none has its fault as a whole.
void append_list(Node& node, std::string& out) {
    std::ranges::sort(node.children, {}, [](const Node& child) { return *index_of(child.name); });
    out += '[';
    std::size_t next = 0;
    for (Node& child : node.children) {
        for (; next < *index_of(child.name); ++next)
            out += out.back() == '[' ? "{}" : ",{}";
        if (out.back() != '[') out += ',';
        if (child.children.empty()) child.child(kWhole).messages = std::move(child.messages);
        append_object(child, out);
        ++next;
    }
    out += ']';
}

void append_value(Node& node, std::string& out) {
    if (node.children.empty()) return append_messages(node.messages, out);
    if (is_list(node)) return append_list(node, out);
    if (!node.messages.empty())
        node.child(kWhole).messages.insert(node.child(kWhole).messages.end(), node.messages.begin(),
                                           node.messages.end());
    append_object(node, out);
}

/// A list has no place for what is wrong with it as a whole once it shows its elements.
void lift_messages_of_lists(Node& root) {
    std::vector<std::string> lifted;
    for (Node& child : root.children)
        if (is_list(child))
            for (std::string& message : child.messages)
                lifted.push_back(std::move(message));
    if (lifted.empty()) return;
    auto& whole = root.child(kWhole).messages;
    whole.insert(whole.end(), lifted.begin(), lifted.end());
}

}  // namespace

std::string nested_faults(const cashback::Faults& faults) {
    Node root;
    for (const cashback::Fault& fault : faults) {
        Node* node = &root;
        std::string_view field = fault.field.empty() ? kWhole : std::string_view(fault.field);
        while (!field.empty()) {
            const std::size_t dot = std::min(field.find('.'), field.size());
            node = &node->child(field.substr(0, dot));
            field.remove_prefix(std::min(dot + 1, field.size()));
        }
        node->messages.push_back(fault.message);
    }
    lift_messages_of_lists(root);
    std::string out;
    append_object(root, out);
    return out;
}

http::Response purchase_faults(const http::Request& request, const cashback::Faults& faults) {
    if (faults.size() == 1 && faults.front().field == "detail")
        return error(request, Error{Code::kInvalidArgument, faults.front().message});
    return http::json(400, nested_faults(faults));
}

}  // namespace eyed::api
