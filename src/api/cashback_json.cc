#include "api/cashback_json.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/ascii.h"
#include "base/json_members.h"
#include "base/json_text.h"
#include "cashback/rules.h"
#include "http/percent.h"

namespace eyed::api {

namespace {

using catalog::Reconciliations;

template <class Id>
void append_id(std::string_view name, Id id, std::string& out) {
    append_id_member(name, static_cast<std::uint64_t>(id.value), out);
}

void append_amount_or_null(std::string_view name, const std::optional<model::Money>& amount,
                           std::string& out) {
    append_or_null(name, amount ? to_string(*amount) : std::string(), out);
}

bool is_json(std::string_view text) {
    boost::system::error_code fault;
    (void)boost::json::parse(text, fault);
    return !fault;
}

void append_answer(const std::optional<model::TargetAnswer>& answer, std::string& out) {
    append_key("answer", out);
    if (!answer) {
        out += "null";
        return;
    }
    out += '{';
    append_id_member("status", static_cast<std::uint64_t>(answer->status), out);
    const std::string_view body = trimmed(answer->body);
    if (!body.empty() && is_json(body)) {
        append_key("body", out);
        out += body;
    } else {
        append_or_null("body", answer->body, out);
    }
    append_or_null("error", answer->error, out);
    append_instant_member("answered_at", answer->at, out);
    out += '}';
}

/// Who did it; null: the program itself.
void append_actor(const model::Actor& by, std::string& out) {
    append_key("by", out);
    if (!by.user && !by.key) {
        out += "null";
        return;
    }
    out += '{';
    append_id("user", by.user, out);
    append_id("key", by.key, out);
    out += '}';
}

/// Ten-thousandths of a centavo as an amount with all their decimals.
std::string exact_text(std::int64_t exact) {
    constexpr std::int64_t kOfOne = 1'000'000;
    return fmt::format("{}.{:06}", exact / kOfOne, exact % kOfOne);
}

void append_purchase_line(const model::EarnedLine& earned, std::string& out) {
    append_number_member("number", earned.number, out);
    append_text_member("type", earned.line.type, out);
    append_money_member("value", earned.line.value, out);
    append_number_member("qty", earned.line.quantity, out);
}

void append_products(const std::vector<model::EarnedLine>& lines, std::string& out) {
    append_key("products", out);
    out += '[';
    for (const model::EarnedLine& earned : lines) {
        out += out.back() == '[' ? "{" : ",{";
        append_purchase_line(earned, out);
        append_money_member("cashback", earned.earned, out);
        out += '}';
    }
    out += ']';
}

void append_customer_in_short(const CashbackJson& json, const model::Customer& customer,
                              std::string& out) {
    append_id("id", customer.id, out);
    append_text_member("detail_url", json.link("customers", customer.id.value), out);
    append_or_null("document", customer.document, out);
    append_text_member("name", customer.erased_at ? customer.pseudonym : customer.name, out);
}

/// The delivery that pays it; the target knows it by its message.
void append_delivery(const model::Cashback& cashback, std::string& out) {
    append_key("delivery", out);
    if (!cashback.delivery) {
        out += "null";
        return;
    }
    out += '{';
    append_id("id", cashback.delivery, out);
    append_text_member("message", cashback.message, out);
    out += '}';
}

void append_amounts(const model::Cashback& cashback, std::string& out) {
    append_money_member("total", cashback.total, out);
    append_money_member("cashback", cashback.due(), out);
    append_money_member("earned", cashback.earned, out);
    append_money_member("reversed", cashback.reversed, out);
}

}  // namespace

void append_money_member(std::string_view name, model::Money amount, std::string& out) {
    append_key(name, out);
    out += '"';
    append_money(amount, out);
    out += '"';
}

std::string CashbackJson::link(std::string_view resource, std::int64_t id) const {
    return fmt::format("{}{}/{}/", base_, resource, id);
}

void CashbackJson::cashback(const model::Cashback& cashback, const model::Customer& customer,
                            Products products, std::string& out) const {
    const std::string self = link("cashbacks", cashback.id.value);
    out += '{';
    append_id("id", cashback.id, out);
    append_text_member("detail_url", self, out);
    append_text_member("explain_url", self + "explain/", out);
    append_text_member("ledger_url", self + "ledger/", out);
    append_text_member("reversals_url", self + "reversals/", out);
    append_text_member("state", model::cashback_state_name(cashback.state), out);
    append_key("customer", out);
    out += '{';
    append_customer_in_short(*this, customer, out);
    out += '}';
    append_or_null("application", applications_.name(cashback.application), out);
    append_instant_member("sold_at", cashback.sold_at, out);
    append_instant_member("received_at", cashback.received_at, out);
    append_amounts(cashback, out);
    append_or_null("target", cashback.target, out);
    append_instant_member("confirmed_at", cashback.confirmed_at, out);
    append_answer(cashback.answer, out);
    append_delivery(cashback, out);
    if (products == Products::kShown) append_products(cashback.lines, out);
    out += '}';
}

void CashbackJson::rule_link(CashbackRuleId rule, std::string& out) const {
    append_or_null("rule", rule ? link("cashback/rules", rule.value) : std::string(), out);
}

void CashbackJson::lines(const std::vector<model::EarnedLine>& lines, model::Rounding rounding,
                         std::string& out) const {
    append_text_member("rounding", model::rounding_name(rounding), out);
    append_key("lines", out);
    out += '[';
    for (const model::EarnedLine& earned : lines) {
        out += out.back() == '[' ? "{" : ",{";
        append_purchase_line(earned, out);
        append_money_member("amount", {earned.line.value.minor * earned.line.quantity}, out);
        rule_link(earned.rule, out);
        append_id_member("rule_version", earned.rule_version, out);
        append_or_null("rate", earned.rule ? to_string(earned.rate) : std::string(), out);
        append_text_member("exact", exact_text(earned.exact), out);
        append_money_member("rounded", earned.rounded, out);
        append_money_member("earned", earned.earned, out);
        append_or_null("limit", model::line_limit_name(earned.limit), out);
        append_text_member("explanation", cashback::explain(earned, rounding), out);
        out += '}';
    }
    out += ']';
}

void CashbackJson::explanation(const model::Cashback& cashback, std::string& out) const {
    out += '{';
    append_id("id", cashback.id, out);
    append_text_member("detail_url", link("cashbacks", cashback.id.value), out);
    append_text_member("state", model::cashback_state_name(cashback.state), out);
    append_amounts(cashback, out);
    lines(cashback.lines, cashback.rounding, out);
    out += '}';
}

void CashbackJson::ledger_entry(const model::LedgerEntry& entry, std::string& out) const {
    out += '{';
    append_id("id", entry.id, out);
    append_text_member("kind", model::ledger_kind_name(entry.kind), out);
    append_money_member("amount", entry.amount, out);
    append_instant_member("at", entry.at, out);
    append_id("delivery", entry.delivery, out);
    append_id("reversal", entry.reversal, out);
    append_actor(entry.by, out);
    append_text_member("note", entry.note, out);
    out += '}';
}

void CashbackJson::reversal(const model::Reversal& reversal, std::string& out) const {
    out += '{';
    append_id("id", reversal.id, out);
    append_text_member("cashback", link("cashbacks", reversal.cashback.value), out);
    append_money_member("amount", reversal.amount, out);
    append_text_member("state", model::reversal_state_name(reversal.state), out);
    append_id("delivery", reversal.delivery, out);
    append_text_member("reason", reversal.reason, out);
    append_key("lines", out);
    out += '[';
    for (const model::ReturnedLine& line : reversal.lines) {
        out += out.back() == '[' ? "{" : ",{";
        append_number_member("number", line.number, out);
        append_number_member("qty", line.quantity, out);
        append_money_member("amount", line.amount, out);
        out += '}';
    }
    out += ']';
    append_instant_member("created_at", reversal.created_at, out);
    append_actor(reversal.by, out);
    out += '}';
}

void CashbackJson::customer(const model::Customer& customer, std::string& out) const {
    out += '{';
    append_customer_in_short(*this, customer, out);
    append_instant_member("created_at", customer.created_at, out);
    append_instant_member("updated_at", customer.updated_at, out);
    append_instant_member("erased_at", customer.erased_at, out);
    append_text_member("cashbacks_url",
                       fmt::format("{}cashbacks/?customer={}", base_, customer.id.value), out);
    out += '}';
}

void CashbackJson::product(const model::Product& product, const model::CashbackRule* in_force,
                           std::string& out) const {
    out += '{';
    append_id("id", product.id, out);
    append_text_member("detail_url", link("products", product.id.value), out);
    append_text_member("type", product.type, out);
    append_text_member("name", product.name, out);
    append_text_member("description", product.description, out);
    append_flag_member("active", product.active, out);
    append_key("rule", out);
    if (in_force != nullptr)
        rule(*in_force, product.type, out);
    else
        out += "null";
    append_text_member(
        "rules_url",
        fmt::format("{}cashback/rules/?product={}", base_, http::percent_encode(product.type)),
        out);
    append_instant_member("created_at", product.created_at, out);
    append_instant_member("updated_at", product.updated_at, out);
    out += '}';
}

void CashbackJson::rule(const model::CashbackRule& rule, std::string_view type,
                        std::string& out) const {
    out += '{';
    append_id("id", rule.id, out);
    append_text_member("detail_url", link("cashback/rules", rule.id.value), out);
    append_text_member("product", type, out);
    append_text_member("product_url", link("products", rule.product.value), out);
    append_number_member("version", rule.version, out);
    append_text_member("rate", to_string(rule.rate), out);
    append_instant_member("valid_from", rule.valid_from, out);
    append_instant_member("valid_until", rule.valid_until, out);
    append_money_member("minimum", rule.minimum, out);
    append_amount_or_null("cap_per_purchase", rule.cap_per_purchase, out);
    append_amount_or_null("cap_per_month", rule.cap_per_month, out);
    append_text_member("note", rule.note, out);
    append_instant_member("created_at", rule.created_at, out);
    append_id("created_by", rule.created_by, out);
    append_instant_member("withdrawn_at", rule.withdrawn_at, out);
    out += '}';
}

void CashbackJson::summary(const Reconciliations::Summary& summary, std::string& out) const {
    const std::string self = link("reconciliation/imports", summary.id.value);
    out += '{';
    append_id("id", summary.id, out);
    append_text_member("detail_url", self, out);
    append_text_member("name", summary.name, out);
    append_instant_member("from", summary.from, out);
    append_instant_member("to", summary.to, out);
    append_instant_member("created_at", summary.created_at, out);
    append_id("created_by", summary.user, out);
    append_json_member("mapping", summary.mapping, out);
    for (std::size_t i = 0; i < Reconciliations::kVerdicts; ++i) {
        const auto verdict = static_cast<Reconciliations::Verdict>(i);
        const auto& part = summary.parts[i];
        append_key(catalog::verdict_name(verdict), out);
        out += '{';
        append_number_member("count", part.count, out);
        append_money_member("theirs", part.theirs, out);
        append_money_member("ours", part.ours, out);
        append_text_member("lines_url",
                           fmt::format("{}lines/?verdict={}", self, catalog::verdict_name(verdict)),
                           out);
        out += '}';
    }
    append_text_member("lines_url", self + "lines/", out);
    out += '}';
}

void CashbackJson::line(const Reconciliations::Line& line, std::string& out) const {
    out += '{';
    append_number_member("number", line.number, out);
    append_text_member("verdict", catalog::verdict_name(line.verdict), out);
    append_id_member("line", line.line.value_or(0), out);
    append_or_null("cashback",
                   line.cashback ? link("cashbacks", line.cashback.value) : std::string(), out);
    append_amount_or_null("theirs", line.theirs, out);
    append_amount_or_null("ours", line.ours, out);
    append_instant_member("at", line.at, out);
    append_or_null("document", line.document, out);
    append_or_null("reference", line.reference, out);
    append_text_member("note", line.note, out);
    out += '}';
}

int status_of(model::CashbackState state) {
    using enum model::CashbackState;
    switch (state) {
        case kPending:
        case kSent:
        case kUnknown:
        case kFailed:
            return 202;
        case kConfirmed:
        case kCancelled:
        case kReversed:
        case kNothingDue:
            break;
    }
    return 201;
}

}  // namespace eyed::api
