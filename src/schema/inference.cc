#include "schema/inference.h"

#include <algorithm>

#include "base/json_text.h"

namespace eyed::schema {
namespace {

constexpr std::size_t kShownText = 40;  // bytes of a string's JSON in an example

/// The places of Node::scalars.
constexpr std::size_t kBooleans = 0;
constexpr std::size_t kNumbers = 1;
constexpr std::size_t kStrings = 2;

bool is_integer(std::string_view number) {
    return number.find_first_of(".eE") == std::string_view::npos;
}

}  // namespace

std::string_view Inference::name_of(Type type) {
    constexpr std::string_view kNames[] = {"null",   "boolean", "integer", "number",
                                           "string", "object",  "array"};
    return kNames[static_cast<std::size_t>(type)];
}

std::size_t Inference::new_node() {
    nodes_.emplace_back();
    return nodes_.size() - 1;
}

void Inference::add(std::string_view payload) {
    if (index_.index(payload)) return;
    JsonReader whole(index_);
    if (!whole.skip() || !whole.at_end()) return;
    if (nodes_.empty()) new_node();
    ++payloads_;
    JsonReader reader(index_);
    static_cast<void>(take(0, reader, 0));
}

bool Inference::take(std::size_t at, JsonReader& reader, std::size_t depth) {
    Node& node = nodes_[at];
    ++node.count;
    JsonType type;
    if (!reader.peek_type(type)) return false;
    if (type == JsonType::kObject) {
        ++node.types[static_cast<std::size_t>(Type::kObject)];
        if (depth < kMaxDepth) return take_object(at, reader, depth);
        node.dictionary = true;
        return reader.skip();
    }
    if (type == JsonType::kArray) {
        ++node.types[static_cast<std::size_t>(Type::kArray)];
        return depth < kMaxDepth ? take_array(at, reader, depth) : reader.skip();
    }
    JsonValue value;
    if (!reader.read(value)) return false;
    take_scalar(at, value);
    return true;
}

void Inference::take_scalar(std::size_t at, const JsonValue& value) {
    Node& node = nodes_[at];
    Type type = Type::kNull;
    if (value.type == JsonType::kBoolean) type = Type::kBoolean;
    if (value.type == JsonType::kString) type = Type::kString;
    if (value.type == JsonType::kNumber)
        type = is_integer(value.raw) ? Type::kInteger : Type::kNumber;
    ++node.types[static_cast<std::size_t>(type)];
    if (type == Type::kNull) return;
    std::string& shown = node.scalars[type == Type::kBoolean  ? kBooleans
                                      : type == Type::kString ? kStrings
                                                              : kNumbers];
    if (!shown.empty()) return;
    const bool fits = type != Type::kString || value.raw.size() <= kShownText;
    shown = fits ? std::string(value.raw) : "\"text\"";
}

std::uint64_t Inference::scalars_of(const Node& node, std::size_t kind) const {
    if (kind == kBooleans) return of(node, Type::kBoolean);
    if (kind == kStrings) return of(node, Type::kString);
    return of(node, Type::kInteger) + of(node, Type::kNumber);
}

std::optional<std::size_t> Inference::child(std::size_t at, std::string_view key) {
    Node& node = nodes_[at];
    if (node.dictionary) return std::nullopt;
    const auto found = node.keys.find(key);
    if (found != node.keys.end()) return found->second;
    if (node.keys.size() == kMaxKeysOfObject || keys_ == kMaxKeys || key.size() > kMaxKeyBytes) {
        node.dictionary = true;
        return std::nullopt;
    }
    ++keys_;
    const std::size_t made = new_node();
    node.keys.emplace(std::string(key), made);
    node.order.emplace_back(key);
    return made;
}

bool Inference::take_object(std::size_t at, JsonReader& reader, std::size_t depth) {
    JsonString key;
    bool more = true;
    std::vector<std::string> seen;  // a key that is there twice is there once
    if (!reader.enter_object()) return false;
    while (reader.next_field(key, more)) {
        if (!more) return true;
        std::string scratch;
        const std::string_view name = unescaped(key, scratch);
        const auto to = child(at, name);
        const bool twice = to && nodes_[at].keys.size() > seen.size() &&
                           std::ranges::find(seen, name) != seen.end();
        if (!to || twice) {
            if (!reader.skip()) return false;
            continue;
        }
        seen.emplace_back(name);
        if (!take(*to, reader, depth + 1)) return false;
    }
    return false;
}

bool Inference::take_array(std::size_t at, JsonReader& reader, std::size_t depth) {
    bool more = true;
    if (!reader.enter_array()) return false;
    while (reader.next_element(more)) {
        if (!more) return true;
        if (!nodes_[at].element) {
            const std::size_t made = new_node();
            nodes_[at].element = made;
        }
        if (!take(*nodes_[at].element, reader, depth + 1)) return false;
    }
    return false;
}

std::vector<Inference::Key> Inference::keys() const {
    std::vector<Key> out;
    if (!nodes_.empty()) list(0, "", out);
    return out;
}

void Inference::list(std::size_t at, const std::string& pointer, std::vector<Key>& out) const {
    const Node& node = nodes_[at];
    const auto add = [&](std::size_t child, const std::string& where, std::uint64_t places) {
        const Node& one = nodes_[child];
        out.push_back({where, one.count, places, one.types, one.dictionary});
        list(child, where, out);
    };
    if (!node.dictionary)
        for (const std::string& key : node.order) {
            std::string where = pointer;
            append_pointer(key, where);
            add(node.keys.find(key)->second, where, of(node, Type::kObject));
        }
    if (node.element) add(*node.element, pointer + "/*", nodes_[*node.element].count);
}

bool Inference::has_optional_keys(const Node& node) const {
    return !node.dictionary && std::ranges::any_of(node.keys, [&](const auto& key) {
        return nodes_[key.second].count < of(node, Type::kObject);
    });
}

std::optional<std::string> Inference::example() const {
    if (nodes_.empty() || of(nodes_[0], Type::kObject) == 0 || nodes_[0].dictionary)
        return std::nullopt;
    std::string out;
    write_object(nodes_[0], Optional::kLeaveOut, out);
    return out == "{}" ? std::nullopt : std::optional(std::move(out));
}

bool Inference::example_fits() const {
    return example().has_value() && shows_all(nodes_[0]) && !has_optional_keys(nodes_[0]);
}

/// Whether write_example() of it admits all that the node stands for.
bool Inference::shows_all(const Node& node) const {
    const std::uint64_t alike[] = {of(node, Type::kObject),    of(node, Type::kArray),
                                   of(node, Type::kNull),      scalars_of(node, kBooleans),
                                   scalars_of(node, kNumbers), scalars_of(node, kStrings)};
    if (std::ranges::count(alike, 0U) != std::ssize(alike) - 1) return false;
    return shows_all_keys(node) && !has_optional_keys(node) && shows_all_elements(node);
}

bool Inference::shows_all_keys(const Node& node) const {
    return !node.dictionary && std::ranges::all_of(node.keys, [&](const auto& key) {
        return shows_all(nodes_[key.second]);
    });
}

/// An array shows an element of each type, and an object with and one without its optional keys.
bool Inference::shows_all_elements(const Node& node) const {
    if (!node.element) return true;
    const Node& element = nodes_[*node.element];
    return shows_all_keys(element) && shows_all_elements(element);
}

/// The type that most had: an example can show one.
void Inference::write_example(const Node& node, Optional optional, std::string& out) const {
    const std::uint64_t objects = of(node, Type::kObject);
    const std::uint64_t arrays = of(node, Type::kArray);
    const std::uint64_t scalars = node.count - objects - arrays - of(node, Type::kNull);
    if (objects > 0 && objects >= std::max(arrays, scalars))
        return write_object(node, optional, out);
    if (arrays > 0 && arrays >= scalars) return write_array(node, out);
    std::size_t most = 0;
    for (const std::size_t kind : {kNumbers, kStrings})
        if (scalars_of(node, kind) > scalars_of(node, most)) most = kind;
    out += scalars == 0 ? "null" : node.scalars[most];
}

void Inference::write_object(const Node& node, Optional optional, std::string& out) const {
    out += '{';
    bool first = true;
    for (const std::string& key : node.dictionary ? std::vector<std::string>() : node.order) {
        const Node& child = nodes_[node.keys.find(key)->second];
        if (optional == Optional::kLeaveOut && child.count < of(node, Type::kObject)) continue;
        if (!first) out += ',';
        first = false;
        append_json_string(key, out);
        out += ':';
        write_example(child, Optional::kLeaveOut, out);
    }
    out += '}';
}

/// One element for each type seen; two objects when some keys were not always there.
void Inference::write_array(const Node& node, std::string& out) const {
    out += '[';
    if (node.element) {
        const Node& element = nodes_[*node.element];
        std::vector<std::string> elements;
        for (const std::string& scalar : element.scalars)
            if (!scalar.empty()) elements.push_back(scalar);
        if (of(element, Type::kNull) > 0) elements.emplace_back("null");
        if (of(element, Type::kArray) > 0) write_array(element, elements.emplace_back());
        if (of(element, Type::kObject) > 0) {
            write_object(element, Optional::kInclude, elements.emplace_back());
            if (has_optional_keys(element))
                write_object(element, Optional::kLeaveOut, elements.emplace_back());
        }
        for (std::size_t i = 0; i < elements.size(); ++i)
            out += (i == 0 ? "" : ",") + elements[i];
    }
    out += ']';
}

void Inference::write_types(const Node& node, std::string& out) const {
    std::vector<Type> types;
    for (std::size_t i = 0; i < kTypes; ++i) {
        const auto type = static_cast<Type>(i);
        // A fraction was there too: then all of them are numbers.
        if (type == Type::kInteger && of(node, Type::kNumber) > 0) continue;
        if (of(node, type) > 0) types.push_back(type);
    }
    if (types.size() != 1) out += '[';
    for (std::size_t i = 0; i < types.size(); ++i) {
        if (i != 0) out += ',';
        append_json_string(name_of(types[i]), out);
    }
    if (types.size() != 1) out += ']';
}

void Inference::write_schema(const Node& node, std::string& out) const {
    out += "{\"type\":";
    write_types(node, out);
    if (!node.dictionary && !node.order.empty()) {
        std::string required;
        out += ",\"properties\":{";
        for (std::size_t i = 0; i < node.order.size(); ++i) {
            const Node& child = nodes_[node.keys.find(node.order[i])->second];
            if (i != 0) out += ',';
            append_json_string(node.order[i], out);
            out += ':';
            write_schema(child, out);
            if (child.count < of(node, Type::kObject)) continue;
            if (!required.empty()) required += ',';
            append_json_string(node.order[i], required);
        }
        out += '}';
        if (!required.empty()) out += ",\"required\":[" + required + "]";
    }
    if (node.element) {
        out += ",\"items\":";
        write_schema(nodes_[*node.element], out);
    }
    out += '}';
}

std::string Inference::schema() const {
    std::string out = R"({"$schema":"http://json-schema.org/draft-07/schema#")";
    if (nodes_.empty()) return out + "}";
    std::string body;
    write_schema(nodes_[0], body);
    return out + "," + body.substr(1);
}

}  // namespace eyed::schema
