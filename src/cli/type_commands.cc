#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <map>
#include <ostream>

#include "cli/context.h"
#include "cli/http_client.h"
#include "cli/progress.h"
#include "cli/text.h"

namespace eyed::cli {
namespace {

namespace json = boost::json;

/// A server's event types, by its API.
class TypesApi {
  public:
    static Result<TypesApi> connect(const Remote& remote) {
        EYED_ASSIGN(auto client, HttpClient::create({remote.url, remote.token}));
        return TypesApi(std::move(client));
    }

    struct Ask {
        std::string method = "GET";
        std::string path;  ///< after `/api/v1/event-types`
        std::vector<std::pair<std::string, std::string>> query;
        json::object body;
    };
    Result<json::object> ask(const Ask& ask) {
        HttpClient::Request request;
        request.method = ask.method;
        request.path = "/api/v1/event-types" + ask.path;
        request.query = ask.query;
        const std::string body = ask.method == "GET" ? "" : json::serialize(ask.body);
        request.body = body;
        EYED_ASSIGN(const auto response, client_->send(request));
        if (response.status != 200) return std::unexpected(problem(response.status, response.body));
        boost::system::error_code fault;
        json::value value = json::parse(response.body, fault);
        if (fault || !value.is_object())
            return failure(Code::kUnavailable, "the server's answer is not understood");
        return std::move(value.get_object());
    }

    /// The type of that category and name.
    Result<json::object> find(const TypeWords& words) {
        EYED_ASSIGN(auto page,
                    ask({.query = {{"category", words.category}, {"name", words.name}}}));
        auto& rows = page["results"].as_array();
        if (rows.empty())
            return failure(Code::kNotFound, fmt::format("there is no event type {}: {}",
                                                        words.category, words.name));
        return std::move(rows.front().as_object());
    }

  private:
    explicit TypesApi(std::unique_ptr<HttpClient> client) : client_(std::move(client)) {}

    /// What the server says is wrong, a line for each fault.
    static Error problem(int status, const std::string& body) {
        Error error = status_error(status, body);
        boost::system::error_code fault;
        const json::value value = json::parse(body, fault);
        const auto* object = fault ? nullptr : value.if_object();
        const auto* detail = object ? object->if_contains("detail") : nullptr;
        if (!detail || !detail->is_string()) return error;
        error.detail = std::string(detail->get_string());
        const auto* faults = object->if_contains("errors");
        if (!faults || !faults->is_array()) return error;
        error.detail.clear();
        for (const auto& one : faults->get_array()) {
            const auto text = [&](const char* name) {
                const auto* member = one.if_object() ? one.get_object().if_contains(name) : nullptr;
                return member && member->is_string() ? std::string(member->get_string())
                                                     : std::string();
            };
            if (!error.detail.empty()) error.detail += "; ";
            error.detail +=
                fmt::format("{}{}: {}", text("field"), text("pointer"), text("message"));
        }
        return error;
    }

    std::unique_ptr<HttpClient> client_;
};

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains({name.data(), name.size()});
    if (!value || value->is_null()) return {};
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::uint64_t number_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains({name.data(), name.size()});
    return value && value->is_number() ? value->to_number<std::uint64_t>() : 0;
}

std::string path_of(const json::object& type, std::string_view rest = {}) {
    return fmt::format("/{}{}", number_of(type, "id"), rest);
}

/// `2026-01-31 12:00:00`, or `never`.
std::string time_of(const json::object& object, std::string_view name) {
    return when(parse_iso8601(text_of(object, name)));
}

std::string check_of(const json::object& type) {
    std::string text = text_of(type, "mode");
    if (!text_of(type, "example").empty()) text += " (example)";
    if (!text_of(type, "schema").empty()) text += " (schema)";
    return text;
}

Result<json::value> read_document(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return failure(Code::kInvalidArgument, fmt::format("{}: cannot be read", path));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    boost::system::error_code fault;
    json::value value = json::parse(text, fault);
    if (fault)
        return failure(Code::kInvalidArgument,
                       fmt::format("{}: not JSON: {}", path, fault.message()));
    return value;
}

/// Puts the files' documents into a body.
Status add_rules(const TypeRules& rules, json::object& body) {
    if (!rules.example.empty()) {
        EYED_ASSIGN(body["example"], read_document(rules.example));
    }
    if (!rules.schema.empty()) {
        EYED_ASSIGN(body["schema"], read_document(rules.schema));
    }
    return {};
}

void print_type(const Context& context, const json::object& type) {
    auto& out = context.start.out;
    if (context.style == Style::kJson) {
        out << json::serialize(type) << '\n';
        return;
    }
    if (context.style == Style::kQuiet) {
        out << text_of(type, "mode") << '\n';
        return;
    }
    const auto& counts = type.at("counts").as_object();
    out << fmt::format("{}: {} (type {}, version {})\n", text_of(type, "category"),
                       text_of(type, "name"), number_of(type, "id"), number_of(type, "version"));
    if (!text_of(type, "description").empty()) out << text_of(type, "description") << '\n';
    out << fmt::format("check:      {}\n", check_of(type));
    out << fmt::format("events:     {}, {} of them do not fit; {} open rejections\n",
                       number_of(counts, "events"), number_of(counts, "violations"),
                       number_of(counts, "rejections"));
    out << fmt::format("first seen: {}\nlast seen:  {}\nchanged:    {}\n",
                       time_of(type, "first_seen"), time_of(type, "last_seen"),
                       time_of(type, "updated_at"));
    for (const char* rule : {"example", "schema"})
        if (!text_of(type, rule).empty()) out << fmt::format("{}: {}\n", rule, text_of(type, rule));
}

/// Each key with how often it is there and with which types.
void print_keys(std::ostream& out, const json::array& keys) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& value : keys) {
        const auto& key = value.as_object();
        std::string types;
        for (const auto& type : key.at("types").as_object())
            types += (types.empty() ? "" : ", ") + std::string(type.key());
        if (key.at("dictionary").as_bool()) types += ", a dictionary";
        rows.push_back({text_of(key, "pointer"), std::to_string(number_of(key, "count")),
                        fmt::format("{:.1f} %", 100 * key.at("share").to_number<double>()), types});
    }
    out << table({"KEY", "COUNT", "SHARE", "TYPES"}, rows);
}

/// What several calls of a backtest come to.
class Trial {
  public:
    void add(const json::object& part) {
        examined_ += number_of(part, "examined");
        failed_ += number_of(part, "failed");
        others_ += number_of(part, "other_reasons");
        total_ = number_of(part, "total");
        for (const auto& one : part.at("reasons").as_array())
            add_reason(one.as_object());
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
        for (const json::object* reason : sorted())
            rows.push_back(
                {std::to_string(number_of(*reason, "count")), text_of(*reason, "reason"),
                 text_of(*reason, "message"),
                 std::to_string(
                     reason->at("event_ids").as_array().at(0).to_number<std::uint64_t>())});
        if (!rows.empty()) out << table({"COUNT", "REASON", "WHAT", "SUCH AS EVENT"}, rows);
        if (others_ > 0) out << fmt::format("{} fail for further reasons.\n", others_);
    }

  private:
    void add_reason(const json::object& reason) {
        const auto key = text_of(reason, "reason") + ' ' + text_of(reason, "message");
        const auto [known, fresh] = reasons_.emplace(key, reason);
        if (fresh) return;
        json::object& all = known->second;
        all["count"] = number_of(all, "count") + number_of(reason, "count");
        auto& events = all["event_ids"].as_array();
        for (const auto& event : reason.at("event_ids").as_array())
            if (events.size() < 3) events.push_back(event);
    }
    /// The most frequent first.
    std::vector<const json::object*> sorted() const {
        std::vector<const json::object*> order;
        for (const auto& [key, reason] : reasons_)
            order.push_back(&reason);
        std::ranges::sort(order, [](const json::object* a, const json::object* b) {
            const auto [more, less] = std::pair(number_of(*a, "count"), number_of(*b, "count"));
            return more != less ? more > less : text_of(*a, "message") < text_of(*b, "message");
        });
        return order;
    }

    std::map<std::string, json::object> reasons_;
    std::uint64_t examined_ = 0;
    std::uint64_t failed_ = 0;
    std::uint64_t others_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace

Result<int> list_types(const Context& context, const TypeList& command) {
    EYED_ASSIGN(auto api, TypesApi::connect(command.remote));
    TypesApi::Ask ask{.query = {{"limit", "1000"}}};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) ask.query.emplace_back(name, value);
    };
    add("category", command.category);
    add("mode", command.mode);
    add("q", command.search);
    auto& out = context.start.out;
    std::vector<std::vector<std::string>> rows;
    for (std::string cursor;;) {
        TypesApi::Ask page_ask = ask;
        if (!cursor.empty()) page_ask.query.emplace_back("cursor", cursor);
        EYED_ASSIGN(const auto page, api.ask(page_ask));
        for (const auto& row : page.at("results").as_array()) {
            const auto& type = row.as_object();
            const auto& counts = type.at("counts").as_object();
            if (context.style == Style::kJson) out << json::serialize(type) << '\n';
            if (context.style == Style::kQuiet)
                out << text_of(type, "category") << '\t' << text_of(type, "name") << '\n';
            rows.push_back({text_of(type, "category"), text_of(type, "name"), check_of(type),
                            std::to_string(number_of(counts, "events")),
                            std::to_string(number_of(counts, "violations")),
                            std::to_string(number_of(counts, "rejections")),
                            time_of(type, "last_seen")});
        }
        cursor = text_of(page, "next");
        if (cursor.empty()) break;
    }
    if (context.style == Style::kHuman)
        out << table(
            {"CATEGORY", "NAME", "CHECK", "EVENTS", "DO NOT FIT", "REFUSED", "LAST SEEN (UTC)"},
            rows);
    return kDone;
}

Result<int> show_type(const Context& context, const TypeShow& command) {
    EYED_ASSIGN(auto api, TypesApi::connect(command.remote));
    EYED_ASSIGN(const auto type, api.find(command.type));
    print_type(context, type);
    return kDone;
}

Result<int> set_type(const Context& context, const TypeSet& command) {
    TypesApi::Ask ask{.method = "PATCH"};
    EYED_TRY(add_rules(command.rules, ask.body));
    if (!command.mode.empty()) ask.body["mode"] = command.mode;
    if (command.description) ask.body["description"] = *command.description;
    EYED_ASSIGN(auto api, TypesApi::connect(command.remote));
    EYED_ASSIGN(const auto type, api.find(command.type));
    ask.path = path_of(type);
    ask.body["version"] = number_of(type, "version");
    EYED_ASSIGN(const auto changed, api.ask(ask));
    print_type(context, changed);
    return kDone;
}

Result<int> infer_type(const Context& context, const TypeInfer& command) {
    EYED_ASSIGN(auto api, TypesApi::connect(command.remote));
    EYED_ASSIGN(const auto type, api.find(command.type));
    EYED_ASSIGN(const auto inferred, api.ask({.method = "POST",
                                              .path = path_of(type, "/infer"),
                                              .query = {},
                                              .body = {{"limit", command.limit}}}));
    auto& out = context.start.out;
    const std::string proposed = text_of(inferred, command.as);
    if (context.style == Style::kJson) {
        out << json::serialize(inferred) << '\n';
    } else if (context.style == Style::kQuiet) {
        if (proposed.empty())
            return failure(Code::kNotFound, fmt::format("there is no {} to propose", command.as));
        out << proposed << '\n';
    } else {
        out << fmt::format("Of {} events:\n", number_of(inferred, "events"));
        print_keys(out, inferred.at("keys").as_array());
        out << fmt::format("proposed {}: {}\n", command.as, proposed.empty() ? "none" : proposed);
    }
    return kDone;
}

Result<int> backtest_type(const Context& context, const TypeBacktest& command) {
    TypesApi::Ask ask{.method = "POST"};
    EYED_TRY(add_rules(command.rules, ask.body));
    EYED_ASSIGN(auto api, TypesApi::connect(command.remote));
    EYED_ASSIGN(const auto type, api.find(command.type));
    ask.path = path_of(type, "/backtest");
    constexpr std::uint64_t kEachCall = 10'000;
    Trial trial;
    {
        std::atomic<std::uint64_t> examined{0}, failed{0}, total{0};
        const Progress progress(context.start.err, [&] {
            return fmt::format("{} of {} events examined, {} would fail", examined.load(),
                               total.load(), failed.load());
        });
        for (bool more = true; more;) {
            ask.body["limit"] = std::min(kEachCall, command.limit - trial.examined());
            EYED_ASSIGN(const auto part, api.ask(ask));
            trial.add(part);
            examined = trial.examined();
            failed = trial.failed();
            total = trial.total();
            ask.body["cursor"] = part.at("next");
            more = !part.at("next").is_null() && trial.examined() < command.limit;
        }
    }
    auto& out = context.start.out;
    if (context.style == Style::kJson)
        out << json::serialize(trial.result()) << '\n';
    else if (context.style == Style::kQuiet)
        out << trial.failed() << '\n';
    else
        trial.print(out);
    return kDone;
}

}  // namespace eyed::cli
