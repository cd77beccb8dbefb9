// Checks a payload against a compiled JSON Schema.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <boost/json/array.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/string.hpp>
#include <cmath>

#include "base/json_text.h"
#include "base/time.h"
#include "base/uuid.h"
#include "schema/json_schema.h"
#include "schema/schema_program.h"

namespace eyed::schema {
namespace {

namespace json = boost::json;
using Link = SchemaNode::Link;

/// RFC 3339, which is narrower than what timestamps of events may be.
bool is_date_time(std::string_view text) {
    constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd";
    constexpr std::size_t kLongest = 64;  // no clock has that many digits
    if (text.size() <= kForm.size() || text.size() > kLongest) return false;
    for (std::size_t i = 0; i < kForm.size(); ++i) {
        const bool fits = kForm[i] == 'd'   ? text[i] >= '0' && text[i] <= '9'
                          : kForm[i] == 'T' ? text[i] == 'T' || text[i] == 't'
                                            : text[i] == kForm[i];
        if (!fits) return false;
    }
    std::string upper(text);
    std::ranges::transform(upper, upper.begin(),
                           [](char c) { return c == 't' || c == 'z' ? c & ~0x20 : c; });
    const bool zoned = upper.ends_with('Z') ||
                       (upper.size() > 6 && upper[upper.size() - 3] == ':' &&
                        (upper[upper.size() - 6] == '+' || upper[upper.size() - 6] == '-'));
    return zoned && parse_iso8601(upper).has_value();
}

bool has_format(Format format, std::string_view text) {
    switch (format) {
        case Format::kDateTime:
            return is_date_time(text);
        case Format::kDate:
            return parse_date(text).has_value();
        case Format::kUuid:
            return text.size() == 36 && parse_uuid(text).has_value();
        case Format::kNone:
            break;
    }
    return true;
}

const char* format_name(Format format) {
    return format == Format::kDateTime ? "a date-time as of RFC 3339"
           : format == Format::kDate   ? "a date such as 2026-01-31"
                                       : "a UUID";
}

std::string shown(long double number) {
    return fmt::format("{}", static_cast<double>(number));
}

bool is_whole(long double number) {
    return std::floor(number) == number;
}

bool is_multiple(long double number, long double of) {
    if (std::fmod(number, of) == 0) return true;
    if (is_whole(number) && is_whole(of)) return false;
    // 0.29 and 1 are multiples of 0.01, if not as doubles: each is up to half of 2^-52 off.
    constexpr long double kOff = 1e-15L;
    const long double times = number / of;
    const long double rest = std::fabs(times - std::round(times));
    return std::isfinite(static_cast<double>(times)) &&
           rest <= std::min(0.25L, kOff * std::max(1.0L, std::fabs(times)));
}

/// What reading a text costs, in steps.
std::size_t steps_of(std::string_view text) {
    return text.size() / 64;
}

class Check {
  public:
    Check(const SchemaProgram& program, std::string_view root, std::size_t steps,
          Violation& violation)
        : nodes_(program.nodes), root_(root), left_(steps), violation_(violation) {}

    bool fits(Link link, const json::value& value, const Place* place) {
        const SchemaNode& node = nodes_[link];
        const Depth depth(*this);
        if (depth_ > JsonSchema::kMostNested)
            return give_up(place, "leads too deep into the JSON Schema to be checked");
        if (!spend(1, place)) return false;
        if (node.never) return fail(place, "is not allowed");
        if (node.reference != SchemaNode::kAbsent) return fits(node.reference, value, place);
        return has_type(node, value, place) && is_chosen(node, value, place) &&
               by_type(node, value, place) && combined(node, value, place);
    }

  private:
    /// Alternatives that do not fit are no violation: nothing is written while one of these lives.
    class Quiet {
      public:
        explicit Quiet(Check& check) : check_(check) { ++check_.quiet_; }
        ~Quiet() { --check_.quiet_; }
        Quiet(const Quiet&) = delete;
        Quiet& operator=(const Quiet&) = delete;

      private:
        Check& check_;
    };

    class Depth {
      public:
        explicit Depth(Check& check) : check_(check) { ++check_.depth_; }
        ~Depth() { --check_.depth_; }
        Depth(const Depth&) = delete;
        Depth& operator=(const Depth&) = delete;

      private:
        Check& check_;
    };

    template <class... Parts>
    bool fail(const Place* place, fmt::format_string<Parts...> what, Parts&&... parts) {
        if (quiet_ == 0 && !exhausted_)
            tell(place, fmt::format(what, std::forward<Parts>(parts)...));
        return false;
    }
    void tell(const Place* place, std::string_view what) {
        violation_.reason = model::Reason::kSchema;
        violation_.pointer = pointer_of(root_, place);
        violation_.message = fmt::format("{} {}.", violation_.pointer, what);
    }
    /// From here on everything fails, and the violation says why.
    bool give_up(const Place* place, std::string_view why) {
        if (!exhausted_) tell(place, why);
        exhausted_ = true;
        return false;
    }
    bool spend(std::size_t steps, const Place* place) {
        if (exhausted_) return false;
        if (left_ < steps)
            return give_up(place, "takes too many steps to check against the JSON Schema");
        left_ -= steps;
        return true;
    }
    bool fits_quietly(Link link, const json::value& value, const Place* place) {
        const Quiet quiet(*this);
        return fits(link, value, place);
    }

    bool has_type(const SchemaNode& node, const json::value& value, const Place* place) {
        if (node.types == 0) return true;
        const JsonType type = type_of(value);
        if (!(node.types & bit(type))) {
            if (quiet_ != 0) return false;
            return fail(place, "must be {}, not {}", names_of(node.types), name_of(type));
        }
        if (!node.integer_only || type != JsonType::kNumber) return true;
        const long double number = number_of(value);
        const bool whole = std::isfinite(number) && is_whole(number);
        return whole || fail(place, "must be an integer");
    }

    bool is_chosen(const SchemaNode& node, const json::value& value, const Place* place) {
        std::size_t work = 0;
        const auto same = [&](const json::value& one) { return equal(one, value, work); };
        const bool constant = !node.constant || same(*node.constant);
        const bool chosen = !node.choices || std::ranges::any_of(*node.choices, same);
        if (!spend(work / kValuesPerStep, place)) return false;
        if (!constant) return fail(place, "is not the value that it must be");
        return chosen ||
               fail(place, "is none of the {} values that it may be", node.choices->size());
    }

    bool by_type(const SchemaNode& node, const json::value& value, const Place* place) {
        switch (type_of(value)) {
            case JsonType::kNumber:
                return number(node, number_of(value), place);
            case JsonType::kString:
                return text(node, view(value.get_string()), place);
            case JsonType::kArray:
                return array(node, value.get_array(), place);
            case JsonType::kObject:
                return object(node, value.get_object(), place);
            case JsonType::kNull:
            case JsonType::kBoolean:
                break;
        }
        return true;
    }

    bool number(const SchemaNode& node, long double value, const Place* place) {
        if (node.minimum && value < *node.minimum)
            return fail(place, "must be at least {}", shown(*node.minimum));
        if (node.maximum && value > *node.maximum)
            return fail(place, "must be at most {}", shown(*node.maximum));
        if (node.above && value <= *node.above)
            return fail(place, "must be greater than {}", shown(*node.above));
        if (node.below && value >= *node.below)
            return fail(place, "must be less than {}", shown(*node.below));
        if (node.multiple_of && !is_multiple(value, *node.multiple_of))
            return fail(place, "must be a multiple of {}", shown(*node.multiple_of));
        return true;
    }

    /// A code point takes one to four bytes: mostly the size says it.
    bool has_length(const SchemaNode& node, std::string_view value, const Place* place) {
        const std::uint64_t least = node.min_length.value_or(0);
        const std::uint64_t most = node.max_length.value_or(UINT64_MAX);
        if ((value.size() + 3) / 4 >= least && value.size() <= most) return true;
        if (!spend(steps_of(value), place)) return false;
        const std::size_t length = count_code_points(value);
        if (length < least) return fail(place, "must have at least {} characters", least);
        if (length > most) return fail(place, "must have at most {} characters", most);
        return true;
    }

    bool text(const SchemaNode& node, std::string_view value, const Place* place) {
        if (!has_length(node, value, place)) return false;
        if (node.pattern) {
            if (!matches(*node.pattern, value, place))
                return fail(place, "must match the pattern {}", node.pattern->pattern());
        }
        if (!has_format(node.format, value))
            return fail(place, "must be {}", format_name(node.format));
        return true;
    }

    bool matches(const RE2& pattern, std::string_view text, const Place* place) {
        // RE2 takes at worst a step of its own for each byte and each instruction.
        const auto size = static_cast<std::size_t>(pattern.ProgramSize());
        if (!spend(1 + text.size() * size / 64, place)) return false;
        return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), pattern);
    }

    bool array(const SchemaNode& node, const json::array& value, const Place* place) {
        if (node.min_items && value.size() < *node.min_items)
            return fail(place, "must have at least {} elements", *node.min_items);
        if (node.max_items && value.size() > *node.max_items)
            return fail(place, "must have at most {} elements", *node.max_items);
        for (std::size_t i = 0; i < value.size(); ++i) {
            const bool in_tuple = node.tuple && i < node.tuple->size();
            const Link link = in_tuple     ? (*node.tuple)[i]
                              : node.tuple ? node.more_items
                                           : node.items;
            if (link == SchemaNode::kAbsent) break;
            const Place here{place, {}, i, true};
            if (!fits(link, value[i], &here)) return false;
        }
        if (node.contains != SchemaNode::kAbsent && !contains(node.contains, value, place))
            return fail(place, "has no element that it must contain");
        return !node.unique_items || unique(value, place);
    }

    bool contains(Link link, const json::array& value, const Place* place) {
        return std::ranges::any_of(
            value, [&](const json::value& one) { return fits_quietly(link, one, place); });
    }

    bool unique(const json::array& value, const Place* place) {
        std::vector<std::pair<std::uint64_t, std::size_t>> order;
        for (std::size_t i = 0; i < value.size(); ++i) {
            std::size_t work = 0;
            order.emplace_back(hash_of(value[i], work), i);
            if (!spend(work / kValuesPerStep, place)) return false;
        }
        if (!spend(value.size() * std::bit_width(value.size()) / kValuesPerStep, place))
            return false;
        std::ranges::sort(order);
        for (std::size_t i = 0; i < order.size(); ++i)
            for (std::size_t k = i + 1; k < order.size() && order[k].first == order[i].first; ++k) {
                std::size_t work = kValuesPerStep;
                const bool same = equal(value[order[i].second], value[order[k].second], work);
                if (!spend(work / kValuesPerStep, place)) return false;
                if (!same) continue;
                return fail(place, "has the same element at {} and {}", order[i].second,
                            order[k].second);
            }
        return true;
    }

    bool object(const SchemaNode& node, const json::object& value, const Place* place) {
        if (node.min_properties && value.size() < *node.min_properties)
            return fail(place, "must have at least {} keys", *node.min_properties);
        if (node.max_properties && value.size() > *node.max_properties)
            return fail(place, "must have at most {} keys", *node.max_properties);
        if (const std::string* missing = lacking(node.required, value, place)) {
            const Place here{place, *missing};
            return fail(&here, "is missing: the JSON Schema requires it");
        }
        for (const auto& member : value) {
            const Place here{place, view(member.key())};
            if (!property(node, member, &here)) return false;
        }
        for (const auto& [name, needed] : node.required_with) {
            if (!has(value, name, place)) continue;
            const std::string* missing = lacking(needed, value, place);
            if (!missing) continue;
            const Place here{place, *missing};
            return fail(&here, "is missing: it must stand beside {}", name);
        }
        return !exhausted_;
    }

    bool has(const json::object& value, std::string_view name, const Place* place) {
        return spend(1 + steps_of(name), place) && value.contains({name.data(), name.size()});
    }
    /// The first of the names that is no key; null when all are.
    const std::string* lacking(const std::vector<std::string>& names, const json::object& value,
                               const Place* place) {
        const auto missing = std::ranges::find_if(
            names, [&](const std::string& name) { return !has(value, name, place); });
        return missing == names.end() ? nullptr : &*missing;
    }

    bool property(const SchemaNode& node, const json::key_value_pair& member, const Place* here) {
        const std::string_view name = view(member.key());
        if (!spend(1 + steps_of(name), here)) return false;
        if (node.property_names != SchemaNode::kAbsent &&
            !fits_quietly(node.property_names, json::value(member.key()), here))
            return fail(here, "is a key that is not allowed");
        bool known = false;
        if (const auto found = node.properties.find(name); found != node.properties.end()) {
            known = true;
            if (!fits(found->second, member.value(), here)) return false;
        }
        for (const auto& [pattern, link] : node.pattern_properties) {
            const bool matched = matches(*pattern, name, here);
            if (exhausted_) return false;
            known = known || matched;
            if (matched && !fits(link, member.value(), here)) return false;
        }
        if (known || node.more_properties == SchemaNode::kAbsent) return true;
        if (nodes_[node.more_properties].never)
            return fail(here, "is not one of the keys that the JSON Schema knows");
        return fits(node.more_properties, member.value(), here);
    }

    bool combined(const SchemaNode& node, const json::value& value, const Place* place) {
        for (const Link link : node.all_of)
            if (!fits(link, value, place)) return false;
        const auto fitting = [&](Link link) { return fits_quietly(link, value, place); };
        if (!node.any_of.empty() && std::ranges::none_of(node.any_of, fitting))
            return fail(place, "fits none of the {} alternatives", node.any_of.size());
        if (!node.one_of.empty()) {
            const auto count = std::ranges::count_if(node.one_of, fitting);
            if (count != 1)
                return fail(place, "must fit one of the {} alternatives, and fits {}",
                            node.one_of.size(), count);
        }
        if (node.not_ != SchemaNode::kAbsent && fitting(node.not_))
            return fail(place, "fits what it must not");
        if (exhausted_) return false;
        if (const auto* object = value.if_object())
            for (const auto& [name, link] : node.schema_with)
                if (has(*object, name, place) && !fits(link, value, place)) return false;
        if (exhausted_) return false;
        if (node.if_ == SchemaNode::kAbsent) return true;
        const Link then = fitting(node.if_) ? node.then_ : node.else_;
        return !exhausted_ && (then == SchemaNode::kAbsent || fits(then, value, place));
    }

    /// Values compared or hashed, each as 64 bytes of text are, for one step.
    static constexpr std::size_t kValuesPerStep = 16;

    const std::deque<SchemaNode>& nodes_;
    const std::string_view root_;
    std::size_t left_;
    std::size_t quiet_ = 0;
    std::size_t depth_ = 0;
    bool exhausted_ = false;
    Violation& violation_;
};

}  // namespace

bool JsonSchema::check(std::string_view payload, std::string_view at, Violation& violation) const {
    unsigned char first[4096];
    json::monotonic_resource memory(first, sizeof first);
    json::parse_options options;
    options.max_depth = kMaxNesting;
    boost::system::error_code error;
    const json::value value =
        json::parse({payload.data(), payload.size()}, error, &memory, options);
    if (error) {  // JSON all the same: a number beyond all bounds, such as 1e999999999
        violation = {model::Reason::kSchema, std::string(at),
                     fmt::format("{} holds what cannot be checked: {}.", at, error.message())};
        return false;
    }
    const std::size_t steps =
        std::min(kStepsAtMost, kStepsAtLeast + kStepsPerByte * payload.size());
    return Check(*program_, at, steps, violation).fits(0, value, nullptr);
}

}  // namespace eyed::schema
