// For random JSON objects v: structure(v) accepts v, and refuses each v with a key removed, added
// or retyped.
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "schema/structure.h"

namespace eyed::schema {
namespace {

struct Member;

/// A JSON value that can be taken apart.
struct Value {
    JsonType type = JsonType::kNull;
    std::vector<Member> members;
    std::vector<Value> elements;

    std::string text() const;
};

struct Member {
    std::string key;
    Value value;
};

std::string Value::text() const {
    switch (type) {
        case JsonType::kNull:
            return "null";
        case JsonType::kBoolean:
            return "true";
        case JsonType::kNumber:
            return "-1.5e3";
        case JsonType::kString:
            return R"("\u00e9\n")";
        case JsonType::kObject:
        case JsonType::kArray:
            break;
    }
    std::string text(1, type == JsonType::kObject ? '{' : '[');
    for (const auto& [key, value] : members)
        text += (text.size() > 1 ? ",\"" : "\"") + key + "\":" + value.text();
    for (const Value& value : elements)
        text += (text.size() > 1 ? "," : "") + value.text();
    return text + (type == JsonType::kObject ? '}' : ']');
}

class Generator {
  public:
    explicit Generator(unsigned seed) : random_(seed) {}

    Value object(int depth) {
        Value value{JsonType::kObject, {}, {}};
        const int keys = 1 + below(4);
        for (int i = 0; i < keys; ++i)
            value.members.emplace_back(key(i), any(depth));
        return value;
    }
    Value any(int depth) {
        const int kind = below(depth > 0 ? 6 : 4);
        if (kind == 4) return object(depth - 1);
        if (kind == 5) return array(depth - 1);
        return {static_cast<JsonType>(kind), {}, {}};
    }
    int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  private:
    /// Elements of one shape: so that what is taken from one is taken from the union, see below.
    Value array(int depth) {
        Value value{JsonType::kArray, {}, {}};
        if (below(4) != 0) value.elements.push_back(any(depth));
        return value;
    }
    static std::string key(int i) {
        static constexpr const char* kKeys[] = {"a", "b b", "\\\"", "~/", "é"};
        return kKeys[i];
    }
    std::mt19937 random_;
};

bool fits(const Structure& structure, const std::string& payload) {
    const std::string padded = payload + std::string(64, ' ');
    JsonIndex index;
    EXPECT_FALSE(index.index(std::string_view(padded).substr(0, payload.size()))) << payload;
    JsonReader reader(index);
    Violation violation;
    return structure.check(reader, "/data", violation);
}

/// Calls `visit` on each value at any depth, the whole included. An array has one element here, or
/// none: of several the union is what counts, and a key taken from one of two stays optional.
void each(Value& value, const std::function<void(Value&)>& visit) {
    visit(value);
    for (auto& [key, member] : value.members)
        each(member, visit);
    for (Value& element : value.elements)
        each(element, visit);
}

class Mutations {
  public:
    Mutations(const Structure& structure, Value& whole) : structure_(structure), whole_(whole) {}

    void run() {
        each(whole_, [&](Value& value) {
            if (value.type == JsonType::kObject) objects(value);
            if (&value != &whole_) retype(value);
        });
    }
    int tried() const { return tried_; }

  private:
    void refused(const char* what) {
        ++tried_;
        EXPECT_FALSE(fits(structure_, whole_.text())) << what << ": " << whole_.text();
    }
    void objects(Value& value) {
        const auto members = value.members;
        for (std::size_t i = 0; i < members.size(); ++i) {
            value.members.erase(value.members.begin() + static_cast<std::ptrdiff_t>(i));
            refused("removed");
            value.members = members;
        }
        value.members.emplace_back("added", Value{});
        refused("added");
        value.members = members;
    }
    void retype(Value& value) {
        const Value before = value;
        for (int type = 0; type < 6; ++type) {
            if (static_cast<JsonType>(type) == before.type) continue;
            value = {static_cast<JsonType>(type), {}, {}};
            refused("retyped");
        }
        value = before;
    }

    const Structure& structure_;
    Value& whole_;
    int tried_ = 0;
};

TEST(StructureProperty, AcceptsItsExampleAndRefusesEachMutation) {
    int tried = 0;
    for (unsigned seed = 1; seed <= 500; ++seed) {
        Generator generator(seed);
        Value value = generator.object(4);
        const std::string text = value.text();
        const auto structure = Structure::from_example(text);
        ASSERT_TRUE(structure.has_value()) << text;
        EXPECT_TRUE(fits(*structure, text)) << text;
        Mutations mutations(*structure, value);
        mutations.run();
        tried += mutations.tried();
        EXPECT_EQ(value.text(), text);
    }
    EXPECT_GT(tried, 10'000);
}

/// The union rule: of an array's elements, each structure that one of them has is allowed at every
/// element; a key that only some of its objects have is optional.
TEST(StructureProperty, AcceptsEachElementOfAnArrayAlone) {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        Generator generator(seed);
        Value array{JsonType::kArray, {}, {}};
        for (int i = 0; i < 3; ++i)
            array.elements.push_back(generator.any(3));
        Value whole{JsonType::kObject, {{"list", array}}, {}};
        const auto structure = Structure::from_example(whole.text());
        ASSERT_TRUE(structure.has_value());
        for (const Value& element : array.elements) {
            whole.members[0].value.elements = {element, element};
            EXPECT_TRUE(fits(*structure, whole.text())) << whole.text();
        }
    }
}

}  // namespace
}  // namespace eyed::schema
