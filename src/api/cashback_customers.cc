// /api/customers: who gets cashback.
#include "api/cashback_flow.h"
#include "api/handlers.h"
#include "api/if_match.h"
#include "cashback/purchase.h"
#include "catalog/catalog.h"
#include "catalog/customers.h"

namespace eyed::api {

namespace {

using catalog::Customers;

struct CustomersQuery {
    catalog::NumberPage page;
    Customers::Filter filter;
    Customers::Order order = Customers::Order::kName;
};

bool take_order(query::Reader& reader, const query::Parameter& given, Customers::Order& out) {
    if (given.value == "name")
        out = Customers::Order::kName;
    else if (given.value == "id")
        out = Customers::Order::kIdAscending;
    else if (given.value == "-id")
        out = Customers::Order::kIdDescending;
    else
        reader.fail(given.name, "One of name, id and -id.");
    return true;
}

std::expected<CustomersQuery, http::Response> read_customers_query(const Api& api,
                                                                   const http::Request& request) {
    CustomersQuery out;
    out.filter.applications = seen_by(api, request);
    auto wrong = read_query(request, [&](query::Reader& reader, const query::Parameter& given) {
        if (given.name == "q") return take_text(reader, given, out.filter.text);
        if (given.name == "document") return take_document(reader, given, out.filter.document);
        if (given.name == "erased") return take_flag(reader, given, out.filter.erased);
        if (given.name == "ordering") return take_order(reader, given, out.order);
        return take_page(reader, given, out.page);
    });
    if (wrong) return std::unexpected(*std::move(wrong));
    return out;
}

http::Response customer_response(const Api& api, const http::Request& request,
                                 const model::Customer& customer, int status) {
    const CashbackJson json = json_of(api, request);
    std::string body;
    json.customer(customer, body);
    http::Response response = http::json(status, std::move(body));
    add_etag(customer.revision, response);
    if (status == 201)
        response.headers.push_back({"Location", json.link("customers", customer.id.value)});
    return response;
}

struct CustomerDraft {
    std::optional<std::string> document;
    std::optional<std::string> name;
};

/// Whether all must be there.
enum class Fields : std::uint8_t { kAll, kSome };

CustomerDraft read_customer(SentFields& fields, Fields wanted) {
    CustomerDraft draft;
    draft.document = document_in(fields, "document");
    draft.name = checked_name(fields, "name", cashback::kMostName, Blank::kRefused);
    if (wanted == Fields::kAll) require(fields, {"document", "name"});
    fields.finish({"id", "detail_url", "created_at", "updated_at", "erased_at", "cashbacks_url"});
    return draft;
}

Task<http::Response> change(Api& api, http::Request& request, Fields wanted) {
    return at_revision<CustomerId>(
        api, request,
        [&api, &request, wanted](CustomerId id,
                                 const Revisions& revisions) -> Result<http::Response> {
            return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
                const CustomerDraft draft = read_customer(fields, wanted);
                Customers& customers = api.services.catalog.customers();
                EYED_ASSIGN(const auto known, customers.by_id(id, acted_on_by(api, request)));
                if (draft.document && *draft.document != known.document)
                    fields.fail("document",
                                "A customer's document cannot be changed: it names another "
                                "customer.");
                if (!fields.errors().empty()) return field_errors(request, fields.errors());
                EYED_ASSIGN(const auto changed,
                            customers.rename(id, draft.name, revisions, change_of(api, request)));
                return customer_response(api, request, changed, 200);
            });
        });
}

}  // namespace

Task<http::Response> list_customers(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        auto query = read_customers_query(api, request);
        if (!query) return std::move(query).error();
        EYED_ASSIGN(const auto found, api.services.catalog.customers().list(
                                          query->filter, query->order, query->page));
        const CashbackJson json = json_of(api, request);
        return numbered_page(request, query->page, found.count, found.rows,
                             [&](const model::Customer& customer, std::string& out) {
                                 json.customer(customer, out);
                             });
    });
}

Task<http::Response> create_customer(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        return with_object(request, [&](SentFields& fields) -> Result<http::Response> {
            CustomerDraft draft = read_customer(fields, Fields::kAll);
            if (!fields.errors().empty()) return field_errors(request, fields.errors());
            const auto made = api.services.catalog.customers().create(
                {*std::move(draft.document), *std::move(draft.name), request.principal.application},
                change_of(api, request));
            if (!made) return refusal_or(request, made.error());
            return customer_response(api, request, *made, 201);
        });
    });
}

Task<http::Response> get_customer(Api& api, http::Request& request) {
    return at_revision<CustomerId>(
        api, request, [&](CustomerId id, const Revisions&) -> Result<http::Response> {
            EYED_ASSIGN(const auto customer,
                        api.services.catalog.customers().by_id(id, seen_by(api, request)));
            return customer_response(api, request, customer, 200);
        });
}

Task<http::Response> replace_customer(Api& api, http::Request& request) {
    return change(api, request, Fields::kAll);
}

Task<http::Response> change_customer(Api& api, http::Request& request) {
    return change(api, request, Fields::kSome);
}

Task<http::Response> erase_customer(Api& api, http::Request& request) {
    return at_revision<CustomerId>(
        api, request, [&](CustomerId id, const Revisions& revisions) -> Result<http::Response> {
            EYED_TRY(
                api.services.catalog.customers().erase(id, revisions, change_of(api, request)));
            return http::empty(204);
        });
}

}  // namespace eyed::api
