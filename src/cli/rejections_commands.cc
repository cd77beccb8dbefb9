// list, summary, replay and discard of refusals, by a running server.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <istream>
#include <ostream>
#include <stop_token>

#include "base/json_text.h"
#include "cli/context.h"
#include "cli/interrupts.h"
#include "cli/progress.h"
#include "cli/server.h"
#include "cli/text.h"

namespace eyed::cli {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kPage = 1000;  ///< refusals a request
constexpr std::size_t kShownMessage = 60;

HttpClient::Query query_of(const Rejections& command) {
    HttpClient::Query query;
    for (const auto& [name, value] : command.texts)
        if (!value.empty()) query.emplace_back(name, value);
    for (const auto& [name, value] : command.numbers)
        if (value != 0) query.emplace_back(name, std::to_string(value));
    return query;
}

json::object body_of(const Rejections& command) {
    json::object body;
    for (const auto& [name, value] : command.texts)
        if (!value.empty()) body[name] = value;
    for (const auto& [name, value] : command.numbers)
        if (value != 0) body[name] = value;
    if (!command.ids.empty()) body["ids"] = json::value_from(command.ids);
    return body;
}

/// Of settling, which may be asked again: what was settled before is not settled twice.
Server::Ask order(std::string_view act, const json::object& body) {
    return {.method = "POST",
            .path = fmt::format("/api/v1/rejections/{}", act),
            .query = {},
            .body = json::serialize(body)};
}

/// A text of any length in a table.
std::string shown(const std::string& text) {
    const std::string_view front = utf8_prefix(text, kShownMessage);
    return std::string(front) + (front.size() < text.size() ? "…" : "");
}

/// The sentence, with where the fault is unless it says so itself.
std::string fault_of(const json::object& row) {
    const std::string message = text_in(row, "message");
    const std::string pointer = text_in(row, "pointer");
    return pointer.empty() || message.find(pointer) != std::string::npos
               ? message
               : fmt::format("{}: {}", pointer, message);
}

std::string time_of(const json::object& row, std::string_view name) {
    return when(parse_iso8601(text_in(row, name)));
}

/// Calls `take` for each page's answer until the last, or until `limit` rows are done. kUnavailable
/// once `stop` is asked for: between two pages.
template <class Ask, class Take>
Status each_page(std::uint64_t limit, const std::stop_token& stop, Ask ask, Take take) {
    std::string cursor;
    for (std::uint64_t done = 0; done < limit;) {
        if (stop.stop_requested()) return failure(Code::kUnavailable, "interrupted");
        const std::uint64_t want = std::min(kPage, limit - done);
        EYED_ASSIGN(const json::object page, ask(want, cursor));
        done += take(page);
        cursor = text_in(page, "next");
        if (cursor.empty()) return {};
    }
    return {};
}

Result<int> list(const Context& context, const Rejections& command) {
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    std::vector<std::vector<std::string>> table_rows;
    auto& out = context.start.out;
    const auto ask = [&](std::uint64_t want, const std::string& cursor) {
        HttpClient::Query query = query_of(command);
        query.emplace_back("limit", std::to_string(want));
        if (!cursor.empty()) query.emplace_back("cursor", cursor);
        return server.ask({.path = "/api/v1/rejections", .query = query});
    };
    EYED_TRY(each_page(command.limit.value_or(100), {}, ask, [&](const json::object& page) {
        const auto found = rows_in(page, "results");
        for (const json::object* one : found) {
            const json::object& row = *one;
            if (context.style == Style::kJson) out << printable(json_text(row)) << '\n';
            if (context.style == Style::kQuiet) out << number_in(row, "id") << '\n';
            if (context.style == Style::kHuman)
                table_rows.push_back({std::to_string(number_in(row, "id")),
                                      time_of(row, "received_at"), text_in(row, "application"),
                                      text_in(row, "reason"), shown(text_in(row, "category")),
                                      shown(text_in(row, "name")), text_in(row, "state"),
                                      shown(fault_of(row))});
        }
        return found.size();
    }));
    if (context.style == Style::kHuman)
        out << table(
            {"ID", "RECEIVED", "APPLICATION", "REASON", "CATEGORY", "NAME", "STATE", "MESSAGE"},
            table_rows);
    return kDone;
}

Result<int> summary(const Context& context, const Rejections& command) {
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    HttpClient::Query query = query_of(command);
    if (command.limit) query.emplace_back("limit", std::to_string(*command.limit));
    EYED_ASSIGN(const json::object found,
                server.ask({.path = "/api/v1/rejections/summary", .query = query}));
    auto& out = context.start.out;
    if (context.style == Style::kJson) {
        out << printable(json_text(found)) << '\n';
        return kDone;
    }
    if (context.style == Style::kQuiet) {
        out << number_in(found, "open") << '\n';
        return kDone;
    }
    out << fmt::format("{} refusals, {} of them open.\n", number_in(found, "rejections"),
                       number_in(found, "open"));
    std::vector<std::vector<std::string>> table_rows;
    for (const json::object* one : rows_in(found, "groups")) {
        const json::object& group = *one;
        table_rows.push_back(
            {text_in(group, "reason"), shown(text_in(group, "category")),
             shown(text_in(group, "name")), std::to_string(number_in(group, "rejections")),
             std::to_string(number_in(group, "open")), time_of(group, "first"),
             time_of(group, "last"), std::to_string(number_in(group, "example_id"))});
    }
    if (!table_rows.empty())
        out << table({"REASON", "CATEGORY", "NAME", "ALL", "OPEN", "FIRST", "LAST", "EXAMPLE"},
                     table_rows);
    return kDone;
}

/// Sums of the pages of a replay.
struct Replayed {
    std::atomic<std::uint64_t> examined{0};  ///< read by the progress line
    std::atomic<std::uint64_t> accepted{0};
    std::uint64_t duplicates = 0;
    std::uint64_t refused = 0;
    std::uint64_t skipped = 0;
    struct Reason {
        std::string name;
        std::uint64_t count = 0;
        std::uint64_t example = 0;
    };
    std::vector<Reason> reasons;

    std::uint64_t add(const json::object& page) {
        const std::uint64_t seen = number_in(page, "examined");
        examined += seen;
        accepted += number_in(page, "accepted");
        duplicates += number_in(page, "duplicates");
        refused += number_in(page, "refused");
        skipped += number_in(page, "skipped");
        for (const json::object* one : rows_in(page, "reasons")) {
            const json::object& reason = *one;
            const std::string name = text_in(reason, "reason");
            const auto same = std::ranges::find(reasons, name, &Reason::name);
            if (same != reasons.end())
                same->count += number_in(reason, "count");
            else
                reasons.push_back(
                    {name, number_in(reason, "count"), number_in(reason, "example_id")});
        }
        return seen;
    }
    std::string as_json(const Rejections& command) const {
        std::string all;
        for (const Reason& reason : reasons) {
            JsonObject one;
            one.text("reason", reason.name)
                .number("count", static_cast<std::int64_t>(reason.count))
                .number("example_id", static_cast<std::int64_t>(reason.example));
            all += (all.empty() ? "" : ",") + one.str();
        }
        JsonObject object;
        object.flag("dry_run", command.dry_run)
            .number("examined", static_cast<std::int64_t>(examined.load()))
            .number("accepted", static_cast<std::int64_t>(accepted.load()))
            .number("duplicates", static_cast<std::int64_t>(duplicates))
            .number("refused", static_cast<std::int64_t>(refused))
            .number("skipped", static_cast<std::int64_t>(skipped))
            .json("reasons", "[" + all + "]");
        return object.str();
    }
};

void tell(const Context& context, const Rejections& command, const Replayed& sums) {
    auto& out = context.start.out;
    if (context.style == Style::kJson) out << sums.as_json(command) << '\n';
    if (context.style == Style::kQuiet) out << sums.accepted.load() << '\n';
    if (context.style != Style::kHuman) return;
    out << fmt::format("{}{} refusals: {} {}, {} duplicates, {} still refused, {} skipped.\n",
                       command.dry_run ? "Dry run, nothing was changed. " : "",
                       sums.examined.load(), sums.accepted.load(),
                       command.dry_run ? "pass" : "taken in", sums.duplicates, sums.refused,
                       sums.skipped);
    for (const Replayed::Reason& reason : sums.reasons)
        out << fmt::format("  {} {}, such as rejection {}\n", reason.count, printable(reason.name),
                           reason.example);
}

/// Settling that ended early: what was settled stays so, and was told.
std::unexpected<Error> cut_off(const Error& error) {
    return failure(error.code,
                   error.detail + "; at least that much is settled, and the same command goes on");
}

Result<int> replay(const Context& context, const Rejections& command) {
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    Replayed sums;
    Status ended;
    {
        const Interrupts interrupts;
        const Progress progress(context.start.err, [&] {
            return fmt::format("replaying: {} read, {} taken in", sums.examined.load(),
                               sums.accepted.load());
        });
        const auto ask = [&](std::uint64_t want, const std::string& cursor) {
            json::object body = body_of(command);
            body["limit"] = want;
            if (!cursor.empty()) body["cursor"] = cursor;
            if (command.dry_run) body["dry_run"] = true;
            return server.ask(order("replay", body));
        };
        ended = each_page(command.limit.value_or(UINT64_MAX), interrupts.token(), ask,
                          [&](const json::object& page) { return sums.add(page); });
    }
    if (!ended && sums.examined == 0) return std::unexpected(ended.error());
    tell(context, command, sums);
    if (!ended) return cut_off(ended.error());
    return kDone;
}

/// Asks a person whether to go on; who is no person has decided.
Result<bool> confirmed(const Context& context, const Rejections& command, Server& server) {
    if (command.yes || !context.start.in_is_terminal) return true;
    std::uint64_t open = command.ids.size();
    if (command.ids.empty()) {
        HttpClient::Query query = query_of(command);
        query.emplace_back("state", "open");
        EYED_ASSIGN(const json::object found,
                    server.ask({.path = "/api/v1/rejections/summary", .query = query}));
        open = number_in(found, "open");
    }
    context.start.err << fmt::format("Discard {} open refusals? [y/N] ",
                                     std::min(open, command.limit.value_or(UINT64_MAX)))
                      << std::flush;
    std::string answer;
    std::getline(context.start.in, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

Result<int> discard(const Context& context, const Rejections& command) {
    json::object body = body_of(command);
    if (body.empty() != command.all)
        return failure(Code::kInvalidArgument,
                       command.all ? "--all goes with no filter"
                                   : "give a filter, or --all to discard every open refusal");
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    EYED_ASSIGN(const bool go_on, confirmed(context, command, server));
    if (!go_on) {
        context.start.err << "Nothing was discarded.\n";
        return kFailed;
    }
    if (command.all) body["all"] = true;
    std::atomic<std::uint64_t> discarded{0};
    Status ended;
    {
        const Interrupts interrupts;
        const Progress progress(context.start.err,
                                [&] { return fmt::format("discarded: {}", discarded.load()); });
        const auto ask = [&](std::uint64_t want, const std::string& cursor) {
            json::object page = body;
            page["limit"] = want;
            if (!cursor.empty()) page["cursor"] = cursor;
            return server.ask(order("discard", page));
        };
        ended = each_page(command.limit.value_or(UINT64_MAX), interrupts.token(), ask,
                          [&](const json::object& page) {
                              const std::uint64_t more = number_in(page, "discarded");
                              discarded += more;
                              return more;
                          });
    }
    if (!ended && discarded == 0) return std::unexpected(ended.error());
    auto& out = context.start.out;
    if (context.style == Style::kJson)
        out << fmt::format("{{\"discarded\":{}}}\n", discarded.load());
    if (context.style == Style::kQuiet) out << discarded.load() << '\n';
    if (context.style == Style::kHuman)
        out << fmt::format("Discarded {} refusals.\n", discarded.load());
    if (!ended) return cut_off(ended.error());
    return kDone;
}

}  // namespace

Result<int> run_rejections(const Context& context, const Rejections& command) {
    switch (command.act) {
        case Rejections::Act::kList:
            return list(context, command);
        case Rejections::Act::kSummary:
            return summary(context, command);
        case Rejections::Act::kReplay:
            return replay(context, command);
        case Rejections::Act::kDiscard:
            return discard(context, command);
    }
    return kFailed;
}

}  // namespace eyed::cli
