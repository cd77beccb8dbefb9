#include "ingest/outbox_pump.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/blocking.h"
#include "base/json_text.h"
#include "catalog/applications.h"
#include "catalog/outbox.h"

namespace eyed::ingest {
namespace {

constexpr std::size_t kAtOnce = 200;
constexpr std::size_t kPadding = 64;  // what the decoder reads past the end

void append_line(const catalog::Outbox::Entry& entry, std::string& lines) {
    lines += "{\"event_id\":\"";
    append_uuid(entry.id, lines);
    lines += "\",\"category\":";
    append_json_string(entry.category, lines);
    lines += ",\"name\":";
    append_json_string(entry.name, lines);
    lines += ",\"timestamp\":\"";
    append_iso8601(entry.at, lines);
    lines += "\",\"data\":";
    lines += entry.data;
    lines += "}\n";
}

/// The bounds of what strangers send don't count here, but depth.
Limits own_limits(Limits limits) {
    limits.batch_events = kAtOnce;
    return limits;
}

}  // namespace

OutboxPump::OutboxPump(Parts parts, std::string application, Limits limits)
    : parts_(parts),
      application_name_(std::move(application)),
      decoder_(parts.types, own_limits(limits)) {
}

Status OutboxPump::drain() {
    const std::lock_guard lock(mutex_);
    while (true) {
        const Result<std::size_t> taken = drain_some();
        if (!taken) {
            waiting_ = parts_.outbox.size().value_or(0);
            return std::unexpected(taken.error());
        }
        waiting_ = 0;
        if (*taken < kAtOnce) return {};
    }
}

Status OutboxPump::find_application() {
    if (application_) return {};
    EYED_ASSIGN(const auto application,
                parts_.applications.find_or_create(
                    {.name = application_name_, .owner = {}, .created_at = parts_.clock.now()},
                    {.user = {}, .key = {}, .via = model::Via::kStart}));
    application_ = application.id;
    return {};
}

Result<std::size_t> OutboxPump::drain_some() {
    EYED_ASSIGN(const auto entries, parts_.outbox.first(kAtOnce));
    if (entries.empty()) return std::size_t{0};
    EYED_TRY(find_application());
    std::string lines;
    Micros latest = parts_.clock.now();
    for (const catalog::Outbox::Entry& entry : entries) {
        append_line(entry, lines);
        latest = std::max(latest, entry.at);  // a clock that was set back meanwhile
    }
    const std::size_t length = lines.size();
    lines.append(kPadding, ' ');
    decoder_.native({.application = application_, .now = latest}, BodyKind::kLines,
                    std::string_view(lines).substr(0, length), decoded_);
    BlockingLoop loop;
    EYED_TRY(loop.run(parts_.committer.commit(decoded_, loop)));
    EYED_TRY(parts_.outbox.remove_through(entries.back().number));
    return entries.size();
}

}  // namespace eyed::ingest
