// Destinations: where events are forwarded to, by a running server.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>

#include "base/ascii.h"
#include "cli/context.h"
#include "cli/rows.h"
#include "cli/server.h"
#include "cli/text.h"

namespace eyed::cli {
namespace {

namespace json = boost::json;
using Act = Destinations::Act;

const std::string kDestinations = "/api/v1/destinations";

Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return failure(Code::kInvalidArgument, fmt::format("{}: cannot be read", path));
    return std::string{std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> parted(std::string_view text) {
    std::vector<std::string> parts;
    while (!trimmed(text).empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        parts.emplace_back(trimmed(text.substr(0, comma)));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return parts;
}

/// One empty text stands for none.
json::array list_of(const std::vector<std::string>& texts) {
    json::array list;
    if (texts.size() == 1 && texts.front().empty()) return list;
    for (const std::string& text : texts)
        list.push_back(json::string(text));
    return list;
}

Status add_headers(const Destinations& command, json::object& body) {
    if (command.headers_file.empty() && command.headers.empty()) return {};
    json::object headers;
    if (!command.headers_file.empty()) {
        EYED_ASSIGN(const std::string text, read_file(command.headers_file));
        const auto value = parse_json(text);
        if (!value || !value->is_object())
            return failure(Code::kInvalidArgument,
                           fmt::format("{}: no JSON object", command.headers_file));
        headers = value->get_object();
    }
    for (const std::string& line : command.headers) {
        const std::size_t colon = line.find(':');
        if (colon == std::string::npos)
            return failure(Code::kInvalidArgument, "--header: give it as `Name: value`");
        headers[trimmed(std::string_view(line).substr(0, colon))] =
            json::string(trimmed(std::string_view(line).substr(colon + 1)));
    }
    body["headers"] = std::move(headers);
    return {};
}

/// `/pointer`, or `/pointer=value`, the value as JSON where it is some, else as a text.
json::array paths_of(const std::vector<std::string>& words) {
    json::array paths;
    if (words.size() == 1 && words.front().empty()) return paths;
    for (const std::string& word : words) {
        const std::size_t equals = std::min(word.find('='), word.size());
        json::object path{{"pointer", word.substr(0, equals)}};
        if (equals < word.size()) {
            const std::string text = word.substr(equals + 1);
            const auto value = parse_json(text);
            path["equals"] = value ? *value : json::value(json::string(text));
        }
        paths.push_back(std::move(path));
    }
    return paths;
}

/// No file: none. An empty one is a mistake, which would send whole events.
Result<std::string> template_of(const std::string& file) {
    if (file.empty()) return std::string();
    EYED_ASSIGN(auto text, read_file(file));
    if (trimmed(text).empty())
        return failure(Code::kInvalidArgument,
                       fmt::format("{}: is empty; --template '' sends the event itself", file));
    return text;
}

Result<json::object> body_of(const Destinations& command) {
    json::object body;
    for (const auto& [name, text] : command.texts)
        if (text) body[name] = *text;
    for (const auto& [name, number] : command.numbers)
        if (number) body[name] = *number;
    for (const auto& [name, list] : command.lists)
        if (!list.empty()) body[name] = list_of(list);
    EYED_TRY(add_headers(command, body));
    if (command.template_file) {
        EYED_ASSIGN(body["body_template"], template_of(*command.template_file));
    }
    if (command.schedule) body["schedule"] = json::value_from(parted(*command.schedule));
    if (command.is_signed) body["signed"] = *command.is_signed;
    if (!command.data.empty()) body["data"] = paths_of(command.data);
    if (command.from_beginning) body["start"] = "beginning";
    return body;
}

/// By number, else by name.
Result<json::object> find(Server& server, const std::string& which) {
    const bool number = std::ranges::all_of(which, [](unsigned char c) { return isdigit(c) != 0; });
    if (number) return server.ask({.path = fmt::format("{}/{}", kDestinations, which)});
    for (std::string cursor;;) {
        Server::Ask ask{.path = kDestinations, .query = {{"q", which}, {"limit", "1000"}}};
        if (!cursor.empty()) ask.query.emplace_back("cursor", cursor);
        EYED_ASSIGN(const auto page, server.ask(ask));
        for (const json::object* row : rows_in(page, "results"))
            if (text_in(*row, "name") == which) return *row;
        cursor = text_in(page, "next");
        if (cursor.empty()) break;
    }
    return failure(Code::kNotFound, fmt::format("there is no destination {}", which));
}

std::string path_of(const json::object& destination, std::string_view rest = {}) {
    return fmt::format("{}/{}{}", kDestinations, number_in(destination, "id"), rest);
}

std::string filter_text(const json::object& destination) {
    std::string text;
    for (const char* name : {"categories", "names", "applications", "data"}) {
        const json::array& list = array_in(destination, name);
        if (!list.empty()) text += fmt::format(" {}={}", name, json_text(list));
    }
    return text.empty() ? "all events" : text.substr(1);
}

std::string state_text(const json::object& destination) {
    std::string text = text_in(destination, "state");
    const std::string reason = text_in(destination, "reason");
    if (!reason.empty()) text += fmt::format(" ({})", reason);
    if (!text_in(destination, "open_until").empty())
        text += fmt::format(", suspended until {}", time_in(destination, "open_until"));
    return text;
}

void print_human(std::ostream& out, const json::object& one) {
    const auto& deliveries = object_in(one, "deliveries");
    const auto line = [&](const char* name, const std::string& text) {
        if (!text.empty()) out << fmt::format("{:<12}{}\n", name, printable(text));
    };
    out << fmt::format("{} (destination {}, {})\n", printable(text_in(one, "name")),
                       number_in(one, "id"), printable(text_in(one, "kind")));
    line("to:", fmt::format("{} {}", text_in(one, "method"), text_in(one, "url")));
    line("state:", state_text(one));
    if (text_in(one, "kind") == "webhook") line("events:", filter_text(one));
    line("headers:", document_in(one, "headers") == "{}" ? "" : document_in(one, "headers"));
    line("template:", text_in(one, "body_template"));
    line("signed:", flag_in(one, "signed") ? "yes" : "no");
    line("success:", text_in(one, "success"));
    line("timeout:", text_in(one, "timeout"));
    line("schedule:", document_in(one, "schedule"));
    line("deliveries:",
         fmt::format("{} open, {} dead; {} records behind", number_in(deliveries, "open"),
                     number_in(deliveries, "dead"), number_in(one, "behind")));
    const std::string secret = text_in(one, "secret");
    if (!secret.empty()) line("secret:", secret + " (shown this once)");
}

/// `quiet`: the member that is the bare result.
void print(const Context& context, const json::object& destination, const char* quiet = "id") {
    auto& out = context.start.out;
    if (context.style == Style::kJson)
        out << printable(json_text(destination)) << '\n';
    else if (context.style == Style::kHuman)
        print_human(out, destination);
    else if (const std::string text = text_in(destination, quiet); !text.empty())
        out << printable(text) << '\n';
    else
        out << number_in(destination, "id") << '\n';
}

Result<int> list(const Context& context, const Destinations& command) {
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    RowList list{.path = kDestinations};
    for (const auto& [name, text] : command.texts)
        if (text) list.query.emplace_back(name, *text);
    list.headings = {"ID", "NAME", "KIND", "STATE", "OPEN", "DEAD", "BEHIND", "URL"};
    list.cells = [](const json::object& row) -> std::vector<std::string> {
        const auto& deliveries = object_in(row, "deliveries");
        const bool suspended = !text_in(row, "open_until").empty();
        return {std::to_string(number_in(row, "id")),
                text_in(row, "name"),
                text_in(row, "kind"),
                text_in(row, "state") + (suspended ? " (suspended)" : ""),
                std::to_string(number_in(deliveries, "open")),
                std::to_string(number_in(deliveries, "dead")),
                std::to_string(number_in(row, "behind")),
                text_in(row, "url")};
    };
    return print_rows(context, server, list);
}

Result<int> create(const Context& context, const Destinations& command) {
    EYED_ASSIGN(const json::object body, body_of(command));
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    EYED_ASSIGN(
        const auto made,
        server.ask(
            {.method = "POST", .path = kDestinations, .query = {}, .body = json::serialize(body)}));
    print(context, made);
    return kDone;
}

Result<int> set(const Context& context, const Destinations& command) {
    EYED_ASSIGN(const json::object body, body_of(command));
    if (body.empty()) return failure(Code::kInvalidArgument, "there is nothing to set: see --help");
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    EYED_ASSIGN(const auto found, find(server, command.which));
    EYED_ASSIGN(const auto changed, server.ask({.method = "PATCH",
                                                .path = path_of(found),
                                                .query = {},
                                                .body = json::serialize(body)}));
    print(context, changed);
    return kDone;
}

/// POSTs to one of its acts, with the texts that were given.
Result<json::object> order(Server& server, const Destinations& command, std::string_view act) {
    EYED_ASSIGN(const json::object body, body_of(command));
    EYED_ASSIGN(const auto found, find(server, command.which));
    return server.ask({.method = "POST",
                       .path = path_of(found, act),
                       .query = {},
                       .body = json::serialize(body)});
}

Result<int> ordered(const Context& context, const Destinations& command, std::string_view act,
                    const char* quiet) {
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    EYED_ASSIGN(const auto changed, order(server, command, act));
    print(context, changed, quiet);
    return kDone;
}

/// kFailed when the sample was not taken.
Result<int> test(const Context& context, const Destinations& command) {
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    EYED_ASSIGN(const auto answer, order(server, command, "/test"));
    const auto& delivery = object_in(answer, "delivery");
    const auto& attempt = object_in(answer, "attempt");
    const std::string outcome = text_in(attempt, "outcome");
    auto& out = context.start.out;
    if (context.style == Style::kJson) out << printable(json_text(answer)) << '\n';
    if (context.style == Style::kQuiet)
        out << printable(outcome.empty() ? text_in(delivery, "state") : outcome) << '\n';
    if (context.style == Style::kHuman && attempt.empty())
        out << fmt::format("Delivery {} has no answer yet.\n", number_in(delivery, "id"));
    if (context.style == Style::kHuman && !attempt.empty()) {
        const std::uint64_t status = number_in(attempt, "status");
        out << fmt::format("{}: {} after {:.1f} ms\n", printable(outcome),
                           status != 0 ? fmt::format("status {}", status) : "no answer",
                           fraction_in(attempt, "latency_ms"));
        for (const char* part : {"error", "response"})
            if (const std::string text = text_in(attempt, part); !text.empty())
                out << printable(text) << '\n';
    }
    return outcome == "delivered" ? kDone : kFailed;
}

Result<int> remove(const Context& context, const Destinations& command) {
    EYED_ASSIGN(Server server, Server::connect(command.remote));
    EYED_ASSIGN(const auto found, find(server, command.which));
    const auto& deliveries = object_in(found, "deliveries");
    const std::string question =
        fmt::format("Remove {} with its deliveries, {} of them open and {} dead?",
                    printable(text_in(found, "name")), number_in(deliveries, "open"),
                    number_in(deliveries, "dead"));
    if (!command.yes && !confirmed(context, question)) {
        context.start.err << "Nothing was removed.\n";
        return kFailed;
    }
    HttpClient::Query query;
    if (command.yes || context.start.in_is_terminal) query.emplace_back("force", "1");
    const auto gone = server.ask({.method = "DELETE", .path = path_of(found), .query = query});
    if (!gone) {
        Error error = gone.error();
        if (const auto hint = error.detail.find("force=1"); hint != std::string::npos)
            error.detail.replace(hint, std::string_view("force=1").size(), "--yes");
        return std::unexpected(std::move(error));
    }
    if (context.style == Style::kHuman)
        context.start.out << fmt::format("Removed {}.\n", printable(text_in(found, "name")));
    if (context.style == Style::kJson)
        context.start.out << fmt::format("{{\"removed\":{}}}\n", number_in(found, "id"));
    return kDone;
}

}  // namespace

Result<int> run_destinations(const Context& context, const Destinations& command) {
    switch (command.act) {
        case Act::kList:
            return list(context, command);
        case Act::kShow: {
            EYED_ASSIGN(Server server, Server::connect(command.remote));
            EYED_ASSIGN(const auto found, find(server, command.which));
            print(context, found);
            return kDone;
        }
        case Act::kCreate:
            return create(context, command);
        case Act::kSet:
            return set(context, command);
        case Act::kPause:
            return ordered(context, command, "/pause", "state");
        case Act::kResume:
            return ordered(context, command, "/resume", "state");
        case Act::kDisable:
            return ordered(context, command, "/disable", "state");
        case Act::kRotateSecret:
            return ordered(context, command, "/rotate-secret", "secret");
        case Act::kTest:
            return test(context, command);
        case Act::kRemove:
            return remove(context, command);
    }
    return kFailed;
}

}  // namespace eyed::cli
