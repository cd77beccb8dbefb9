#include "ingest/outbox_pump.h"

#include <algorithm>
#include <string>
#include <utility>
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

OutboxPump::OutboxPump(Parts parts, Limits limits)
    : parts_(std::move(parts)), decoder_(parts_.types, own_limits(limits)) {
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

Result<ApplicationId> OutboxPump::application_named(const std::string& name) {
    if (const auto known = applications_.find(name); known != applications_.end())
        return known->second;
    EYED_ASSIGN(const auto application,
                parts_.applications.find_or_create(
                    {.name = name, .owner = {}, .created_at = parts_.clock.now()},
                    {.user = {}, .key = {}, .via = model::Via::kStart}));
    if (parts_.application_found) EYED_TRY(parts_.application_found());
    applications_.emplace(name, application.id);
    return application.id;
}

Result<std::size_t> OutboxPump::drain_some() {
    EYED_ASSIGN(const auto entries, parts_.outbox.first(kAtOnce));
    for (std::size_t begin = 0; begin < entries.size();) {
        const std::string& sender = entries[begin].application;
        EYED_ASSIGN(const auto application, application_named(sender));
        std::string lines;
        Micros latest = parts_.clock.now();
        std::size_t end = begin;
        for (; end < entries.size() && entries[end].application == sender; ++end) {
            append_line(entries[end], lines);
            latest = std::max(latest, entries[end].at);  // a clock that was set back meanwhile
        }
        const std::size_t length = lines.size();
        lines.append(kPadding, ' ');
        decoder_.native({.application = application, .now = latest}, BodyKind::kLines,
                        std::string_view(lines).substr(0, length), decoded_);
        BlockingLoop loop;
        EYED_TRY(loop.run(parts_.committer.commit(decoded_, loop)));
        EYED_TRY(parts_.outbox.remove_through(entries[end - 1].number));
        begin = end;
    }
    return entries.size();
}

}  // namespace eyed::ingest
