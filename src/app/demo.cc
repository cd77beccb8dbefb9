#include "app/demo.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "base/blocking.h"
#include "catalog/applications.h"
#include "http/message.h"
#include "ingest/decoder.h"

namespace eyed::app {
namespace {

struct Step {
    const char* category;
    const char* name;
    const char* data;
};

/// One visit; the demo has several, each in a session of its own.
constexpr std::array<Step, 6> kVisit{{
    {"page interaction", "pageview", R"({"host":"shop.example","path":"/"})"},
    {"page interaction", "pageview", R"({"host":"shop.example","path":"/tea"})"},
    {"page interaction", "cta click", R"({"host":"shop.example","path":"/tea","element":"add"})"},
    {"page interaction", "pageview", R"({"host":"shop.example","path":"/basket"})"},
    {"form interaction", "submit", R"({"host":"shop.example","path":"/basket","form":"order"})"},
    {"order", "placed", R"({"total":"24.90","currency":"EUR","lines":2})"},
}};
constexpr int kVisits = 4;

/// The visits as NDJSON; each starts an hour after the one before and ends one step earlier.
std::string visits(Micros now) {
    std::string lines;
    for (int visit = 0; visit < kVisits; ++visit) {
        const std::string session = to_string(random_uuid());
        const std::size_t steps = kVisit.size() - static_cast<std::size_t>(visit);
        for (std::size_t i = 0; i < steps; ++i) {
            const Micros at = now - std::chrono::hours(kVisits - visit) +
                              std::chrono::seconds(static_cast<long>(i) * 40);
            lines += fmt::format(
                R"({{"session_id":"{}","category":"{}","name":"{}","data":{},"timestamp":"{}"}})"
                "\n",
                session, kVisit[i].category, kVisit[i].name, kVisit[i].data, to_iso8601(at));
        }
    }
    return lines;
}

}  // namespace

Status add_demo_events(log::Log& log, catalog::Catalog& catalog, ingest::Types& types,
                       ingest::Committer& committer, const Clock& clock) {
    if (log.durable().value != 0) return {};
    const Micros now = clock.now();
    EYED_ASSIGN(const model::Application application,
                catalog.applications().find_or_create({.name = "demo", .created_at = now},
                                                      {.via = model::Via::kStart}));
    std::string body = visits(now);
    const std::size_t length = body.size();
    body.append(http::Request::kBodyPadding, ' ');
    ingest::Decoder decoder(types, {});
    ingest::Decoded decoded;
    decoder.native({.application = application.id, .now = now}, ingest::BodyKind::kLines,
                   std::string_view(body).substr(0, length), decoded);
    BlockingLoop loop;
    return loop.run(committer.commit(decoded, loop));
}

}  // namespace eyed::app
