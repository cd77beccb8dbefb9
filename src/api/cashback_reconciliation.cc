// /api/reconciliation: totals by day, state and target; the other side's file against ours.
#include <fmt/format.h>

#include <chrono>
#include <map>

#include "api/cashback_faults.h"
#include "api/cashback_flow.h"
#include "api/cashback_statement.h"
#include "api/handlers.h"
#include "base/json_members.h"
#include "cashback/cpf.h"
#include "catalog/catalog.h"
#include "catalog/reconciliations.h"
#include "http/forms.h"
#include "http/percent.h"

namespace eyed::api {

namespace {

using catalog::Cashbacks;
using catalog::Reconciliations;

constexpr std::chrono::microseconds kDay = std::chrono::hours(24);
constexpr std::chrono::microseconds kUsualSpan = 31 * kDay;
constexpr std::chrono::microseconds kMostSpan = 366 * kDay;
constexpr std::uint32_t kMostTotals = 10'000;
constexpr std::size_t kMostFileName = 255;

struct Span {
    std::optional<Micros> from;
    std::optional<Micros> to;
};

/// What is wrong with its end. Both are there.
std::optional<std::string> span_fault(const Span& span) {
    if (*span.from >= *span.to) return "This must be after `from`.";
    if (*span.to - *span.from > kMostSpan) return "At most 366 days at once.";
    return std::nullopt;
}

Micros midnight(Micros at) {
    return {at.value - at.value % kDay.count()};
}

std::string day_text(Micros at) {
    constexpr std::size_t kDate = 10;
    return to_iso8601(at).substr(0, kDate);
}

struct Sum {
    std::uint64_t count = 0;
    model::Money total;
    model::Money earned;
    model::Money reversed;

    void add(const Cashbacks::Total& other) {
        count += other.count;
        total += other.total;
        earned += other.earned;
        reversed += other.reversed;
    }
};

void append_sum(const Sum& sum, std::string& out) {
    append_number_member("count", sum.count, out);
    append_money_member("total", sum.total, out);
    append_money_member("cashback", sum.earned - sum.reversed, out);
    append_money_member("earned", sum.earned, out);
    append_money_member("reversed", sum.reversed, out);
}

struct TotalsQuery {
    Span span;
    Cashbacks::By by = Cashbacks::By::kReceived;

    std::string_view by_name() const { return by == Cashbacks::By::kSold ? "sold" : "received"; }
};

std::expected<TotalsQuery, http::Response> read_totals_query(const Api& api,
                                                             const http::Request& request) {
    TotalsQuery out;
    auto wrong = read_query(request, [&](query::Reader& reader, const query::Parameter& given) {
        if (given.name == "from") return take_day(reader, given, out.span.from);
        if (given.name == "to") return take_day(reader, given, out.span.to);
        if (given.name == "by") return take_by(reader, given, out.by);
        return false;
    });
    if (wrong) return std::unexpected(*std::move(wrong));
    auto& [from, to] = out.span;
    if (!to) to = midnight(from ? *from + kUsualSpan : api.services.clock.now() + kDay);
    if (!from) from = *to - kUsualSpan;
    const auto wrong_end = span_fault(out.span);
    if (!wrong_end) return out;
    const FieldError fault{"to", *wrong_end, {}};
    return std::unexpected(field_errors(request, {&fault, 1}));
}

/// The list behind a total.
std::string cashbacks_url(const CashbackJson& json, const TotalsQuery& query,
                          const Cashbacks::Total& total) {
    return fmt::format("{}cashbacks/?day={}&by={}&state={}&target={}", json.base(),
                       day_text(total.day), query.by_name(),
                       model::cashback_state_name(total.state), http::percent_encode(total.target));
}

void append_totals(const CashbackJson& json, const TotalsQuery& query,
                   const std::vector<Cashbacks::Total>& totals, std::string& out) {
    Sum all;
    std::map<model::CashbackState, Sum> by_state;
    append_key("results", out);
    out += '[';
    for (const Cashbacks::Total& total : totals) {
        Sum sum;
        sum.add(total);
        all.add(total);
        by_state[total.state].add(total);
        out += out.back() == '[' ? "{" : ",{";
        append_text_member("day", day_text(total.day), out);
        append_text_member("state", model::cashback_state_name(total.state), out);
        append_text_member("target", total.target, out);
        append_sum(sum, out);
        append_text_member("cashbacks_url", cashbacks_url(json, query, total), out);
        out += '}';
    }
    out += ']';
    append_key("states", out);
    out += '{';
    for (const auto& [state, sum] : by_state) {
        append_key(model::cashback_state_name(state), out);
        out += '{';
        append_sum(sum, out);
        out += '}';
    }
    out += '}';
    append_key("sum", out);
    out += '{';
    append_sum(all, out);
    out += '}';
}

/// How to read a file, and what to compare it with, by the query string.
struct ImportQuery {
    StatementForm form;
    Span span;
    std::string name;
};

bool take_column(query::Reader& reader, const query::Parameter& given, StatementForm::Column& out) {
    if (given.value.empty()) return reader.fail(given.name, "This field may not be blank.");
    out = {given.value, StatementForm::Column::Wanted::kAlways};
    return true;
}

bool take_separator(query::Reader& reader, const query::Parameter& given, char& out) {
    if (given.value == "," || given.value == ";" || given.value == "|")
        out = given.value.front();
    else if (given.value == "tab")
        out = '\t';
    else
        reader.fail(given.name, "One of , and ; and | and tab.");
    return true;
}

bool take_decimal(query::Reader& reader, const query::Parameter& given,
                  StatementForm::Decimal& out) {
    if (given.value != "point" && given.value != "comma")
        return reader.fail(given.name, "point or comma.");
    out = given.value == "comma" ? StatementForm::Decimal::kComma : StatementForm::Decimal::kPoint;
    return true;
}

bool take_dates(query::Reader& reader, const query::Parameter& given, StatementForm::Dates& out) {
    if (given.value != "iso" && given.value != "dmy") return reader.fail(given.name, "iso or dmy.");
    out = given.value == "dmy" ? StatementForm::Dates::kDayFirst : StatementForm::Dates::kIso;
    return true;
}

std::expected<ImportQuery, http::Response> read_import_query(const http::Request& request) {
    ImportQuery out;
    auto wrong = read_query(request, [&](query::Reader& reader, const query::Parameter& given) {
        const std::string& name = given.name;
        if (name == "reference_column") return take_column(reader, given, out.form.reference);
        if (name == "document_column") return take_column(reader, given, out.form.document);
        if (name == "amount_column") return take_column(reader, given, out.form.amount);
        if (name == "date_column") return take_column(reader, given, out.form.date);
        if (name == "separator") return take_separator(reader, given, out.form.separator);
        if (name == "decimal") return take_decimal(reader, given, out.form.decimal);
        if (name == "date_format") return take_dates(reader, given, out.form.dates);
        if (name == "from") return reader.instant(given, out.span.from);
        if (name == "to") return reader.instant(given, out.span.to);
        if (name != "name") return false;
        if (given.value.size() > kMostFileName)
            return reader.fail(name, "Ensure this value has at most 255 bytes.");
        out.name = cashback::with_masked_cpfs(given.value);
        return true;
    });
    if (wrong) return std::unexpected(*std::move(wrong));
    cashback::Faults faults;
    if (!out.span.from) faults.push_back({"from", "This field is required."});
    if (!out.span.to) faults.push_back({"to", "This field is required."});
    if (faults.empty()) {
        if (const auto wrong_end = span_fault(out.span)) faults.push_back({"to", *wrong_end});
    }
    if (faults.empty()) return out;
    return std::unexpected(purchase_faults(request, faults));
}

http::Response summary_response(const Api& api, const http::Request& request,
                                const Reconciliations::Summary& summary, int status) {
    const CashbackJson json = json_of(api, request);
    std::string body;
    json.summary(summary, body);
    http::Response response = http::json(status, std::move(body));
    if (status == 201)
        response.headers.push_back(
            {"Location", json.link("reconciliation/imports", summary.id.value)});
    return response;
}

}  // namespace

Task<http::Response> reconcile(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        const auto query = read_totals_query(api, request);
        if (!query) return query.error();
        const auto& [from, to] = query->span;
        EYED_ASSIGN(const auto totals,
                    api.services.catalog.cashbacks().totals(query->by, *from, *to, kMostTotals + 1,
                                                            seen_by(api, request)));
        if (totals.size() > kMostTotals)
            return error(request, Error{Code::kInvalidArgument,
                                        "There are more than 10000 totals: ask for fewer days."});
        std::string body = "{";
        append_text_member("by", query->by_name(), body);
        append_text_member("from", day_text(*from), body);
        append_text_member("to", day_text(*to), body);
        append_totals(json_of(api, request), *query, totals, body);
        body += '}';
        return http::json(200, std::move(body));
    });
}

Task<http::Response> import_statement(Api& api, http::Request& request) {
    WorkerPool& lane = api.services.lanes.imports;
    return answer_on(lane, api, request, [&api, &request]() -> Result<http::Response> {
        const std::string media = http::media_type(request.content_type);
        if (!media.empty() && media != "text/csv") return unsupported_media_type(request);
        auto query = read_import_query(request);
        if (!query) return std::move(query).error();
        auto read = read_statement(request.body, query->form);
        if (!read.faults.empty()) return purchase_faults(request, read.faults);
        const auto made =
            api.services.catalog.reconciliations().create({.name = std::move(query->name),
                                                           .from = *query->span.from,
                                                           .to = *query->span.to,
                                                           .mapping = std::move(read.mapping),
                                                           .lines = std::move(read.lines)},
                                                          change_of(api, request));
        if (!made) return refusal_or(request, made.error());
        return summary_response(api, request, *made, 201);
    });
}

Task<http::Response> list_statements(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        catalog::NumberPage page;
        auto wrong = read_query(request, [&](query::Reader& reader, const query::Parameter& given) {
            return take_page(reader, given, page);
        });
        if (wrong) return *std::move(wrong);
        EYED_ASSIGN(const auto found, api.services.catalog.reconciliations().list(page));
        const CashbackJson json = json_of(api, request);
        return numbered_page(request, page, found.count, found.rows,
                             [&](const Reconciliations::Summary& summary, std::string& out) {
                                 json.summary(summary, out);
                             });
    });
}

Task<http::Response> get_statement(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<ReconciliationId>(request);
        if (!id) return error(request, Code::kNotFound);
        EYED_ASSIGN(const auto summary, api.services.catalog.reconciliations().by_id(*id));
        return summary_response(api, request, summary, 200);
    });
}

Task<http::Response> list_statement_lines(Api& api, http::Request& request) {
    return answer_cashback(api, request, [&api, &request]() -> Result<http::Response> {
        const auto id = path_id<ReconciliationId>(request);
        if (!id) return error(request, Code::kNotFound);
        catalog::NumberPage page;
        std::optional<Reconciliations::Verdict> verdict;
        auto wrong = read_query(request, [&](query::Reader& reader, const query::Parameter& given) {
            if (given.name == "verdict")
                return reader.one_of(given, Reconciliations::Verdict::kUnreadable,
                                     catalog::verdict_name, verdict);
            return take_page(reader, given, page);
        });
        if (wrong) return *std::move(wrong);
        EYED_ASSIGN(const auto found,
                    api.services.catalog.reconciliations().lines(*id, verdict, page));
        const CashbackJson json = json_of(api, request);
        return numbered_page(
            request, page, found.count, found.rows,
            [&](const Reconciliations::Line& line, std::string& out) { json.line(line, out); });
    });
}

}  // namespace eyed::api
