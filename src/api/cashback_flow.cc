#include "api/cashback_flow.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "base/ascii.h"
#include "base/json_text.h"
#include "cashback/cpf.h"
#include "cashback/messages.h"
#include "cashback/service.h"
#include "catalog/catalog.h"

namespace eyed::api {

namespace {

using catalog::Cashbacks;
using query::Parameter;
using query::Reader;

constexpr std::size_t kMostTextBytes = 1'000;
constexpr std::uint32_t kMostResent = 10'000;
constexpr std::chrono::microseconds kDay = std::chrono::hours(24);

struct NamedOrder {
    std::string_view name;
    Cashbacks::Order order;
};
constexpr std::array kOrders{
    NamedOrder{"-received_at", Cashbacks::Order::kNewest},
    NamedOrder{"received_at", Cashbacks::Order::kOldest},
    NamedOrder{"-sold_at", Cashbacks::Order::kSoldNewest},
    NamedOrder{"sold_at", Cashbacks::Order::kSoldOldest},
    NamedOrder{"-earned", Cashbacks::Order::kMost},
    NamedOrder{"earned", Cashbacks::Order::kLeast},
};

bool take_order(Reader& reader, const Parameter& given, Cashbacks::Order& out) {
    const auto* known = std::ranges::find(kOrders, given.value, &NamedOrder::name);
    if (known == kOrders.end())
        return reader.fail(given.name,
                           "One of received_at, sold_at and earned, or one with a minus.");
    out = known->order;
    return true;
}

/// One or several, parted by commas.
bool take_states(Reader& reader, const Parameter& given, std::vector<model::CashbackState>& out) {
    for (std::string_view left = given.value; !left.empty();) {
        const std::size_t comma = std::min(left.find(','), left.size());
        const auto state = model::cashback_state_named(trimmed(left.substr(0, comma)));
        if (!state)
            return reader.fail(given.name,
                               "One or several of pending, sent, unknown, confirmed, failed, "
                               "cancelled, reversed and nothing_due, parted by commas.");
        if (std::ranges::find(out, *state) == out.end()) out.push_back(*state);
        left.remove_prefix(std::min(comma + 1, left.size()));
    }
    return true;
}

bool take_money(Reader& reader, const Parameter& given, std::optional<model::Money>& out) {
    const auto read = model::read_money(given.value);
    if (read.fault) return reader.fail(given.name, "An amount, such as 12.30.");
    out = read.amount;
    return true;
}

/// Empty: each is.
bool is_one_of(ApplicationId application, const std::vector<ApplicationId>& applications) {
    return applications.empty() ||
           std::ranges::find(applications, application) != applications.end();
}

/// What all lists of cashbacks are narrowed by.
class FilterReader {
  public:
    /// Of those of `applications`; empty: of all.
    FilterReader(const Api& api, std::vector<ApplicationId> applications)
        : api_(api), applications_(std::move(applications)) {}

    bool take(Reader& reader, const Parameter& given, Cashbacks::Filter& out) {
        const std::string& name = given.name;
        if (name == "state") return take_states(reader, given, out.states);
        if (name == "customer") return reader.id(given, out.customer);
        if (name == "document") return take_document(reader, given, out.document);
        if (name == "received_from") return reader.instant(given, out.received_from);
        if (name == "received_to") return reader.instant(given, out.received_to);
        if (name == "sold_from") return reader.instant(given, out.sold_from);
        if (name == "sold_to") return reader.instant(given, out.sold_to);
        if (name == "least") return take_money(reader, given, out.least);
        if (name == "settlement_due") return take_flag(reader, given, out.settlement_due);
        if (name == "day") return take_day(reader, given, day_);
        if (name == "by") return take_by(reader, given, by_);
        if (name == "application") {
            asked_ = api_.names.id(given.value).value_or(kNoApplication);
            return true;
        }
        if (name != "target") return false;
        out.target = given.value;
        return true;
    }

    /// Adds whose they are, and lays the day, if one was given, over what was asked for otherwise.
    void finish(Cashbacks::Filter& out) const {
        out.applications = applications_;
        if (asked_)
            out.applications = {is_one_of(*asked_, applications_) ? *asked_ : kNoApplication};
        if (!day_) return;
        const bool sold = by_ == Cashbacks::By::kSold;
        (sold ? out.sold_from : out.received_from) = *day_;
        (sold ? out.sold_to : out.received_to) = *day_ + kDay;
    }

  private:
    const Api& api_;
    const std::vector<ApplicationId> applications_;
    std::optional<ApplicationId> asked_;
    std::optional<Micros> day_;
    Cashbacks::By by_ = Cashbacks::By::kReceived;
};

/// Members of a body as a query string would have them, behind what it has. An answer: one of them
/// is no text, number or boolean.
std::expected<std::vector<Parameter>, http::Response> members_and_parameters(
    const http::Request& request, const boost::json::value& body) {
    std::vector<FieldError> errors;
    auto parameters = query::parse_query_string(request.query);
    const boost::json::object* object = body.if_object();
    if (object == nullptr) errors.push_back(not_an_object(body));
    for (const auto& member : object != nullptr ? *object : boost::json::object()) {
        const boost::json::value& value = member.value();
        const std::string name(member.key());
        if (const auto* text = value.if_string())
            parameters.push_back({name, std::string(*text)});
        else if (value.is_bool())
            parameters.push_back({name, value.get_bool() ? "true" : "false"});
        else if (value.is_number())
            parameters.push_back({name, number_text(value)});
        else
            errors.push_back({name, std::string(cashback::kNotText), {}});
    }
    if (errors.empty()) return parameters;
    return std::unexpected(field_errors(request, errors));
}

}  // namespace

CashbackJson json_of(const Api& api, const http::Request& request) {
    return {request, api.names};
}

std::vector<ApplicationId> seen_by(const Api& api, const http::Request& request) {
    return *readable(api.names, request.principal);  // refuses only what was asked for
}

std::vector<ApplicationId> acted_on_by(const Api& api, const http::Request& request) {
    if (request.principal.role >= model::Role::kStaff) return {};
    return changeable(api.names, request.principal);
}

Result<model::Cashback> cashback_of(Api& api, CashbackId id,
                                    const std::vector<ApplicationId>& applications) {
    EYED_ASSIGN(auto cashback, api.services.catalog.cashbacks().by_id(id));
    if (!is_one_of(cashback.application, applications))
        return failure(Code::kNotFound, "There is no such cashback.");
    return cashback;
}

void refresh_rules(const Api& api) {
    (void)api.services.cashback.refresh();  // upkeep tries again, and tells what is wrong
}

std::optional<http::Response> refuse_parameters(const http::Request& request) {
    return read_query(request, [](Reader&, const Parameter&) { return false; });
}

bool take_flag(Reader& reader, const Parameter& given, std::optional<bool>& out) {
    if (given.value == "true" || given.value == "1")
        out = true;
    else if (given.value == "false" || given.value == "0")
        out = false;
    else
        reader.fail(given.name, "This must be true or false.");
    return true;
}

bool take_text(Reader& reader, const Parameter& given, std::string& out) {
    if (given.value.size() > kMostTextBytes)
        return reader.fail(given.name, "Ensure this value has at most 1000 bytes.");
    out = given.value;
    return true;
}

bool take_document(Reader& reader, const Parameter& given, std::optional<std::string>& out) {
    out = cashback::read_cpf(given.value);
    return out || reader.fail(given.name, std::string(cashback::kNoCpf));
}

bool take_day(Reader& reader, const Parameter& given, std::optional<Micros>& out) {
    out = parse_date(given.value);
    return out || reader.fail(given.name, "A day, such as 2026-11-28.");
}

bool take_by(Reader& reader, const Parameter& given, Cashbacks::By& out) {
    if (given.value != "received" && given.value != "sold")
        return reader.fail(given.name, "received or sold.");
    out = given.value == "sold" ? Cashbacks::By::kSold : Cashbacks::By::kReceived;
    return true;
}

std::expected<CashbacksQuery, http::Response> read_cashbacks_query(const Api& api,
                                                                   const http::Request& request,
                                                                   CashbacksOf which) {
    CashbacksQuery out;
    FilterReader filter(api, seen_by(api, request));
    auto wrong = read_query(request, [&](Reader& reader, const Parameter& given) {
        if (filter.take(reader, given, out.filter)) return true;
        if (which == CashbacksOf::kList && given.name == "ordering")
            return take_order(reader, given, out.order);
        return which == CashbacksOf::kList && take_page(reader, given, out.page);
    });
    if (wrong) return std::unexpected(*std::move(wrong));
    filter.finish(out.filter);
    return out;
}

std::expected<CashbacksQuery, http::Response> read_resend_query(const Api& api,
                                                                const http::Request& request,
                                                                const boost::json::value& body) {
    const auto parameters = members_and_parameters(request, body);
    if (!parameters) return std::unexpected(parameters.error());
    CashbacksQuery out;
    std::optional<bool> dry_run;
    FilterReader filter(api, acted_on_by(api, request));
    auto wrong = read_parameters(request, *parameters, [&](Reader& reader, const Parameter& given) {
        if (given.name == "limit") return reader.limit(given, out.limit, kMostResent);
        if (given.name == "dry_run") return take_flag(reader, given, dry_run);
        return filter.take(reader, given, out.filter);
    });
    if (wrong) return std::unexpected(*std::move(wrong));
    filter.finish(out.filter);
    out.dry_run = dry_run.value_or(false);
    if (out.filter.states == std::vector{model::CashbackState::kFailed}) return out;
    const FieldError fault{
        "state",
        out.filter.states.empty() ? "This field is required." : "Only what failed is sent again.",
        {}};
    return std::unexpected(field_errors(request, {&fault, 1}));
}

std::optional<std::string> checked_text(SentFields& fields, std::string_view name, std::size_t most,
                                        Blank blank) {
    const auto sent = blank == Blank::kAllowed ? fields.text_or_null(name) : fields.text(name);
    if (!sent) return std::nullopt;
    std::string text(trimmed(*sent));
    if (!is_utf8(text) || text.find('\0') != std::string::npos)
        fields.fail(name, "This is not text in UTF-8 without null characters.");
    else if (text.empty() && blank == Blank::kRefused)
        fields.fail(name, cashback::kBlank);
    else if (count_code_points(text) > most)
        fields.fail(name, cashback::too_many_characters(most));
    else
        return text;
    return std::nullopt;
}

std::optional<std::string> checked_name(SentFields& fields, std::string_view name, std::size_t most,
                                        Blank blank) {
    auto text = checked_text(fields, name, most, blank);
    if (!text || !has_control_character(*text)) return text;
    fields.fail(name, cashback::kControlCharacter);
    return std::nullopt;
}

std::string masked_note(SentFields& fields, std::string_view name) {
    const auto text = checked_text(fields, name, kMostNote, Blank::kAllowed);
    return text ? cashback::with_masked_cpfs(*text) : std::string();
}

void require(SentFields& fields, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
        if (!fields.has(name)) fields.fail(name, cashback::kRequired);
}

std::optional<std::string> document_in(SentFields& fields, std::string_view name) {
    const auto sent = fields.text(name);
    if (!sent) return std::nullopt;
    auto document = cashback::read_cpf(*sent);
    if (!document) fields.fail(name, cashback::kNoCpf);
    return document;
}

Result<http::Response> refusal_or(const http::Request& request, const Error& error) {
    const std::size_t colon = error.detail.find(": ");
    if (error.code != Code::kInvalidArgument || colon == std::string::npos)
        return std::unexpected(error);
    const FieldError fault{error.detail.substr(0, colon), error.detail.substr(colon + 2), {}};
    return field_errors(request, {&fault, 1});
}

}  // namespace eyed::api
