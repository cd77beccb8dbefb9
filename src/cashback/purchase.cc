#include "cashback/purchase.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/json_text.h"
#include "cashback/cpf.h"
#include "cashback/messages.h"
#include "schema/json_fault_text.h"
#include "schema/json_reader.h"

namespace eyed::cashback {
namespace {

using schema::JsonReader;
using schema::JsonType;
using schema::JsonValue;

constexpr std::size_t kMostFaults = 100;

/// Python's name of a type.
std::string_view type_name(const JsonValue& value) {
    switch (value.type) {
        case JsonType::kNull:
            return "NoneType";
        case JsonType::kBoolean:
            return "bool";
        case JsonType::kNumber:
            return value.raw.find_first_of(".eE") == std::string_view::npos ? "int" : "float";
        case JsonType::kString:
            return "str";
        case JsonType::kObject:
            return "dict";
        case JsonType::kArray:
            break;
    }
    return "list";
}

/// The members of an object that matter.
template <std::size_t N>
struct Members {
    std::array<std::string_view, N> names;
    std::array<std::optional<JsonValue>, N> values{};
};

/// An amount; over kMostMoney: one centavo more than that, however much it is.
std::int64_t capped(std::int64_t minor) {
    return std::min(minor, model::kMostMoney.minor + 1);
}

class Reader {
  public:
    explicit Reader(const Bounds& bounds) : bounds_(bounds) {}

    ReadPurchase read(std::string_view json) {
        const schema::JsonFault fault = index_.index(json);
        JsonReader reader(index_);
        JsonValue all;
        if (fault || !reader.read(all) || !reader.at_end()) {
            if (!fault && !reader.fault()) reader.fail("Extra data");
            add("detail",
                "JSON parse error - " + schema::fault_text(fault ? fault : reader.fault(), json));
        } else {
            read_purchase(all);
        }
        return std::move(result_);
    }

  private:
    void add(std::string_view field, std::string_view message) {
        if (result_.faults.size() < kMostFaults)
            result_.faults.push_back({std::string(field), std::string(message)});
    }

    /// False: it is no object, which is told as a fault of `field`.
    template <std::size_t N>
    bool collect(const JsonValue& object, std::string_view field, std::string_view prefix,
                 Members<N>& members) {
        if (object.type != JsonType::kObject) {
            add(field,
                fmt::format("Invalid data. Expected a dictionary, but got {}.", type_name(object)));
            return false;
        }
        JsonReader reader(index_, object.token, object.end_token);
        schema::JsonString key;
        JsonValue value;
        bool more = reader.enter_object();
        while (more && reader.next_field(key, more) && more) {
            const auto* name = std::ranges::find(members.names, schema::unescaped(key, scratch_));
            reader.read(value);
            if (name == members.names.end()) continue;
            auto& slot = members.values[static_cast<std::size_t>(name - members.names.begin())];
            if (slot) add(fmt::format("{}{}", prefix, *name), "This field is given twice.");
            slot = value;
        }
        return true;
    }

    void read_purchase(const JsonValue& object) {
        Members<4> found{{"sold_at", "customer", "total", "products"}};
        if (!collect(object, "non_field_errors", "", found)) return;
        const auto& [sold_at, customer, total, products] = found.values;
        read_time(sold_at);
        if (wanted(customer, "customer")) read_customer(*customer);
        const bool has_total = read_amount(total, "total", result_.purchase.total);
        const bool has_lines = wanted(products, "products") && read_lines(*products);
        if (has_total && has_lines) check_total();
    }

    /// Whether it is there, and is not null.
    bool wanted(const std::optional<JsonValue>& value, std::string_view field) {
        if (!value) add(field, kRequired);
        if (value && value->type == JsonType::kNull) add(field, kNull);
        return value && value->type != JsonType::kNull;
    }

    /// Of a text what it says without white space around it, of a number its digits; nullopt: it
    /// is of another type.
    std::optional<std::string_view> said(const JsonValue& value) {
        if (value.type == JsonType::kNumber) return value.raw;
        if (value.type != JsonType::kString) return std::nullopt;
        return trimmed(schema::unescaped(value.string(), scratch_));
    }

    std::optional<std::string> read_text(const std::optional<JsonValue>& value,
                                         std::string_view field, std::size_t most) {
        if (!wanted(value, field)) return std::nullopt;
        const auto text = said(*value);
        if (!text) {
            add(field, kNotText);
        } else if (text->empty()) {
            add(field, kBlank);
        } else if (text->contains('\0')) {
            add(field, kNulCharacter);
        } else if (count_code_points(*text) > most) {
            add(field, too_many_characters(most));
        } else {
            return std::string(*text);
        }
        return std::nullopt;
    }

    void read_time(const std::optional<JsonValue>& value) {
        constexpr std::string_view kField = "sold_at";
        if (!wanted(value, kField)) return;
        const auto text = value->type == JsonType::kString ? said(*value) : std::nullopt;
        const auto at = text ? parse_iso8601(*text) : std::nullopt;
        if (!at) return add(kField, kBadTime);
        result_.purchase.sold_at = *at;
        if (*at > bounds_.now + bounds_.future_tolerance)
            return add(kField, "The time of a sale can't be in the future.");
        if (bounds_.oldest.count() > 0 && *at < bounds_.now - bounds_.oldest)
            add(kField, fmt::format("The sale is too old: purchases are taken from {} on.",
                                    to_iso8601(bounds_.now - bounds_.oldest)));
    }

    void read_customer(const JsonValue& object) {
        Members<2> found{{"document", "name"}};
        if (!collect(object, "customer", "customer.", found)) return;
        const auto document = read_text(found.values[0], "customer.document", kMostName);
        if (document) {
            auto digits = read_cpf(*document);
            if (digits)
                result_.purchase.document = std::move(*digits);
            else
                add("customer.document", kNoCpf);
        }
        auto name = read_text(found.values[1], "customer.name", kMostName);
        if (name && has_control_character(*name))
            add("customer.name", kControlCharacter);
        else if (name)
            result_.purchase.name = std::move(*name);
    }

    bool read_amount(const std::optional<JsonValue>& value, std::string_view field,
                     model::Money& out) {
        if (!wanted(value, field)) return false;
        const auto message = [&]() -> std::string {
            const auto text = said(*value);
            if (!text) return std::string(kNotANumber);
            const bool negative = text->starts_with('-');
            const auto [amount, fault] = model::read_money(text->substr(negative ? 1 : 0));
            const bool is_number = !fault || fault == model::MoneyFault::kTooLarge;
            if (is_number && (negative || (!fault && amount.minor == 0)))
                return "Ensure this value is greater than or equal to 0.01.";
            if (fault) return unreadable_amount(*fault);
            out = amount;
            return {};
        }();
        if (!message.empty()) add(field, message);
        return message.empty();
    }

    bool read_quantity(const std::optional<JsonValue>& value, std::string_view field,
                       std::uint32_t& out) {
        if (!wanted(value, field)) return false;
        auto text = said(*value).value_or("");
        // As there: `2.0` is two.
        const std::size_t point = text.find('.');
        if (point != std::string_view::npos &&
            text.find_first_not_of('0', point + 1) == std::string_view::npos)
            text = text.substr(0, point);
        const bool negative = text.starts_with('-');
        const std::string_view digits = text.substr(negative ? 1 : 0);
        std::uint32_t number = 0;
        const auto [end, fault] =
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (fault == std::errc::invalid_argument || end != digits.data() + digits.size()) {
            add(field, kNotAnInteger);
        } else if (negative || (fault == std::errc() && number == 0)) {
            add(field, kNotPositive);
        } else if (fault != std::errc() || number > kMostQuantity) {
            add(field,
                fmt::format("Ensure this value is less than or equal to {}.", kMostQuantity));
        } else {
            out = number;
            return true;
        }
        return false;
    }

    bool read_lines(const JsonValue& list) {
        constexpr std::string_view kField = "products";
        if (list.type != JsonType::kArray) {
            add(kField,
                fmt::format("Expected a list of items but got type \"{}\".", type_name(list)));
            return false;
        }
        JsonReader reader(index_, list.token, list.end_token);
        bool good = true;
        bool more = reader.enter_array();
        std::size_t count = 0;
        while (more && reader.next_element(more) && more) {
            JsonValue item;
            reader.read(item);
            if (++count > kMostLines) break;
            good = read_line(item, count - 1) && good;
        }
        if (count == 0) add(kField, kEmptyList);
        if (count > kMostLines) add(kField, too_many_elements(kMostLines));
        return good && count > 0 && count <= kMostLines;
    }

    bool read_line(const JsonValue& item, std::size_t place) {
        Members<3> found{{"type", "value", "qty"}};
        const std::string field = fmt::format("products.{}", place);
        const std::string prefix = field + ".";
        if (!collect(item, field, prefix, found)) return false;
        model::PurchaseLine line;
        auto type = read_text(found.values[0], prefix + "type", kMostType);
        const bool has_value = read_amount(found.values[1], prefix + "value", line.value);
        const bool has_quantity = read_quantity(found.values[2], prefix + "qty", line.quantity);
        if (!type || !has_value || !has_quantity) return false;
        line.type = std::move(*type);
        result_.purchase.lines.push_back(std::move(line));
        return true;
    }

    /// Neither the products, below 10^18, nor their sum, which stays at kMostMoney, can overflow.
    void check_total() {
        std::int64_t sum = 0;
        for (const model::PurchaseLine& line : result_.purchase.lines)
            sum = capped(sum + capped(line.value.minor * line.quantity));
        const model::Money total = result_.purchase.total;
        if (sum > model::kMostMoney.minor)
            add("total",
                fmt::format("The lines come to more than {}.", to_string(model::kMostMoney)));
        else if (sum != total.minor)
            add("total", fmt::format("The lines come to {}, the total says {}.",
                                     to_string(model::Money{sum}), to_string(total)));
    }

    const Bounds& bounds_;
    schema::JsonIndex index_;
    std::string scratch_;
    ReadPurchase result_;
};

}  // namespace

ReadPurchase read_purchase(std::string_view json, const Bounds& bounds) {
    return Reader(bounds).read(json);
}

std::string identity_of(const model::Purchase& purchase) {
    std::map<std::pair<std::string_view, std::int64_t>, std::uint64_t> pieces;  // by type and value
    for (const model::PurchaseLine& line : purchase.lines)
        pieces[{line.type, line.value.minor}] += line.quantity;
    std::string text = fmt::format("{}|{}", purchase.document, purchase.sold_at.value);
    for (const auto& [line, quantity] : pieces)  // a type ends where its length says
        fmt::format_to(std::back_inserter(text), "|{}:{}|{}|{}", line.first.size(), line.first,
                       line.second, quantity);
    return text;
}

}  // namespace eyed::cashback
