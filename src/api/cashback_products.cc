// /api/products: the types of product that purchases name. What they earn: cashback_rules.cc.
#include <fmt/format.h>

#include "api/cashback_flow.h"
#include "api/handlers.h"
#include "api/if_match.h"
#include "cashback/service.h"
#include "catalog/catalog.h"
#include "catalog/products.h"

namespace eyed::api {

namespace {

using catalog::Products;

/// Whether the type must be there.
enum class Fields : std::uint8_t { kAll, kSome };

Products::Changes read_product(SentFields& fields, Fields wanted) {
    Products::Changes draft;
    draft.type = checked_name(fields, "type", cashback::kMostType, Blank::kRefused);
    draft.name = checked_name(fields, "name", kMostProductName, Blank::kAllowed);
    draft.description = checked_text(fields, "description", kMostNote, Blank::kAllowed);
    draft.active = fields.flag("active");
    if (wanted == Fields::kAll) require(fields, {"type"});
    fields.finish({"id", "detail_url", "rule", "rules_url", "created_at", "updated_at"});
    return draft;
}

void append_product(const Api& api, const CashbackJson& json, const cashback::Rules& rules,
                    const model::Product& product, std::string& out) {
    json.product(product, rules.rule_for(product.id, api.services.clock.now()), out);
}

http::Response product_response(const Api& api, const http::Request& request,
                                const model::Product& product, int status) {
    const CashbackJson json = json_of(api, request);
    std::string body;
    append_product(api, json, *api.services.cashback.rules(), product, body);
    http::Response response = http::json(status, std::move(body));
    add_etag(product.revision, response);
    if (status == 201)
        response.headers.push_back({"Location", json.link("products", product.id.value)});
    return response;
}

Task<http::Response> change(Api& api, http::Request& request, Fields wanted) {
    return at_revision<ProductId>(
        api, request,
        [&api, &request, wanted](ProductId id,
                                 const Revisions& revisions) -> Result<http::Response> {
            return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
                const Products::Changes draft = read_product(fields, wanted);
                if (!fields.errors().empty()) return field_errors(request, fields.errors());
                Products& products = api.services.catalog.products();
                const auto changed = products.change(id, draft, revisions, change_of(api, request));
                if (!changed) return refusal_or(request, changed.error());
                refresh_rules(api);
                return product_response(api, request, *changed, 200);
            });
        });
}

}  // namespace

Task<http::Response> list_products(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        catalog::NumberPage page;
        Products::Filter filter;
        auto wrong = read_query(request, [&](query::Reader& reader, const query::Parameter& given) {
            if (given.name == "q") return take_text(reader, given, filter.text);
            if (given.name == "active") return take_flag(reader, given, filter.active);
            return take_page(reader, given, page);
        });
        if (wrong) return *std::move(wrong);
        EYED_ASSIGN(const auto found, api.services.catalog.products().list(filter, page));
        const CashbackJson json = json_of(api, request);
        const auto rules = api.services.cashback.rules();
        return numbered_page(request, page, found.count, found.rows,
                             [&](const model::Product& product, std::string& out) {
                                 append_product(api, json, *rules, product, out);
                             });
    });
}

Task<http::Response> create_product(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
            const Products::Changes draft = read_product(fields, Fields::kAll);
            if (!fields.errors().empty()) return field_errors(request, fields.errors());
            const auto made = api.services.catalog.products().create(
                {.type = *draft.type,
                 .name = draft.name.value_or(*draft.type),
                 .description = draft.description.value_or(""),
                 .active = draft.active.value_or(true)},
                change_of(api, request));
            if (!made) return refusal_or(request, made.error());
            refresh_rules(api);
            return product_response(api, request, *made, 201);
        });
    });
}

Task<http::Response> get_product(Api& api, http::Request& request) {
    return at_revision<ProductId>(
        api, request, [&](ProductId id, const Revisions&) -> Result<http::Response> {
            EYED_ASSIGN(const auto product, api.services.catalog.products().by_id(id));
            return product_response(api, request, product, 200);
        });
}

Task<http::Response> replace_product(Api& api, http::Request& request) {
    return change(api, request, Fields::kAll);
}

Task<http::Response> change_product(Api& api, http::Request& request) {
    return change(api, request, Fields::kSome);
}

Task<http::Response> delete_product(Api& api, http::Request& request) {
    return at_revision<ProductId>(
        api, request, [&](ProductId id, const Revisions& revisions) -> Result<http::Response> {
            EYED_TRY(
                api.services.catalog.products().remove(id, revisions, change_of(api, request)));
            refresh_rules(api);
            return http::empty(204);
        });
}

}  // namespace eyed::api
