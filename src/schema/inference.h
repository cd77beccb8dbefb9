#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/json_reader.h"

namespace eyed::schema {

/// What many payloads have in common: how often each key appears and with which types, and from
/// that an example and a JSON Schema that would describe them. One thread.
class Inference {
  public:
    /// Distinct keys of all objects together. An object that meets a new one beyond that, or that
    /// has more than kMaxKeysOfObject, is taken for a dictionary: its keys are not told apart.
    static constexpr std::size_t kMaxKeys = 1000;
    static constexpr std::size_t kMaxKeysOfObject = 200;
    static constexpr std::size_t kMaxKeyBytes = 256;  ///< a longer one makes a dictionary, too
    static constexpr std::size_t kMaxDepth = 32;  ///< deeper values are counted and not looked into

    /// Takes one payload in; a text that is not JSON is passed over.
    void add(std::string_view payload);

    enum class Type : std::uint8_t { kNull, kBoolean, kInteger, kNumber, kString, kObject, kArray };
    static constexpr std::size_t kTypes = 7;
    static std::string_view name_of(Type type);

    struct Key {
        std::string pointer;       ///< `/items/*/price`: `*` stands for an array's elements
        std::uint64_t count = 0;   ///< times it was there
        std::uint64_t places = 0;  ///< objects, or elements, that it could have been in
        std::array<std::uint64_t, kTypes> types{};
        bool dictionary = false;  ///< an object whose keys are not told apart
    };
    std::uint64_t payloads() const { return payloads_; }
    /// In the order they were first seen, each after the one that holds it.
    std::vector<Key> keys() const;

    /// An example as Structure wants it, with the keys that all payloads have; nullopt when there
    /// are none. Scalars are the first ones seen, long texts shortened. An array has one element of
    /// each type that was there; of another value's types, which are more than one by mistake
    /// mostly, it shows the most frequent.
    std::optional<std::string> example() const;
    /// Whether the example fits every payload taken in: no key was there only sometimes, none had
    /// values of several types, and no object is a dictionary.
    bool example_fits() const;
    /// A JSON Schema, draft 7, that fits every payload taken in.
    std::string schema() const;

  private:
    struct Node {
        std::uint64_t count = 0;
        std::array<std::uint64_t, kTypes> types{};
        /// JSON texts: the first boolean, number and string.
        std::array<std::string, 3> scalars;
        bool dictionary = false;
        std::vector<std::string> order;                        ///< keys, as first seen
        std::map<std::string, std::size_t, std::less<>> keys;  ///< into nodes_
        std::optional<std::size_t> element;
    };
    std::size_t new_node();
    bool take(std::size_t at, JsonReader& reader, std::size_t depth);
    bool take_object(std::size_t at, JsonReader& reader, std::size_t depth);
    bool take_array(std::size_t at, JsonReader& reader, std::size_t depth);
    void take_scalar(std::size_t at, const JsonValue& value);
    std::optional<std::size_t> child(std::size_t at, std::string_view key);
    std::uint64_t of(const Node& node, Type type) const {
        return node.types[static_cast<std::size_t>(type)];
    }
    void list(std::size_t at, const std::string& pointer, std::vector<Key>& out) const;
    enum class Optional : std::uint8_t { kLeaveOut, kInclude };
    void write_example(const Node& node, Optional optional, std::string& out) const;
    bool shows_all(const Node& node) const;
    bool shows_all_keys(const Node& node) const;
    bool shows_all_elements(const Node& node) const;
    void write_object(const Node& node, Optional optional, std::string& out) const;
    void write_array(const Node& node, std::string& out) const;
    /// Scalars of one of Node::scalars.
    std::uint64_t scalars_of(const Node& node, std::size_t kind) const;
    void write_schema(const Node& node, std::string& out) const;
    void write_types(const Node& node, std::string& out) const;
    bool has_optional_keys(const Node& node) const;

    JsonIndex index_;
    std::deque<Node> nodes_;  ///< [0] is the payload; a deque: they do not move
    std::uint64_t payloads_ = 0;
    std::size_t keys_ = 0;
};

}  // namespace eyed::schema
