#include "cli/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/json_text.h"
#include "cli/text.h"

namespace eyed::cli {

namespace json = boost::json;

namespace {

constexpr int kAttempts = 10;
constexpr std::chrono::seconds kLongestWait{30};
constexpr std::size_t kShownBytes = 200;

/// What a problem document says is wrong: its `errors`, or its `detail`; empty: it is none.
std::string problem_in(const json::object& problem) {
    std::string faults;
    for (const json::object* fault : rows_in(problem, "errors")) {
        if (!faults.empty()) faults += "; ";
        faults += fmt::format("{}{}: {}", text_in(*fault, "field"), text_in(*fault, "pointer"),
                              text_in(*fault, "message"));
    }
    return faults.empty() ? text_in(problem, "detail") : faults;
}

Error error_of(const HttpClient::Response& response) {
    Error error = status_error(response.status, response.body);
    const auto value = parse_json(response.body);
    const std::string says =
        value && value->is_object() ? problem_in(value->get_object()) : std::string();
    if (!says.empty())
        error.detail = fmt::format("the server answers {}: {}", response.status, printable(says));
    return error;
}

}  // namespace

Result<Server> Server::connect(const Remote& remote) {
    EYED_ASSIGN(auto client, HttpClient::create({.url = remote.url, .token = remote.token}));
    return Server(std::move(client));
}

Result<json::object> Server::ask(const Ask& ask) {
    for (int attempt = 1;; ++attempt) {
        EYED_ASSIGN(
            const HttpClient::Response response,
            client_->send(
                {.method = ask.method, .path = ask.path, .query = ask.query, .body = ask.body}));
        const bool busy = response.status == 429 || response.status == 503;
        if (busy && attempt < kAttempts) {
            const auto wait = response.retry_after.value_or(std::chrono::seconds(1));
            std::this_thread::sleep_for(std::min(wait, kLongestWait));
            continue;
        }
        if (response.status < 200 || response.status > 299)
            return std::unexpected(error_of(response));
        if (response.status == 204) return json::object();
        auto answer = parse_json(response.body);
        if (!answer || !answer->is_object())
            return failure(Code::kUnavailable,
                           fmt::format("the server's answer is not that of eyed: {}",
                                       printable(utf8_prefix(response.body, kShownBytes))));
        return std::move(answer->get_object());
    }
}

}  // namespace eyed::cli
