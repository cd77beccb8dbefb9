#include "app/access_log.h"

#include "cashback/cpf.h"
#include "http/router.h"

namespace eyed::app {

std::string shown_path(const http::Request& request) {
    constexpr std::string_view kFeeds = "/events_api/v1/ics";
    if (http::is_within(request.path, kFeeds)) return std::string(kFeeds);
    return cashback::with_masked_cpfs(request.path);
}

void log_access(const http::Exchange& exchange, Logger& logger) {
    const Level level = exchange.status >= 500   ? Level::kWarning
                        : exchange.status >= 400 ? Level::kInfo
                                                 : Level::kDebug;
    if (!logger.enabled(level)) return;
    const http::Request& request = exchange.request;
    const std::string path = shown_path(request);
    logger.log(
        level, "request",
        {{"method", request.method_text},
         {"path", std::string_view(path)},
         {"status", std::int64_t{exchange.status}},
         {"received_bytes", exchange.request_bytes},
         {"sent_bytes", exchange.response_bytes},
         {"duration_ms", std::chrono::duration<double, std::milli>(exchange.duration).count()},
         {"request_id", std::string_view(request.request_id)},
         {"peer", std::string_view(request.peer)},
         {"user", request.principal.user.value},
         {"key", request.principal.key.value}});
}

}  // namespace eyed::app
