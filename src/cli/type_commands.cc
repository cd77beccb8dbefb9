// list, show, set, infer and backtest of event types, by a running server.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>

#include "cli/context.h"
#include "cli/progress.h"
#include "cli/server.h"
#include "cli/text.h"

namespace eyed::cli {
namespace {

namespace json = boost::json;

const std::string kTypes = "/api/v1/event-types";

/// The type of that category and name.
Result<json::object> find(Server& server, const TypeWords& words) {
    EYED_ASSIGN(const auto page,
                server.ask({.path = kTypes,
                            .query = {{"category", words.category}, {"name", words.name}}}));
    const auto rows = rows_in(page, "results");
    if (rows.empty())
        return failure(Code::kNotFound,
                       fmt::format("there is no event type {}: {}", words.category, words.name));
    return *rows.front();
}

std::string path_of(const json::object& type, std::string_view rest = {}) {
    return fmt::format("{}/{}{}", kTypes, number_in(type, "id"), rest);
}

/// `2026-01-31 12:00:00`, or `never`.
std::string time_of(const json::object& object, std::string_view name) {
    return when(parse_iso8601(text_in(object, name)));
}

std::string check_of(const json::object& type) {
    std::string text = text_in(type, "mode");
    if (!document_in(type, "example").empty()) text += " (example)";
    if (!document_in(type, "schema").empty()) text += " (schema)";
    return text;
}

/// The file's text, which is JSON, as it is.
Result<std::string> read_document(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return failure(Code::kInvalidArgument, fmt::format("{}: cannot be read", path));
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (const auto value = parse_json(text); !value)
        return failure(Code::kInvalidArgument, fmt::format("{}: {}", path, value.error().detail));
    return text;
}

/// Puts the files' documents into a body.
Status add_rules(const TypeRules& rules, JsonObject& body) {
    if (!rules.example.empty()) {
        EYED_ASSIGN(const std::string example, read_document(rules.example));
        body.json("example", example);
    }
    if (!rules.schema.empty()) {
        EYED_ASSIGN(const std::string schema, read_document(rules.schema));
        body.json("schema", schema);
    }
    return {};
}

std::string json_of(const json::object& object) {
    return printable(json_text(object));
}

void print_type(const Context& context, const json::object& type) {
    auto& out = context.start.out;
    if (context.style == Style::kJson) {
        out << json_of(type) << '\n';
        return;
    }
    if (context.style == Style::kQuiet) {
        out << printable(text_in(type, "mode")) << '\n';
        return;
    }
    const auto& counts = object_in(type, "counts");
    out << fmt::format("{}: {} (type {}, version {})\n", printable(text_in(type, "category")),
                       printable(text_in(type, "name")), number_in(type, "id"),
                       number_in(type, "version"));
    const std::string description = text_in(type, "description");
    if (!description.empty()) out << printable(description) << '\n';
    out << fmt::format("check:      {}\n", printable(check_of(type)));
    out << fmt::format("events:     {}, {} of them do not fit; {} open rejections\n",
                       number_in(counts, "events"), number_in(counts, "violations"),
                       number_in(counts, "rejections"));
    out << fmt::format("first seen: {}\nlast seen:  {}\nchanged:    {}\n",
                       time_of(type, "first_seen"), time_of(type, "last_seen"),
                       time_of(type, "updated_at"));
    for (const char* rule : {"example", "schema"}) {
        const std::string document = document_in(type, rule);
        if (!document.empty()) out << fmt::format("{}: {}\n", rule, printable(document));
    }
}

/// Each key with how often it is there and with which types.
void print_keys(std::ostream& out, const json::object& inferred) {
    std::vector<std::vector<std::string>> rows;
    for (const json::object* key : rows_in(inferred, "keys")) {
        std::string types;
        for (const auto& type : object_in(*key, "types"))
            types += (types.empty() ? "" : ", ") + std::string(type.key());
        if (flag_in(*key, "dictionary")) types += ", a dictionary";
        rows.push_back({text_in(*key, "pointer"), std::to_string(number_in(*key, "count")),
                        fmt::format("{:.1f} %", 100 * fraction_in(*key, "share")), types});
    }
    out << table({"KEY", "COUNT", "SHARE", "TYPES"}, rows);
}

/// What several calls of a backtest come to.
class Trial {
  public:
    void add(const json::object& part) {
        examined_ += number_in(part, "examined");
        failed_ += number_in(part, "failed");
        others_ += number_in(part, "other_reasons");
        total_ = number_in(part, "total");
        for (const json::object* reason : rows_in(part, "reasons"))
            add_reason(*reason);
    }
    std::uint64_t examined() const { return examined_; }
    std::uint64_t failed() const { return failed_; }
    std::uint64_t total() const { return total_; }

    json::object result() const {
        json::array reasons;
        for (const json::object* reason : sorted())
            reasons.push_back(*reason);
        return {{"examined", examined_},
                {"failed", failed_},
                {"total", total_},
                {"reasons", reasons},
                {"other_reasons", others_}};
    }
    void print(std::ostream& out) const {
        out << fmt::format("{} of {} events examined, {} would fail.\n", examined_, total_,
                           failed_);
        std::vector<std::vector<std::string>> rows;
        for (const json::object* reason : sorted()) {
            const json::array& events = array_in(*reason, "event_ids");
            rows.push_back({std::to_string(number_in(*reason, "count")), text_in(*reason, "reason"),
                            text_in(*reason, "message"),
                            events.empty() ? "-" : json::serialize(events.front())});
        }
        if (!rows.empty()) out << table({"COUNT", "REASON", "WHAT", "SUCH AS EVENT"}, rows);
        if (others_ > 0) out << fmt::format("{} fail for further reasons.\n", others_);
    }

  private:
    void add_reason(const json::object& reason) {
        const auto key = text_in(reason, "reason") + ' ' + text_in(reason, "message");
        const auto [known, fresh] = reasons_.emplace(key, reason);
        if (fresh) return;
        json::object& all = known->second;
        all["count"] = number_in(all, "count") + number_in(reason, "count");
        json::array events = array_in(all, "event_ids");
        for (const auto& event : array_in(reason, "event_ids"))
            if (events.size() < 3) events.push_back(event);
        all["event_ids"] = std::move(events);
    }
    /// The most frequent first.
    std::vector<const json::object*> sorted() const {
        std::vector<const json::object*> order;
        for (const auto& [key, reason] : reasons_)
            order.push_back(&reason);
        std::ranges::sort(order, [](const json::object* a, const json::object* b) {
            const auto [more, less] = std::pair(number_in(*a, "count"), number_in(*b, "count"));
            return more != less ? more > less : text_in(*a, "message") < text_in(*b, "message");
        });
        return order;
    }

    std::map<std::string, json::object> reasons_;
    std::uint64_t examined_ = 0;
    std::uint64_t failed_ = 0;
    std::uint64_t others_ = 0;
    std::uint64_t total_ = 0;
};

std::vector<std::string> row_of(const json::object& type) {
    const auto& counts = object_in(type, "counts");
    return {text_in(type, "category"),
            text_in(type, "name"),
            check_of(type),
            std::to_string(number_in(counts, "events")),
            std::to_string(number_in(counts, "violations")),
            std::to_string(number_in(counts, "rejections")),
            time_of(type, "last_seen")};
}

}  // namespace

Result<int> list_types(const Context& context, const TypeList& command) {
    EYED_ASSIGN(auto server, Server::connect(command.remote));
    Server::Ask ask{.path = kTypes, .query = {{"limit", "1000"}}};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) ask.query.emplace_back(name, value);
    };
    add("category", command.category);
    add("mode", command.mode);
    add("q", command.search);
    auto& out = context.start.out;
    std::vector<std::vector<std::string>> rows;
    for (std::string cursor;;) {
        Server::Ask page_ask = ask;
        if (!cursor.empty()) page_ask.query.emplace_back("cursor", cursor);
        EYED_ASSIGN(const auto page, server.ask(page_ask));
        for (const json::object* type : rows_in(page, "results")) {
            if (context.style == Style::kJson) out << json_of(*type) << '\n';
            if (context.style == Style::kQuiet)
                out << printable(text_in(*type, "category")) << '\t'
                    << printable(text_in(*type, "name")) << '\n';
            if (context.style == Style::kHuman) rows.push_back(row_of(*type));
        }
        cursor = text_in(page, "next");
        if (cursor.empty()) break;
    }
    if (context.style == Style::kHuman)
        out << table(
            {"CATEGORY", "NAME", "CHECK", "EVENTS", "DO NOT FIT", "REFUSED", "LAST SEEN (UTC)"},
            rows);
    return kDone;
}

Result<int> show_type(const Context& context, const TypeShow& command) {
    EYED_ASSIGN(auto server, Server::connect(command.remote));
    EYED_ASSIGN(const auto type, find(server, command.type));
    print_type(context, type);
    return kDone;
}

Result<int> set_type(const Context& context, const TypeSet& command) {
    JsonObject body;
    EYED_TRY(add_rules(command.rules, body));
    if (!command.mode.empty()) body.text("mode", command.mode);
    if (command.description) body.text("description", *command.description);
    EYED_ASSIGN(auto server, Server::connect(command.remote));
    EYED_ASSIGN(const auto type, find(server, command.type));
    body.number("version", static_cast<std::int64_t>(number_in(type, "version")));
    EYED_ASSIGN(
        const auto changed,
        server.ask({.method = "PATCH", .path = path_of(type), .query = {}, .body = body.str()}));
    print_type(context, changed);
    return kDone;
}

/// What to know of an example before it is used; empty: it fits all that was read.
std::string doubt(const json::object& inferred, const std::string& proposed) {
    if (flag_in(inferred, "example_fits")) return {};
    if (proposed.empty())
        return "There is no key that all events have, which an example needs: try --as schema.";
    return "This example would refuse some of these events: keys are there only sometimes, have "
           "values of several types, or hold dictionaries. --as schema proposes what fits all.";
}

Result<int> infer_type(const Context& context, const TypeInfer& command) {
    EYED_ASSIGN(auto server, Server::connect(command.remote));
    EYED_ASSIGN(const auto type, find(server, command.type));
    EYED_ASSIGN(const auto inferred,
                server.ask({.method = "POST",
                            .path = path_of(type, "/infer"),
                            .query = {},
                            .body = fmt::format("{{\"limit\":{}}}", command.limit)}));
    auto& out = context.start.out;
    const std::string proposed = printable(document_in(inferred, command.as));
    if (context.style == Style::kJson) {
        out << json_of(inferred) << '\n';
    } else if (context.style == Style::kQuiet) {
        if (proposed.empty())
            return failure(Code::kNotFound,
                           fmt::format("there is no {} to propose{}", command.as,
                                       command.as == "example" ? ": try --as schema" : ""));
        out << proposed << '\n';
    } else {
        out << fmt::format("Of {} events:\n", number_in(inferred, "events"));
        print_keys(out, inferred);
        out << fmt::format("proposed {}: {}\n", command.as, proposed.empty() ? "none" : proposed);
    }
    const bool asked = command.as == "example" && context.style != Style::kJson;
    if (const std::string text = doubt(inferred, proposed); asked && !text.empty())
        context.start.err << text << '\n';
    return kDone;
}

Result<int> backtest_type(const Context& context, const TypeBacktest& command) {
    JsonObject rules;
    EYED_TRY(add_rules(command.rules, rules));
    EYED_ASSIGN(auto server, Server::connect(command.remote));
    EYED_ASSIGN(const auto type, find(server, command.type));
    constexpr std::uint64_t kEachCall = 10'000;
    Trial trial;
    {
        std::atomic<std::uint64_t> examined{0}, failed{0}, total{0};
        const Progress progress(context.start.err, [&] {
            return fmt::format("{} of {} events examined, {} would fail", examined.load(),
                               total.load(), failed.load());
        });
        std::string cursor;
        do {
            JsonObject body = rules;
            const std::uint64_t left = command.limit - trial.examined();
            body.number("limit", static_cast<std::int64_t>(std::min(kEachCall, left)));
            if (!cursor.empty()) body.text("cursor", cursor);
            EYED_ASSIGN(const auto part, server.ask({.method = "POST",
                                                     .path = path_of(type, "/backtest"),
                                                     .query = {},
                                                     .body = body.str()}));
            trial.add(part);
            examined = trial.examined();
            failed = trial.failed();
            total = trial.total();
            cursor = text_in(part, "next");
        } while (!cursor.empty() && trial.examined() < command.limit);
    }
    auto& out = context.start.out;
    if (context.style == Style::kJson)
        out << json_of(trial.result()) << '\n';
    else if (context.style == Style::kQuiet)
        out << trial.failed() << '\n';
    else
        trial.print(out);
    return kDone;
}

}  // namespace eyed::cli
