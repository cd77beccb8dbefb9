// /api/cashbacks: to read. What is done to them: cashback_acts.cc.
#include <fmt/format.h>

#include "api/cashback_flow.h"
#include "api/handlers.h"
#include "catalog/catalog.h"
#include "catalog/customers.h"

namespace eyed::api {

namespace {

using catalog::Cashbacks;

/// Calls `work(cashback)` with what the path names.
template <class Work>
Task<http::Response> of_cashback(Api& api, http::Request& request, Work work) {
    return answer_cashback(api, request, [&api, &request, work]() -> Result<http::Response> {
        const auto id = path_id<CashbackId>(request);
        if (!id) return error(request, Code::kNotFound);
        EYED_ASSIGN(const auto cashback, cashback_of(api, *id, seen_by(api, request)));
        return work(cashback);
    });
}

/// A page of what was read whole: there is little of it.
template <class Row, class Append>
Result<http::Response> page_of_all(const http::Request& request, const std::vector<Row>& all,
                                   Append append) {
    catalog::NumberPage page;
    auto wrong = read_query(request, [&](query::Reader& reader, const query::Parameter& given) {
        return take_page(reader, given, page);
    });
    if (wrong) return *std::move(wrong);
    const std::size_t first = std::min<std::uint64_t>(page.offset(), all.size());
    const std::size_t count = std::min<std::size_t>(page.size, all.size() - first);
    return numbered_page(request, page, all.size(), std::span(all).subspan(first, count), append);
}

}  // namespace

Task<http::Response> list_cashbacks(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        auto query = read_cashbacks_query(api, request, CashbacksOf::kList);
        if (!query) return std::move(query).error();
        EYED_ASSIGN(const auto found, api.services.catalog.cashbacks().list(
                                          query->filter, query->order, query->page));
        const CashbackJson json = json_of(api, request);
        return numbered_page(request, query->page, found.count, found.rows,
                             [&](const Cashbacks::Row& row, std::string& out) {
                                 json.cashback(row.cashback, row.customer,
                                               CashbackJson::Products::kLeftOut, out);
                             });
    });
}

Task<http::Response> get_cashback(Api& api, http::Request& request) {
    return of_cashback(api, request,
                       [&](const model::Cashback& cashback) -> Result<http::Response> {
                           EYED_ASSIGN(const auto customer,
                                       api.services.catalog.customers().by_id(cashback.customer));
                           std::string body;
                           json_of(api, request)
                               .cashback(cashback, customer, CashbackJson::Products::kShown, body);
                           return http::json(200, std::move(body));
                       });
}

Task<http::Response> explain_cashback(Api& api, http::Request& request) {
    return of_cashback(api, request,
                       [&](const model::Cashback& cashback) -> Result<http::Response> {
                           std::string body;
                           json_of(api, request).explanation(cashback, body);
                           return http::json(200, std::move(body));
                       });
}

Task<http::Response> list_ledger(Api& api, http::Request& request) {
    return of_cashback(
        api, request, [&](const model::Cashback& cashback) -> Result<http::Response> {
            EYED_ASSIGN(const auto entries, api.services.catalog.cashbacks().ledger(cashback.id));
            const CashbackJson json = json_of(api, request);
            return page_of_all(request, entries,
                               [&](const model::LedgerEntry& entry, std::string& out) {
                                   json.ledger_entry(entry, out);
                               });
        });
}

Task<http::Response> list_reversals(Api& api, http::Request& request) {
    return of_cashback(
        api, request, [&](const model::Cashback& cashback) -> Result<http::Response> {
            EYED_ASSIGN(const auto all, api.services.catalog.cashbacks().reversals(cashback.id));
            const CashbackJson json = json_of(api, request);
            return page_of_all(request, all, [&](const model::Reversal& one, std::string& out) {
                json.reversal(one, out);
            });
        });
}

}  // namespace eyed::api
