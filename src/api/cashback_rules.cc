// /api/cashback/rules: what product types earn. Rules are never changed: a new version stands above
// the older ones, or one is withdrawn.
#include <fmt/format.h>

#include <unordered_map>

#include "api/cashback_flow.h"
#include "api/handlers.h"
#include "base/ascii.h"
#include "cashback/messages.h"
#include "cashback/purchase.h"
#include "catalog/catalog.h"
#include "catalog/products.h"
#include "query/parameters.h"

namespace eyed::api {

namespace {

using catalog::Products;
using Types = std::unordered_map<ProductId, std::string>;

/// All product types that there are: Products::kMost at most.
Result<Types> types_of(Api& api) {
    EYED_ASSIGN(const auto found,
                api.services.catalog.products().list({}, {.number = 1, .size = Products::kMost}));
    Types types;
    for (const model::Product& product : found.rows)
        types.emplace(product.id, product.type);
    return types;
}

/// No product has the id 0: a rule for it is refused, a list of its rules is empty.
ProductId product_of_type(const Types& types, std::string_view type) {
    for (const auto& [id, known] : types)
        if (known == type) return id;
    return {};
}

void append_rule(const CashbackJson& json, const Types& types, const model::CashbackRule& rule,
                 std::string& out) {
    const auto type = types.find(rule.product);
    json.rule(rule, type == types.end() ? std::string_view() : type->second, out);
}

Result<http::Response> rule_response(Api& api, const http::Request& request,
                                     const model::CashbackRule& rule, int status) {
    EYED_ASSIGN(const auto types, types_of(api));
    const CashbackJson json = json_of(api, request);
    std::string body;
    append_rule(json, types, rule, body);
    http::Response response = http::json(status, std::move(body));
    if (status == 201)
        response.headers.push_back({"Location", json.link("cashback/rules", rule.id.value)});
    return response;
}

std::optional<model::Rate> rate_in(SentFields& fields) {
    const auto text = fields.decimal_or_null("rate");
    if (!text) return std::nullopt;
    const auto rate = model::read_rate(trimmed(*text));
    if (!rate) fields.fail("rate", "Per cent from 0 to 100 with at most two decimals.");
    return rate;
}

/// Null and an empty text are none.
std::optional<model::Money> money_in(SentFields& fields, std::string_view name) {
    const auto text = fields.decimal_or_null(name);
    if (!text || trimmed(*text).empty()) return std::nullopt;
    const auto read = model::read_money(trimmed(*text));
    if (!read.fault) return read.amount;
    fields.fail(name, cashback::unreadable_amount(*read.fault));
    return std::nullopt;
}

std::optional<Micros> instant_in(SentFields& fields, std::string_view name) {
    const auto text = fields.text_or_null(name);
    if (!text || trimmed(*text).empty()) return std::nullopt;
    const auto at = query::parse_instant(trimmed(*text));
    if (!at) fields.fail(name, cashback::kBadTime);
    return at;
}

Products::NewRule read_rule(SentFields& fields, const Types& types) {
    Products::NewRule rule;
    if (const auto type = checked_text(fields, "product", cashback::kMostType, Blank::kRefused)) {
        rule.product = product_of_type(types, *type);
        if (!rule.product) fields.fail("product", "There is no product of this type.");
    }
    rule.rate = rate_in(fields).value_or(model::Rate{});
    rule.valid_from = instant_in(fields, "valid_from");
    rule.valid_until = instant_in(fields, "valid_until");
    if (rule.valid_from && rule.valid_until && *rule.valid_from >= *rule.valid_until)
        fields.fail("valid_until", "This must be after `valid_from`.");
    rule.minimum = money_in(fields, "minimum").value_or(model::Money{});
    rule.cap_per_purchase = money_in(fields, "cap_per_purchase");
    rule.cap_per_month = money_in(fields, "cap_per_month");
    if (rule.cap_per_purchase && rule.cap_per_month && *rule.cap_per_month < *rule.cap_per_purchase)
        fields.fail("cap_per_month", "This must be `cap_per_purchase` at least.");
    rule.note = masked_note(fields, "note");
    require(fields, {"product", "rate"});
    fields.finish(
        {"id", "detail_url", "product_url", "version", "created_at", "created_by", "withdrawn_at"});
    return rule;
}

}  // namespace

Task<http::Response> list_rules(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        EYED_ASSIGN(const auto types, types_of(api));
        catalog::NumberPage page;
        Products::RuleFilter filter;
        auto wrong = read_query(request, [&](query::Reader& reader, const query::Parameter& given) {
            if (given.name == "valid_at") return reader.instant(given, filter.valid_at);
            if (given.name == "withdrawn") return take_flag(reader, given, filter.withdrawn);
            if (given.name != "product") return take_page(reader, given, page);
            filter.product = product_of_type(types, given.value);
            return true;
        });
        if (wrong) return *std::move(wrong);
        EYED_ASSIGN(const auto found, api.services.catalog.products().list_rules(filter, page));
        const CashbackJson json = json_of(api, request);
        return numbered_page(request, page, found.count, found.rows,
                             [&](const model::CashbackRule& rule, std::string& out) {
                                 append_rule(json, types, rule, out);
                             });
    });
}

Task<http::Response> create_rule(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        EYED_ASSIGN(const auto types, types_of(api));
        return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
            const Products::NewRule rule = read_rule(fields, types);
            if (!fields.errors().empty()) return field_errors(request, fields.errors());
            const auto made =
                api.services.catalog.products().add_rule(rule, change_of(api, request));
            if (!made) return refusal_or(request, made.error());
            refresh_rules(api);
            return rule_response(api, request, *made, 201);
        });
    });
}

Task<http::Response> get_rule(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<CashbackRuleId>(request);
        if (!id) return error(request, Code::kNotFound);
        EYED_ASSIGN(const auto rule, api.services.catalog.products().rule_by_id(*id));
        return rule_response(api, request, rule, 200);
    });
}

Task<http::Response> withdraw_rule(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<CashbackRuleId>(request);
        if (!id) return error(request, Code::kNotFound);
        if (auto wrong = refuse_parameters(request)) return *std::move(wrong);
        EYED_ASSIGN(const auto rule,
                    api.services.catalog.products().withdraw_rule(*id, change_of(api, request)));
        refresh_rules(api);
        return rule_response(api, request, rule, 200);
    });
}

}  // namespace eyed::api
