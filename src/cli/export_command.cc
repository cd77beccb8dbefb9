#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <ostream>

#include "base/blocking.h"
#include "cli/context.h"
#include "cli/http_client.h"
#include "cli/offline_accounts.h"
#include "cli/progress.h"
#include "cli/stopped_directory.h"
#include "cli/text.h"
#include "io/temporary_directory.h"
#include "store/projector.h"

namespace eyed::cli {
namespace {

Result<std::optional<Micros>> instant(const std::string& flag, const std::string& text) {
    if (text.empty()) return std::optional<Micros>();
    auto at = parse_iso8601(text);
    if (!at) at = parse_date(text);
    if (!at)
        return failure(Code::kInvalidArgument,
                       fmt::format("{} must be ISO 8601, such as 2026-01-31T12:00:00Z", flag));
    return at;
}

Result<store::EventFilter> filter_of(const Export& command) {
    store::EventFilter filter;
    if (!command.category.empty()) filter.category = command.category;
    if (!command.name.empty()) filter.name = command.name;
    if (!command.session.empty()) {
        filter.session = parse_uuid(command.session);
        if (!filter.session || filter.session->is_nil())
            return failure(Code::kInvalidArgument, "--session must be a UUID, and not the nil one");
    }
    EYED_ASSIGN(filter.from, instant("--from", command.from));
    EYED_ASSIGN(filter.to, instant("--to", command.to));
    if (command.min_id != 0) filter.min_id = EventId{command.min_id};
    if (command.max_id != 0) filter.max_id = EventId{command.max_id};
    return filter;
}

store::ExportFormat format_of(const Export& command) {
    if (command.format == "csv") return store::ExportFormat::kCsv;
    if (command.format == "parquet") return store::ExportFormat::kParquet;
    return store::ExportFormat::kNdjson;
}

/// The file while it grows: its size is the progress there is.
std::string size_text(const std::string& path) {
    std::error_code error;
    const auto bytes = std::filesystem::file_size(path, error);
    return error ? std::string() : fmt::format("exporting: {} MiB", bytes >> 20U);
}

/// Whether the store gets there within a second.
Task<bool> reached(store::AppliedSignal& signal, Position end, Executor& executor) {
    store::AppliedSignal::Wait wait(signal, end, executor, std::chrono::seconds(1));
    co_return co_await wait;
}

/// Brings the store up to the log's end: a server that was killed may have left it behind.
Status catch_up(const Context& context, StoppedDirectory& directory, log::Log& log,
                store::EventStore& store) {
    const auto end = log.durable();
    if (store.applied() >= end) return {};
    store::AppliedSignal signal;
    store::Projector projector(log, store, signal, directory.logger());
    const Progress progress(context.start.err, [&] {
        return fmt::format("applying the log: {} of {} records", signal.applied().value, end.value);
    });
    projector.start();
    BlockingLoop loop;
    while (!loop.run(reached(signal, end, loop)))
        if (const auto state = projector.state(); !state.problem.empty())
            return failure(Code::kUnavailable, state.problem);
    projector.stop();
    return {};
}

Result<std::uint64_t> export_offline(const Context& context, const Export& command,
                                     const std::string& path) {
    EYED_ASSIGN(auto filter, filter_of(command));
    EYED_ASSIGN(const auto directory, StoppedDirectory::open(context.settings()));
    EYED_ASSIGN(const auto accounts, OfflineAccounts::open(context.settings()));
    if (!command.application.empty()) {
        const auto id = accounts->names().application_by_name(command.application);
        if (!id)
            return failure(Code::kNotFound,
                           fmt::format("there is no application {}", command.application));
        filter.applications.push_back(*id);
    }
    EYED_ASSIGN(const auto log, directory->open_log());
    const auto name = [&](ApplicationId id) { return accounts->names().application_name(id); };
    EYED_ASSIGN(const auto store, directory->open_store(name));
    EYED_TRY(catch_up(context, *directory, *log, *store));
    const Progress progress(context.start.err, [&] { return size_text(path); });
    return store->export_events(filter, format_of(command), path);
}

/// A descriptor that closes itself.
struct Descriptor {
    int number = -1;
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }
};

Result<std::uint64_t> export_online(const Context& context, const Export& command,
                                    const std::string& path) {
    EYED_ASSIGN(const auto client, HttpClient::create({command.remote.url, command.remote.token}));
    HttpClient::Download download;
    download.path = "/api/v1/export";
    download.query.emplace_back("format", command.format);
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) download.query.emplace_back(name, value);
    };
    add("category", command.category);
    add("name", command.name);
    add("session_id", command.session);
    add("application", command.application);
    add("from", command.from);
    add("to", command.to);
    add("min_id", command.min_id == 0 ? "" : std::to_string(command.min_id));
    add("max_id", command.max_id == 0 ? "" : std::to_string(command.max_id));
    const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
    if (file.number < 0)
        return failure(Code::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
    download.descriptor = file.number;
    const Progress progress(context.start.err, [&] { return size_text(path); });
    EYED_TRY(client->download(download));
    if (::fsync(file.number) != 0)
        return failure(Code::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
    return std::uint64_t{0};  // the server does not say how many
}

Status copy_to(std::ostream& out, const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return failure(Code::kIo, fmt::format("{}: {}", path, std::strerror(errno)));
    if (file.peek() != std::ifstream::traits_type::eof()) out << file.rdbuf();
    if (!out || file.bad())
        return failure(Code::kIo, "standard output does not take what was written");
    return {};
}

void tell(const Context& context, const Export& command, std::uint64_t events) {
    auto& out = context.start.out;
    std::error_code error;
    const auto bytes = std::filesystem::file_size(command.output, error);
    if (context.style == Style::kJson) {
        JsonObject object;
        object.text("file", command.output).number("bytes", static_cast<std::int64_t>(bytes));
        if (command.remote.url.empty()) object.number("events", static_cast<std::int64_t>(events));
        out << object.str() << '\n';
    } else if (context.style == Style::kQuiet) {
        out << command.output << '\n';
    } else if (command.remote.url.empty()) {
        out << fmt::format("Wrote {} events to {} ({} bytes).\n", events, command.output, bytes);
    } else {
        out << fmt::format("Wrote {} ({} bytes).\n", command.output, bytes);
    }
}

}  // namespace

Result<int> export_events(const Context& context, const Export& command) {
    const bool to_standard_output = command.output == "-";
    if (to_standard_output && context.start.out_is_terminal && command.format == "parquet")
        return failure(Code::kInvalidArgument, "a terminal shows no Parquet: give --output FILE");
    std::error_code error;
    if (!to_standard_output && std::filesystem::exists(command.output, error))
        return failure(Code::kConflict, fmt::format("{} is there already", command.output));

    // Whole or not at all: the file gets its name when it is complete.
    const io::TemporaryDirectory scratch;
    const std::string path = to_standard_output ? scratch.file("export") : command.output + ".part";
    if (!to_standard_output) std::filesystem::remove(path, error);
    const auto events = command.remote.url.empty() ? export_offline(context, command, path)
                                                   : export_online(context, command, path);
    if (!events) {
        std::filesystem::remove(path, error);
        return std::unexpected(events.error());
    }
    if (to_standard_output) {
        EYED_TRY(copy_to(context.start.out, path));
        return kDone;
    }
    std::filesystem::rename(path, command.output, error);
    if (error) return failure(Code::kIo, fmt::format("{}: {}", command.output, error.message()));
    tell(context, command, *events);
    return kDone;
}

}  // namespace eyed::cli
