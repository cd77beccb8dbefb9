// GET /api/cashbacks/export: what a list finds, as CSV.
#include <fmt/format.h>

#include <iterator>

#include "api/cashback_flow.h"
#include "api/exports.h"
#include "api/handlers.h"
#include "base/csv.h"
#include "catalog/catalog.h"
#include "io/file_system.h"

namespace eyed::api {

namespace {

using catalog::Cashbacks;

constexpr std::uint32_t kAtOnce = 200;
constexpr std::string_view kHead =
    "id,state,received_at,sold_at,confirmed_at,customer,document,name,application,total,cashback,"
    "earned,reversed,target,delivery,message,answer_status,answer_error\r\n";

template <class Id>
void append_id_cell(Id id, std::string& out) {
    if (id) fmt::format_to(std::back_inserter(out), "{}", id.value);
    out += ',';
}

void append_text_cell(std::string_view text, std::string& out) {
    append_csv(text, out);
    out += ',';
}

void append_money_cell(model::Money amount, std::string& out) {
    append_money(amount, out);
    out += ',';
}

void append_instant_cell(const std::optional<Micros>& at, std::string& out) {
    if (at) append_iso8601(*at, out);
    out += ',';
}

void append_row(const Api& api, const Cashbacks::Row& row, std::string& out) {
    const model::Cashback& cashback = row.cashback;
    const model::Customer& customer = row.customer;
    append_id_cell(cashback.id, out);
    append_text_cell(model::cashback_state_name(cashback.state), out);
    append_instant_cell(cashback.received_at, out);
    append_instant_cell(cashback.sold_at, out);
    append_instant_cell(cashback.confirmed_at, out);
    append_id_cell(customer.id, out);
    append_text_cell(customer.document, out);
    append_text_cell(customer.erased_at ? customer.pseudonym : customer.name, out);
    append_text_cell(api.names.name(cashback.application), out);
    append_money_cell(cashback.total, out);
    append_money_cell(cashback.due(), out);
    append_money_cell(cashback.earned, out);
    append_money_cell(cashback.reversed, out);
    append_text_cell(cashback.target, out);
    append_id_cell(cashback.delivery, out);
    append_text_cell(cashback.message, out);
    if (cashback.answer && cashback.answer->status != 0)
        fmt::format_to(std::back_inserter(out), "{}", cashback.answer->status);
    out += ',';
    if (cashback.answer) append_csv(cashback.answer->error, out);
    out += "\r\n";
}

/// In steps, so that nobody waits long for the catalog, and memory holds little.
Status write_csv(Api& api, const Cashbacks::Filter& filter, const std::string& path) {
    EYED_ASSIGN(const auto file, api.services.files.open(path, io::OpenMode::kCreateNew));
    std::string rows(kHead);
    std::uint64_t written = 0;
    CashbackId last;
    while (true) {
        EYED_TRY(check_export_space(api.services));
        EYED_ASSIGN(const auto found,
                    api.services.catalog.cashbacks().after(filter, last, kAtOnce));
        for (const Cashbacks::Row& row : found)
            append_row(api, row, rows);
        EYED_TRY(file->write_at(written, rows));
        written += rows.size();
        rows.clear();
        if (found.size() < kAtOnce) return {};
        last = found.back().cashback.id;
    }
}

}  // namespace

Task<http::Response> export_cashbacks(Api& api, http::Request& request) {
    auto query = read_cashbacks_query(api, request, CashbacksOf::kExport);
    if (!query) co_return std::move(query).error();
    http::Response response;
    response.content_type = "text/csv; charset=utf-8";
    response.headers.push_back({"Content-Disposition", "attachment; filename=\"cashbacks.csv\""});
    if (request.method == http::Method::kHead) {
        response.unmade = true;
        never_store(response);
        co_return response;
    }
    auto write = [&api, &query] {
        return make_export(api.services, "csv", [&](const std::string& path) {
            return write_csv(api, query->filter, path);
        });
    };
    auto file = co_await on_worker(api.services.lanes.exports, request, std::move(write));
    if (!file) co_return fail(api, request, file.error());
    response.file = *std::move(file);
    never_store(response);
    co_return response;
}

}  // namespace eyed::api
