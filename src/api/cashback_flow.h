#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/cashback_json.h"
#include "api/flow.h"
#include "api/if_match.h"
#include "api/numbered_page.h"
#include "api/sent_fields.h"
#include "catalog/cashbacks.h"
#include "catalog/number_page.h"
#include "query/parameter_reader.h"

namespace eyed::api {

/// What cashback's routes share. But for purchases they run on a worker from the reading of the
/// body to the answer.

/// Bounds of what people write, in characters.
inline constexpr std::size_t kMostProductName = 150;
inline constexpr std::size_t kMostNote = 1'000;

/// Runs `work`, giving Result<http::Response>, on cashback's own lane.
template <class Work>
Task<http::Response> answer_cashback(Api& api, http::Request& request, Work work) {
    return answer_on(api.services.lanes.cashback, api, request, std::move(work));
}

CashbackJson json_of(const Api& api, const http::Request& request);

/// The applications whose cashbacks and customers this caller sees: those whose events they read
/// (flow.h). Empty: all.
std::vector<ApplicationId> seen_by(const Api& api, const http::Request& request);
/// … and on whose they act: staff on all, others on their own (changeable()). Empty: all.
std::vector<ApplicationId> acted_on_by(const Api& api, const http::Request& request);
/// kNotFound: it is of another application, too.
Result<model::Cashback> cashback_of(Api& api, CashbackId id,
                                    const std::vector<ApplicationId>& applications);

/// Rules were changed: a purchase that comes next is judged by them.
void refresh_rules(const Api& api);

/// Reads parameters by `take(reader, parameter)`, which says whether it knows one. An answer:
/// something is wrong with them.
template <class Take>
std::optional<http::Response> read_parameters(const http::Request& request,
                                              const std::vector<query::Parameter>& parameters,
                                              Take take) {
    query::ParameterErrors errors;
    query::Reader reader(query::Style::kNative, errors);
    reader.read(parameters, [&](const query::Parameter& given) { return take(reader, given); });
    return errors.empty() ? std::nullopt : std::optional(query_faults(request, errors));
}
/// The same of the query string.
template <class Take>
std::optional<http::Response> read_query(const http::Request& request, Take take) {
    return read_parameters(request, query::parse_query_string(request.query), std::move(take));
}
/// Of a route that has no parameters.
std::optional<http::Response> refuse_parameters(const http::Request& request);

/// Calls `work(id, revisions)` with what the path and `If-Match` say.
template <class Id, class Work>
Task<http::Response> at_revision(Api& api, http::Request& request, Work work) {
    return answer_cashback(api, request, [&request, work]() -> Result<http::Response> {
        const auto id = path_id<Id>(request);
        if (!id) return error(request, Code::kNotFound);
        if (auto wrong = refuse_parameters(request)) return *std::move(wrong);
        const auto revisions = revisions_of(request);
        if (!revisions) return field_errors(request, {&revisions.error(), 1});
        return work(*id, *revisions);
    });
}

/// `true` or `false`; `1` or `0`.
bool take_flag(query::Reader& reader, const query::Parameter& given, std::optional<bool>& out);
/// Text of 1000 bytes at most.
bool take_text(query::Reader& reader, const query::Parameter& given, std::string& out);
/// Eleven digits of a CPF.
bool take_document(query::Reader& reader, const query::Parameter& given,
                   std::optional<std::string>& out);
/// A day, as its midnight UTC.
bool take_day(query::Reader& reader, const query::Parameter& given, std::optional<Micros>& out);
/// `received` or `sold`.
bool take_by(query::Reader& reader, const query::Parameter& given, catalog::Cashbacks::By& out);

/// A list of cashbacks, as the query string asks for it.
struct CashbacksQuery {
    catalog::NumberPage page;
    catalog::Cashbacks::Filter filter;
    catalog::Cashbacks::Order order = catalog::Cashbacks::Order::kNewest;
    std::uint32_t limit = 1'000;  ///< of those to be sent again
    bool dry_run = false;
};
enum class CashbacksOf : std::uint8_t { kList, kExport };
/// Of those that the caller sees. An answer: a parameter is wrong.
std::expected<CashbacksQuery, http::Response> read_cashbacks_query(const Api& api,
                                                                   const http::Request& request,
                                                                   CashbacksOf which);
/// What is to be sent again of those that the caller acts on: members of a body, and parameters
/// beside it, that filter a list; `limit`, `dry_run`. `state` must be there and be `failed`.
std::expected<CashbacksQuery, http::Response> read_resend_query(const Api& api,
                                                                const http::Request& request,
                                                                const boost::json::value& body);

/// The text trimmed. What is not UTF-8, blank though it may not be, or too long is told of.
enum class Blank : std::uint8_t { kRefused, kAllowed };
std::optional<std::string> checked_text(SentFields& fields, std::string_view name, std::size_t most,
                                        Blank blank);
/// The same of a name: what has control characters is told of, too.
std::optional<std::string> checked_name(SentFields& fields, std::string_view name, std::size_t most,
                                        Blank blank);
/// The same of a note, which audit log and ledger keep for ever: documents in it are masked. Blank:
/// nothing.
std::string masked_note(SentFields& fields, std::string_view name);
/// Tells of fields that are missing.
void require(SentFields& fields, std::initializer_list<std::string_view> names);
/// Eleven digits; nullopt: absent, or none, which is told.
std::optional<std::string> document_in(SentFields& fields, std::string_view name);

/// The catalog's refusal of a field, `field: message`, as 400; or the error.
Result<http::Response> refusal_or(const http::Request& request, const Error& error);

}  // namespace eyed::api
