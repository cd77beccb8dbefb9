#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/json_text.h"
#include "cli/answers.h"
#include "cli/http_client.h"
#include "cli/import_target.h"
#include "cli/text.h"

namespace eyed::cli {
namespace {

constexpr int kAttempts = 10;
constexpr std::chrono::seconds kLongestWait{30};

bool worth_another_try(int status) {
    return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

std::uint32_t count_in(const boost::json::object& object, std::string_view name) {
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(number_in(object, name), UINT32_MAX));
}

/// Of the answer to a batch. An answer that is not one is an error: then nothing can be said.
Result<ImportCounts> counts_of(const HttpClient::Response& response, std::uint32_t events) {
    const auto body = parse_json(response.body);
    const auto* object = body ? body->if_object() : nullptr;
    if (object == nullptr || !object->contains("results"))
        return failure(Code::kUnavailable,
                       fmt::format("the server's answer is not that of eyed: {}",
                                   printable(utf8_prefix(response.body, 200))));
    const ImportCounts counts{count_in(*object, "accepted"), count_in(*object, "duplicates"),
                              count_in(*object, "rejected")};
    if (counts.accepted + counts.duplicates + counts.rejected != events)
        return failure(Code::kInternal,
                       fmt::format("the server counts {} of {} events",
                                   counts.accepted + counts.duplicates + counts.rejected, events));
    return counts;
}

class OnlineTarget final : public ImportTarget {
  public:
    OnlineTarget(std::unique_ptr<HttpClient> client, const Remote& remote, Notice notice)
        : client_(std::move(client)),
          identity_(fmt::format("{} {}", remote.url.substr(0, remote.url.find_last_not_of('/') + 1),
                                remote.token)),
          notice_(std::move(notice)) {}

    Result<ImportCounts> send(const ImportLines& lines) override {
        Error last;
        std::chrono::seconds wait{1};
        for (int attempt = 1; attempt <= kAttempts; ++attempt) {
            const auto response = client_->send({.method = "POST",
                                                 .path = "/api/v1/events",
                                                 .query = {},
                                                 .content_type = "application/x-ndjson",
                                                 .idempotency_key = {},
                                                 .body = lines.text});
            if (response && (response->status == 200 || response->status == 207))
                return counts_of(*response, lines.events);
            last = response ? status_error(response->status, response->body) : response.error();
            if (response && !worth_another_try(response->status)) break;
            if (attempt == kAttempts) break;
            const auto pause = response && response->retry_after ? *response->retry_after : wait;
            notice_(fmt::format("{}; trying again in {} s", last.detail, pause.count()));
            std::this_thread::sleep_for(std::min(pause, kLongestWait));
            wait = std::min(2 * wait, kLongestWait);
        }
        if (last.code == Code::kInvalidArgument) last.code = Code::kUnavailable;  // not our user's
        return std::unexpected(last);
    }

    std::string identity() const override { return identity_; }

  private:
    std::unique_ptr<HttpClient> client_;
    const std::string identity_;
    const Notice notice_;
};

}  // namespace

Result<std::unique_ptr<ImportTarget>> make_online_target(const Remote& remote, Notice notice) {
    EYED_ASSIGN(auto client, HttpClient::create({remote.url, remote.token}));
    return std::make_unique<OnlineTarget>(std::move(client), remote, std::move(notice));
}

}  // namespace eyed::cli
