// Compiles a JSON Schema: every keyword of draft 7 is checked for its form, so that what is wrong
// is told when the schema is set and never when an event comes.
#include "schema/json_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/string.hpp>
#include <cmath>
#include <map>

#include "schema/schema_program.h"

namespace eyed::schema {
namespace {

namespace json = boost::json;
using Link = SchemaNode::Link;

/// `%2F` and the like of a URI's fragment; what is no escape stays.
std::string fragment_text(std::string_view fragment) {
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        const char lower = static_cast<char>(c | 0x20);
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    };
    std::string text;
    for (std::size_t i = 0; i < fragment.size(); ++i) {
        const bool escape = fragment[i] == '%' && i + 2 < fragment.size() &&
                            digit(fragment[i + 1]) >= 0 && digit(fragment[i + 2]) >= 0;
        text += escape ? static_cast<char>(digit(fragment[i + 1]) * 16 + digit(fragment[i + 2]))
                       : fragment[i];
        if (escape) i += 2;
    }
    return text;
}

/// Of one pattern, what RE2 makes while it matches included: past that it goes slower.
constexpr std::int64_t kPatternMemory = 256 * 1024;

class Compiler {
  public:
    explicit Compiler(const json::value& root) : root_(root) {}

    std::expected<SchemaProgram, JsonSchema::Fault> compile() {
        check_dialect();
        schema(root_, "");
        while (!unresolved_.empty() && !fault_) {
            const auto [from, to] = std::move(unresolved_.back());
            unresolved_.pop_back();
            nodes_[from].reference = resolve(from, to);
        }
        if (!fault_) find_loops();
        if (fault_) return std::unexpected(*std::move(fault_));
        return SchemaProgram{std::move(nodes_)};
    }

  private:
    /// A keyword's value at work.
    struct Given {
        const json::value& value;
        std::string pointer;
        SchemaNode& node;
    };
    using Take = void (Compiler::*)(const Given&);
    struct Keyword {
        std::string_view name;
        Take take;
    };
    static const std::array<Keyword, 35> kKeywords;

    void fail(std::string_view pointer, std::string message) {
        if (!fault_) fault_ = {std::string(pointer), std::move(message)};
    }

    void check_dialect() {
        const auto* object = root_.if_object();
        const auto* dialect = object ? object->if_contains("$schema") : nullptr;
        if (!dialect) return;
        if (!dialect->is_string()) return fail("/$schema", "This must be a string.");
        const std::string_view uri = view(dialect->get_string());
        if (uri != "http://json-schema.org/draft-07/schema#" &&
            uri != "http://json-schema.org/draft-07/schema")
            fail("/$schema",
                 "Only draft 7 is known here: http://json-schema.org/draft-07/schema#.");
    }

    Link schema(const json::value& value, const std::string& pointer) {
        const auto known = by_pointer_.find(pointer);
        if (known != by_pointer_.end()) return known->second;
        const auto link = static_cast<Link>(nodes_.size());
        if (fault_) return SchemaNode::kAbsent;
        if (link == JsonSchema::kMaxNodes || pointer.size() > JsonSchema::kMaxPointerBytes) {
            fail(pointer, link == JsonSchema::kMaxNodes
                              ? "There are more than 4096 schemas within the schema."
                              : "The keys that lead here are longer than 2048 bytes.");
            return SchemaNode::kAbsent;
        }
        SchemaNode& node = nodes_.emplace_back();
        pointers_.push_back(pointer);
        by_pointer_.emplace(pointer, link);
        if (const bool* whether = value.if_bool()) {
            node.never = !*whether;
            return link;
        }
        const auto* object = value.if_object();
        if (!object) {
            fail(pointer, "A schema must be an object, true or false.");
            return link;
        }
        if (const auto* reference = object->if_contains("$ref")) {
            refer(*reference, pointer, link);  // what stands beside a $ref is ignored (8.3)
            return link;
        }
        for (const Keyword& keyword : kKeywords) {
            const auto* given = object->if_contains({keyword.name.data(), keyword.name.size()});
            if (given && !fault_)
                (this->*keyword.take)({*given, fmt::format("{}/{}", pointer, keyword.name), node});
        }
        return link;
    }

    void refer(const json::value& reference, const std::string& pointer, Link from) {
        if (!reference.is_string()) return fail(pointer + "/$ref", "This must be a string.");
        const std::string_view text = view(reference.get_string());
        if (!text.starts_with('#') || (text.size() > 1 && text[1] != '/'))
            return fail(pointer + "/$ref",
                        "A $ref may only be a JSON pointer into this schema, such as "
                        "#/definitions/name: nothing else is fetched.");
        unresolved_.emplace_back(from, fragment_text(text.substr(1)));
    }

    Link resolve(Link from, const std::string& target) {
        boost::system::error_code error;
        const auto* value = root_.find_pointer(target, error);
        if (error || !value) {
            fail(pointers_[from] + "/$ref", "There is nothing at this pointer.");
            return SchemaNode::kAbsent;
        }
        return schema(*value, target);
    }

    // The forms of keywords.

    std::optional<std::uint64_t> count(const Given& given) {
        const json::value& value = given.value;
        const long double number = value.is_number() ? number_of(value) : -1;
        if (number >= 0 && number <= 9e18L && std::floor(number) == number)
            return static_cast<std::uint64_t>(number);
        fail(given.pointer, "This must be a whole number of at least 0.");
        return std::nullopt;
    }
    std::optional<long double> number(const Given& given) {
        if (given.value.is_number()) return number_of(given.value);
        fail(given.pointer, "This must be a number.");
        return std::nullopt;
    }
    std::unique_ptr<RE2> pattern(std::string_view text, const std::string& pointer) {
        if (text.size() > JsonSchema::kMaxPatternBytes) {
            fail(pointer, "The pattern is longer than 1024 bytes.");
            return nullptr;
        }
        if (++patterns_ > JsonSchema::kMaxPatterns) {
            fail(pointer, "There are more than 100 patterns in the schema.");
            return nullptr;
        }
        RE2::Options options;
        options.set_log_errors(false);
        options.set_max_mem(kPatternMemory);
        auto made = std::make_unique<RE2>(re2::StringPiece(text.data(), text.size()), options);
        if (!made->ok()) {
            fail(pointer, fmt::format("The pattern is not one of RE2's: {}. Look-around and "
                                      "back-references are not offered.",
                                      made->error()));
        } else if (made->ProgramSize() > JsonSchema::kMaxPatternSize) {
            fail(pointer, "The pattern is too large: mind repetitions such as {1000}.");
        }
        return made;
    }
    std::vector<Link> schemas(const Given& given) {
        const auto* array = given.value.if_array();
        if (!array || array->empty()) {
            fail(given.pointer, "This must be an array of schemas that is not empty.");
            return {};
        }
        std::vector<Link> links;
        for (std::size_t i = 0; i < array->size(); ++i)
            links.push_back(schema((*array)[i], fmt::format("{}/{}", given.pointer, i)));
        return links;
    }
    std::vector<std::string> names(const json::value& value, const std::string& pointer) {
        std::vector<std::string> names;
        const auto* array = value.if_array();
        bool fits = array != nullptr;
        if (array)
            for (const auto& name : *array) {
                fits = fits && name.is_string();
                if (fits) names.emplace_back(view(name.get_string()));
            }
        if (!fits) fail(pointer, "This must be an array of strings.");
        return names;
    }
    /// Calls `take(key, value, pointer)` for each member.
    template <class Each>
    void members(const Given& given, Each take) {
        const auto* object = given.value.if_object();
        if (!object) return fail(given.pointer, "This must be an object.");
        for (const auto& member : *object) {
            std::string pointer = given.pointer;
            append_pointer(view(member.key()), pointer);
            take(std::string(view(member.key())), member.value(), pointer);
        }
    }

    // One for each keyword.

    void take_type(const Given& given) {
        const auto one = [&](const json::value& value) {
            static constexpr std::string_view kNames[] = {"null",   "boolean", "number",
                                                          "string", "object",  "array"};
            const std::string_view name = value.is_string() ? view(value.get_string()) : "";
            const auto* found = std::ranges::find(kNames, name);
            if (name == "integer") {
                if (!(given.node.types & bit(JsonType::kNumber))) given.node.integer_only = true;
                given.node.types |= bit(JsonType::kNumber);
            } else if (found != std::end(kNames)) {
                const auto type = static_cast<JsonType>(found - kNames);
                if (type == JsonType::kNumber) given.node.integer_only = false;
                given.node.types |= bit(type);
            } else {
                fail(given.pointer,
                     "A type is one of null, boolean, number, integer, string, object and array.");
            }
        };
        const auto* array = given.value.if_array();
        if (array && array->empty()) fail(given.pointer, "There must be a type at least.");
        if (!array) return one(given.value);
        for (const auto& value : *array)
            one(value);
    }
    void take_const(const Given& given) { given.node.constant = given.value; }
    void take_enum(const Given& given) {
        const auto* array = given.value.if_array();
        if (!array || array->empty())
            return fail(given.pointer, "This must be an array that is not empty.");
        given.node.choices.emplace(array->begin(), array->end());
    }
    void take_minimum(const Given& given) { given.node.minimum = number(given); }
    void take_maximum(const Given& given) { given.node.maximum = number(given); }
    void take_exclusive_minimum(const Given& given) { given.node.above = number(given); }
    void take_exclusive_maximum(const Given& given) { given.node.below = number(given); }
    void take_multiple_of(const Given& given) {
        given.node.multiple_of = number(given);
        if (given.node.multiple_of && *given.node.multiple_of <= 0)
            fail(given.pointer, "This must be greater than 0.");
    }
    void take_min_length(const Given& given) { given.node.min_length = count(given); }
    void take_max_length(const Given& given) { given.node.max_length = count(given); }
    void take_pattern(const Given& given) {
        if (!given.value.is_string()) return fail(given.pointer, "This must be a string.");
        given.node.pattern = pattern(view(given.value.get_string()), given.pointer);
    }
    void take_format(const Given& given) {
        if (!given.value.is_string()) return fail(given.pointer, "This must be a string.");
        const std::string_view name = view(given.value.get_string());
        given.node.format = name == "date-time" ? Format::kDateTime
                            : name == "date"    ? Format::kDate
                            : name == "uuid"    ? Format::kUuid
                                                : Format::kNone;
    }
    void take_min_items(const Given& given) { given.node.min_items = count(given); }
    void take_max_items(const Given& given) { given.node.max_items = count(given); }
    void take_unique_items(const Given& given) {
        const bool* whether = given.value.if_bool();
        if (!whether) return fail(given.pointer, "This must be true or false.");
        given.node.unique_items = *whether;
    }
    void take_items(const Given& given) {
        if (!given.value.is_array()) {
            given.node.items = schema(given.value, given.pointer);
        } else {
            given.node.tuple.emplace();
            if (!given.value.get_array().empty()) given.node.tuple = schemas(given);
        }
    }
    void take_additional_items(const Given& given) {
        given.node.more_items = schema(given.value, given.pointer);
    }
    void take_contains(const Given& given) {
        given.node.contains = schema(given.value, given.pointer);
    }
    void take_min_properties(const Given& given) { given.node.min_properties = count(given); }
    void take_max_properties(const Given& given) { given.node.max_properties = count(given); }
    void take_required(const Given& given) {
        given.node.required = names(given.value, given.pointer);
    }
    void take_properties(const Given& given) {
        members(given, [&](std::string name, const json::value& value, const std::string& at) {
            given.node.properties.emplace(std::move(name), schema(value, at));
        });
    }
    void take_pattern_properties(const Given& given) {
        members(
            given, [&](const std::string& name, const json::value& value, const std::string& at) {
                auto made = pattern(name, at);
                if (!fault_)
                    given.node.pattern_properties.emplace_back(std::move(made), schema(value, at));
            });
    }
    void take_additional_properties(const Given& given) {
        given.node.more_properties = schema(given.value, given.pointer);
    }
    void take_property_names(const Given& given) {
        given.node.property_names = schema(given.value, given.pointer);
    }
    void take_dependencies(const Given& given) {
        members(given, [&](std::string name, const json::value& value, const std::string& at) {
            if (value.is_array())
                given.node.required_with.emplace_back(std::move(name), names(value, at));
            else
                given.node.schema_with.emplace_back(std::move(name), schema(value, at));
        });
    }
    void take_all_of(const Given& given) { given.node.all_of = schemas(given); }
    void take_any_of(const Given& given) { given.node.any_of = schemas(given); }
    void take_one_of(const Given& given) { given.node.one_of = schemas(given); }
    void take_not(const Given& given) { given.node.not_ = schema(given.value, given.pointer); }
    void take_if(const Given& given) { given.node.if_ = schema(given.value, given.pointer); }
    void take_then(const Given& given) { given.node.then_ = schema(given.value, given.pointer); }
    void take_else(const Given& given) { given.node.else_ = schema(given.value, given.pointer); }
    void take_definitions(const Given& given) {
        members(given, [&](const std::string&, const json::value& value, const std::string& at) {
            schema(value, at);
        });
    }

    /// The subschemas that apply to the same value as this one.
    std::vector<Link> in_place(const SchemaNode& node) const {
        std::vector<Link> links;
        for (const auto* many : {&node.all_of, &node.any_of, &node.one_of})
            links.insert(links.end(), many->begin(), many->end());
        for (const auto& [name, link] : node.schema_with)
            links.push_back(link);
        for (const Link one : {node.reference, node.not_, node.if_, node.then_, node.else_})
            if (one != SchemaNode::kAbsent) links.push_back(one);
        return links;
    }

    /// Refuses a schema that applies itself to the same value: its check would not end.
    void find_loops() {
        enum class State : std::uint8_t { kNew, kOpen, kDone };
        std::vector<State> states(nodes_.size(), State::kNew);
        std::vector<Link> way;
        for (Link start = 0; start < nodes_.size(); ++start) {
            way.assign(1, start);
            while (!way.empty()) {
                const Link at = way.back();
                if (states[at] != State::kNew) {
                    states[at] = State::kDone;
                    way.pop_back();
                    continue;
                }
                states[at] = State::kOpen;
                for (const Link to : in_place(nodes_[at])) {
                    if (states[to] == State::kOpen)
                        return fail(pointers_[to], "This schema refers back to itself.");
                    if (states[to] == State::kNew) way.push_back(to);
                }
            }
        }
    }

    const json::value& root_;
    std::deque<SchemaNode> nodes_;
    std::vector<std::string> pointers_;  ///< of nodes_
    std::map<std::string, Link, std::less<>> by_pointer_;
    std::vector<std::pair<Link, std::string>> unresolved_;  ///< a $ref's node, and its pointer
    std::size_t patterns_ = 0;
    std::optional<JsonSchema::Fault> fault_;
};

const std::array<Compiler::Keyword, 35> Compiler::kKeywords{{
    {"type", &Compiler::take_type},
    {"const", &Compiler::take_const},
    {"enum", &Compiler::take_enum},
    {"minimum", &Compiler::take_minimum},
    {"maximum", &Compiler::take_maximum},
    {"exclusiveMinimum", &Compiler::take_exclusive_minimum},
    {"exclusiveMaximum", &Compiler::take_exclusive_maximum},
    {"multipleOf", &Compiler::take_multiple_of},
    {"minLength", &Compiler::take_min_length},
    {"maxLength", &Compiler::take_max_length},
    {"pattern", &Compiler::take_pattern},
    {"format", &Compiler::take_format},
    {"minItems", &Compiler::take_min_items},
    {"maxItems", &Compiler::take_max_items},
    {"uniqueItems", &Compiler::take_unique_items},
    {"items", &Compiler::take_items},
    {"additionalItems", &Compiler::take_additional_items},
    {"contains", &Compiler::take_contains},
    {"minProperties", &Compiler::take_min_properties},
    {"maxProperties", &Compiler::take_max_properties},
    {"required", &Compiler::take_required},
    {"properties", &Compiler::take_properties},
    {"patternProperties", &Compiler::take_pattern_properties},
    {"additionalProperties", &Compiler::take_additional_properties},
    {"propertyNames", &Compiler::take_property_names},
    {"dependencies", &Compiler::take_dependencies},
    {"allOf", &Compiler::take_all_of},
    {"anyOf", &Compiler::take_any_of},
    {"oneOf", &Compiler::take_one_of},
    {"not", &Compiler::take_not},
    {"if", &Compiler::take_if},
    {"then", &Compiler::take_then},
    {"else", &Compiler::take_else},
    {"definitions", &Compiler::take_definitions},
    {"$defs", &Compiler::take_definitions},
}};

}  // namespace

std::expected<JsonSchema, JsonSchema::Fault> JsonSchema::compile(std::string_view text) {
    if (text.size() > kMaxBytes) return std::unexpected(Fault{{}, "The schema is over 64 KiB."});
    json::parse_options options;
    options.max_depth = kMaxDepth;
    boost::system::error_code error;
    const json::value root = json::parse({text.data(), text.size()}, error, {}, options);
    if (error)
        return std::unexpected(
            Fault{{},
                  fmt::format("The schema is not JSON, or nested deeper than {} levels: {}.",
                              kMaxDepth, error.message())});
    if (!root.is_object()) return std::unexpected(Fault{{}, "The schema must be a JSON object."});
    auto program = Compiler(root).compile();
    if (!program) return std::unexpected(std::move(program).error());
    return JsonSchema(std::make_shared<const SchemaProgram>(*std::move(program)));
}

JsonSchema::JsonSchema(std::shared_ptr<const SchemaProgram> program)
    : program_(std::move(program)) {
}

}  // namespace eyed::schema
