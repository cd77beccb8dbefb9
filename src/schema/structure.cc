#include "schema/structure.h"

#include <fmt/format.h>

namespace eyed::schema {
namespace {

std::string say(const JsonFault& fault) {
    return fmt::format("The example is not JSON: {} (at byte {}).", fault.message, fault.offset);
}

}  // namespace

/// Reads an example into nodes. A node that stands for several elements of an array takes in each.
class StructureBuilder {
  public:
    explicit StructureBuilder(JsonReader& reader) : reader_(reader) { make_node(); }

    bool build() { return merge(0); }
    Structure finish() {
        for (std::size_t i = 0; i < structure_.nodes_.size(); ++i) {
            auto& node = structure_.nodes_[i];
            for (std::uint32_t k = 0; k < node.keys.size(); ++k) {
                node.keys[k].required = tallies_[i].with_key[k] == tallies_[i].objects;
                node.required += node.keys[k].required;
            }
        }
        return std::move(structure_);
    }

  private:
    /// How many of the objects that a node stands for have each of its keys.
    struct Tally {
        std::uint32_t objects = 0;
        std::vector<std::uint32_t> with_key;
        std::vector<std::uint32_t> last_object;  ///< that had the key: it counts once an object
    };

    std::uint32_t make_node() {
        structure_.nodes_.emplace_back();
        tallies_.emplace_back();
        return static_cast<std::uint32_t>(structure_.nodes_.size() - 1);
    }

    bool merge(std::uint32_t at) {
        JsonType type;
        if (!reader_.peek_type(type)) return reader_.fail("Expecting value");
        structure_.nodes_[at].types |= bit(type);
        if (type == JsonType::kObject) return merge_object(at);
        if (type == JsonType::kArray) return merge_array(at);
        return reader_.skip();
    }

    bool merge_object(std::uint32_t at) {
        const std::uint32_t object = ++tallies_[at].objects;
        JsonString key;
        bool more = true;
        if (!reader_.enter_object()) return false;
        while (reader_.next_field(key, more)) {
            if (!more) return true;
            std::string scratch;
            const std::uint32_t index = key_index(at, unescaped(key, scratch));
            Tally& tally = tallies_[at];
            if (tally.last_object[index] == object)
                structure_.repeated_key_ = structure_.nodes_[at].keys[index].name;
            else
                ++tally.with_key[index];
            tally.last_object[index] = object;
            if (!merge(structure_.nodes_[at].keys[index].node)) return false;
        }
        return false;
    }

    std::uint32_t key_index(std::uint32_t at, std::string_view name) {
        const auto found = structure_.nodes_[at].by_name.find(name);
        if (found != structure_.nodes_[at].by_name.end()) return found->second;
        const std::uint32_t child = make_node();
        auto& node = structure_.nodes_[at];  // after make_node(), which moves them
        const auto index = static_cast<std::uint32_t>(node.keys.size());
        node.keys.push_back({std::string(name), child, true});
        node.by_name.emplace(std::string(name), index);
        tallies_[at].with_key.push_back(0);
        tallies_[at].last_object.push_back(0);
        return index;
    }

    bool merge_array(std::uint32_t at) {
        bool more = true;
        if (!reader_.enter_array()) return false;
        while (reader_.next_element(more)) {
            if (!more) return true;
            if (structure_.nodes_[at].element == Structure::kAny) {
                const std::uint32_t child = make_node();
                structure_.nodes_[at].element = child;
            }
            if (!merge(structure_.nodes_[at].element)) return false;
        }
        return false;
    }

    JsonReader& reader_;
    Structure structure_;
    std::vector<Tally> tallies_;  ///< beside structure_.nodes_
};

/// One payload against the nodes.
class StructureCheck {
  public:
    StructureCheck(const Structure& structure, JsonReader& reader, std::string_view root,
                   Violation& violation)
        : nodes_(structure.nodes_), reader_(reader), root_(root), violation_(violation) {}

    bool value(std::uint32_t at, const Place* place) {
        if (at == Structure::kAny) return reader_.skip();
        const Structure::Node& node = nodes_[at];
        JsonType type;
        if (!reader_.peek_type(type)) return false;
        if (!(node.types & bit(type))) return wrong_type(node, type, place);
        if (type == JsonType::kObject) return object(node, place);
        if (type == JsonType::kArray) return array(node, place);
        reader_.pass_scalar();
        return true;
    }

  private:
    /// Which keys of an object were there.
    class Seen {
      public:
        explicit Seen(std::size_t keys) {
            if (keys > kInline * 64) more_.resize((keys + 63) / 64);
        }
        /// False when it was there before.
        bool add(std::size_t key) {
            std::uint64_t& word = more_.empty() ? few_[key / 64] : more_[key / 64];
            const std::uint64_t mask = std::uint64_t{1} << (key % 64);
            const bool fresh = !(word & mask);
            word |= mask;
            return fresh;
        }

      private:
        static constexpr std::size_t kInline = 2;
        std::uint64_t few_[kInline] = {};
        std::vector<std::uint64_t> more_;
    };

    bool object(const Structure::Node& node, const Place* place) {
        Seen seen(node.keys.size());
        std::uint32_t required = 0;
        std::size_t expected = 0;  // senders keep to one order: the key after the last one's
        JsonString key;
        bool more = true;
        if (!reader_.enter_object()) return false;
        while (reader_.next_field(key, more)) {
            if (!more) {
                if (required == node.required) return true;
                return missing(node, seen, place);
            }
            if (expected >= node.keys.size()) expected = 0;
            std::string scratch;
            const std::string_view name = unescaped(key, scratch);
            if (node.keys.empty() || node.keys[expected].name != name) {
                const auto found = node.by_name.find(name);
                if (found == node.by_name.end()) return unexpected(name, place);
                expected = found->second;
            }
            const Structure::Key& known = node.keys[expected];
            required += seen.add(expected) && known.required;
            const Place here{place, known.name};
            if (!value(known.node, &here)) return false;
            ++expected;
        }
        return false;
    }

    bool array(const Structure::Node& node, const Place* place) {
        bool more = true;
        if (!reader_.enter_array()) return false;
        for (std::size_t i = 0; reader_.next_element(more); ++i) {
            if (!more) return true;
            const Place here{place, {}, i, true};
            if (!value(node.element, &here)) return false;
        }
        return false;
    }

    bool wrong_type(const Structure::Node& node, JsonType found, const Place* place) {
        violation_.reason = model::Reason::kStructureType;
        violation_.pointer = pointer(place);
        violation_.message = fmt::format("{} must be {}, not {}.", violation_.pointer,
                                         names_of(node.types), name_of(found));
        return false;
    }
    bool unexpected(std::string_view key, const Place* place) {
        violation_.reason = model::Reason::kStructureUnexpected;
        violation_.pointer = pointer(place);
        append_pointer(key, violation_.pointer);
        violation_.message =
            fmt::format("{} is not part of the structure of this event type.", violation_.pointer);
        return false;
    }
    bool missing(const Structure::Node& node, Seen& seen, const Place* place) {
        violation_.reason = model::Reason::kStructureMissing;
        violation_.pointer = pointer(place);
        for (std::size_t i = 0; i < node.keys.size(); ++i) {
            if (!node.keys[i].required || !seen.add(i)) continue;
            append_pointer(node.keys[i].name, violation_.pointer);
            break;
        }
        violation_.message = fmt::format("{} is missing: the structure of this event type has it.",
                                         violation_.pointer);
        return false;
    }

    std::string pointer(const Place* place) const { return pointer_of(root_, place); }

    const std::vector<Structure::Node>& nodes_;
    JsonReader& reader_;
    std::string_view root_;
    Violation& violation_;
};

Result<Structure> Structure::from_example(std::string_view json) {
    if (json.size() > kMaxExampleBytes)
        return failure(Code::kTooLarge, "The example is over 64 KiB.");
    JsonIndex index;
    if (const JsonFault fault = index.index(json))
        return failure(Code::kInvalidArgument, say(fault));
    JsonReader whole(index);
    JsonValue example;
    if (!whole.read(example) || (!whole.at_end() && !whole.fail("Extra data")))
        return failure(Code::kInvalidArgument, say(whole.fault()));
    if (example.type != JsonType::kObject)
        return failure(Code::kInvalidArgument, "The example must be a JSON object.");
    if (example.depth > kMaxDepth)
        return failure(Code::kInvalidArgument, "The example is nested deeper than 64 levels.");
    JsonReader reader(index);
    StructureBuilder builder(reader);
    if (!builder.build()) return failure(Code::kInvalidArgument, say(reader.fault()));
    Structure structure = builder.finish();
    if (structure.nodes_[0].keys.empty())
        return failure(Code::kInvalidArgument, "The example must have at least one key.");
    return structure;
}

bool Structure::check(JsonReader& reader, std::string_view at, Violation& violation) const {
    return StructureCheck(*this, reader, at, violation).value(0, nullptr);
}

}  // namespace eyed::schema
