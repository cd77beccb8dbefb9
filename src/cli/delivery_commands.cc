// Deliveries and their attempts, by a running server.
#include <fmt/format.h>

#include <ostream>

#include "base/json_text.h"
#include "cli/context.h"
#include "cli/rows.h"
#include "cli/server.h"
#include "cli/text.h"

namespace eyed::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kShownError = 60;
constexpr std::uint64_t kRows = 100;

const std::string kDeliveries = "/api/v1/deliveries";
const std::string kAttempts = "/api/v1/attempts";

HttpClient::Query query_of(const std::map<std::string, std::string>& filter) {
    HttpClient::Query query;
    for (const auto& [name, value] : filter)
        if (!value.empty()) query.emplace_back(name, value);
    return query;
}

/// The last answer's status, else why there was none.
std::string answer_of(const json::object& row, const char* status, const char* error) {
    const std::uint64_t number = number_in(row, status);
    if (number != 0) return std::to_string(number);
    const std::string text = text_in(row, error);
    return text.empty() ? "-" : shortened(text, kShownError);
}

/// What it tells: `event 812`.
std::string subject_of(const json::object& row) {
    if (flag_in(row, "test")) return "test";
    for (const char* name : {"reversal", "cashback", "event"})
        if (number_in(row, name) != 0) return fmt::format("{} {}", name, number_in(row, name));
    return "-";
}

RowList attempt_rows(HttpClient::Query query, std::uint64_t limit) {
    RowList list{.path = kAttempts, .query = std::move(query), .limit = limit};
    list.headings = {"ID",          "DELIVERY", "DESTINATION", "NO",
                     "BEGUN (UTC)", "OUTCOME",  "ANSWER",      "MS"};
    list.cells = [](const json::object& row) -> std::vector<std::string> {
        return {std::to_string(number_in(row, "id")),
                std::to_string(number_in(row, "delivery")),
                text_in(row, "destination_name"),
                std::to_string(number_in(row, "number")),
                time_in(row, "started_at"),
                text_in(row, "kind") == "look_up" ? "asked: " + text_in(row, "outcome")
                                                  : text_in(row, "outcome"),
                answer_of(row, "status", "error"),
                fmt::format("{:.1f}", fraction_in(row, "latency_ms"))};
    };
    return list;
}

Result<int> list(const Context& context, const Deliveries& command) {
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    RowList list{.path = kDeliveries,
                 .query = query_of(command.filter),
                 .limit = command.limit.value_or(kRows)};
    list.headings = {"ID",       "DESTINATION", "OF",     "STATE",
                     "ATTEMPTS", "MADE (UTC)",  "ANSWER", "NEXT (UTC)"};
    list.cells = [](const json::object& row) -> std::vector<std::string> {
        const bool waits = !text_in(row, "next_at").empty();
        return {std::to_string(number_in(row, "id")),
                text_in(row, "destination_name"),
                subject_of(row),
                text_in(row, "state"),
                std::to_string(number_in(row, "attempts")),
                time_in(row, "created_at"),
                answer_of(row, "last_status", "last_error"),
                waits ? time_in(row, "next_at") : "-"};
    };
    return print_rows(context, server, list);
}

/// JSON, the bare state, or in words.
void print(const Context& context, const json::object& delivery) {
    auto& out = context.start.out;
    if (context.style == Style::kJson) out << printable(json_text(delivery)) << '\n';
    if (context.style == Style::kQuiet) out << printable(text_in(delivery, "state")) << '\n';
    if (context.style != Style::kHuman) return;
    out << fmt::format("Delivery {} ({}) to {}: {}\n", number_in(delivery, "id"),
                       printable(text_in(delivery, "message")),
                       printable(text_in(delivery, "destination_name")),
                       printable(text_in(delivery, "state")));
    out << fmt::format("of:       {}\nmade:     {}\nattempts: {}, last: {}\n", subject_of(delivery),
                       time_in(delivery, "created_at"), number_in(delivery, "attempts"),
                       printable(answer_of(delivery, "last_status", "last_error")));
    if (!text_in(delivery, "next_at").empty())
        out << fmt::format("next:     {}\n", time_in(delivery, "next_at"));
    if (!text_in(delivery, "finished_at").empty())
        out << fmt::format("finished: {}\n", time_in(delivery, "finished_at"));
    out << fmt::format("body:     {}\n", printable(text_in(delivery, "body")));
}

std::string path_of(const Deliveries& command, std::string_view rest = {}) {
    return fmt::format("{}/{}{}", kDeliveries, command.id.value_or(0), rest);
}

Result<int> show(const Context& context, const Deliveries& command) {
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    EYED_ASSIGN(const auto delivery, server.ask({.path = path_of(command)}));
    print(context, delivery);
    if (context.style != Style::kHuman) return kDone;
    context.start.out << '\n';
    return print_rows(context, server,
                      attempt_rows({{"delivery", std::to_string(*command.id)}}, kRows));
}

Result<int> order(const Context& context, const Deliveries& command, std::string_view act,
                  const json::object& body) {
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    EYED_ASSIGN(const auto delivery, server.ask({.method = "POST",
                                                 .path = path_of(command, act),
                                                 .query = {},
                                                 .body = json::serialize(body)}));
    print(context, delivery);
    return kDone;
}

bool is_number(const std::string& name) {
    return name == "destination" || name == "event" || name == "status";
}

/// Those that a filter finds.
Result<int> retry_all(const Context& context, const Deliveries& command) {
    json::object body;
    for (const auto& [name, value] : command.filter) {
        if (value.empty()) continue;
        if (const auto number = parse_json(value); is_number(name) && number)
            body[name] = *number;
        else
            body[name] = value;
    }
    if (command.limit) body["limit"] = *command.limit;
    if (command.dry_run) body["dry_run"] = true;
    if (command.all) body["all"] = true;
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    EYED_ASSIGN(const auto answer, server.ask({.method = "POST",
                                               .path = kDeliveries + "/retry",
                                               .query = {},
                                               .body = json::serialize(body)}));
    auto& out = context.start.out;
    const std::uint64_t found = number_in(answer, "found");
    const std::uint64_t retried = number_in(answer, "retried");
    if (context.style == Style::kJson) out << printable(json_text(answer)) << '\n';
    if (context.style == Style::kQuiet) out << (command.dry_run ? found : retried) << '\n';
    if (context.style == Style::kHuman)
        out << (command.dry_run
                    ? fmt::format("Dry run, nothing was changed. {} would be sent again.\n", found)
                    : fmt::format("{} of {} are sent again.\n", retried, found));
    return kDone;
}

Result<int> retry(const Context& context, const Deliveries& command) {
    const bool filtered =
        !query_of(command.filter).empty() || command.all || command.limit || command.dry_run;
    if (command.id && filtered)
        return failure(Code::kInvalidArgument, "give a delivery's number or a filter, not both");
    if (!command.id && command.all != query_of(command.filter).empty())
        return failure(Code::kInvalidArgument,
                       command.all ? "--all and a filter exclude each other"
                                   : "give a delivery's number, a filter, or --all for every dead "
                                     "one");
    return command.id ? order(context, command, "/retry", {}) : retry_all(context, command);
}

Result<int> cancel(const Context& context, const Deliveries& command) {
    const std::string question = fmt::format("Cancel delivery {}?", *command.id);
    if (command.yes || confirmed(context, question)) return order(context, command, "/cancel", {});
    context.start.err << "Nothing was cancelled.\n";
    return kFailed;
}

Result<int> resolve(const Context& context, const Deliveries& command) {
    json::object body{{"outcome", command.outcome}};
    if (!command.note.empty()) body["note"] = command.note;
    return order(context, command, "/resolve", body);
}

void print_attempt(const Context& context, const json::object& attempt) {
    auto& out = context.start.out;
    if (context.style == Style::kJson) out << printable(json_text(attempt)) << '\n';
    if (context.style == Style::kQuiet) out << printable(text_in(attempt, "outcome")) << '\n';
    if (context.style != Style::kHuman) return;
    out << fmt::format("Attempt {} of delivery {} to {}: {}\n", number_in(attempt, "number"),
                       number_in(attempt, "delivery"),
                       printable(text_in(attempt, "destination_name")),
                       printable(text_in(attempt, "outcome")));
    out << fmt::format(
        "begun:    {}\nanswer:   {} after {:.1f} ms\n", time_in(attempt, "started_at"),
        printable(answer_of(attempt, "status", "error")), fraction_in(attempt, "latency_ms"));
    const std::string error = text_in(attempt, "error");
    if (!error.empty()) out << fmt::format("error:    {}\n", printable(error));
    if (!text_in(attempt, "next_at").empty())
        out << fmt::format("next:     {}\n", time_in(attempt, "next_at"));
    out << fmt::format("request:  {}\nresponse: {}\n", printable(document_in(attempt, "request")),
                       printable(text_in(attempt, "response")));
}

}  // namespace

Result<int> run_deliveries(const Context& context, const Deliveries& command) {
    switch (command.act) {
        case Deliveries::Act::kList:
            return list(context, command);
        case Deliveries::Act::kShow:
            return show(context, command);
        case Deliveries::Act::kRetry:
            return retry(context, command);
        case Deliveries::Act::kCancel:
            return cancel(context, command);
        case Deliveries::Act::kResolve:
            return resolve(context, command);
    }
    return kFailed;
}

Result<int> run_attempts(const Context& context, const Attempts& command) {
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    if (command.act == Attempts::Act::kList)
        return print_rows(context, server,
                          attempt_rows(query_of(command.filter), command.limit.value_or(kRows)));
    EYED_ASSIGN(const auto attempt,
                server.ask({.path = fmt::format("{}/{}", kAttempts, *command.id)}));
    print_attempt(context, attempt);
    return kDone;
}

}  // namespace eyed::cli
