// GET /api/v1/export: the store writes a file, the server sends and removes it.
#include <fmt/format.h>

#include "api/exports.h"
#include "api/handlers.h"
#include "api/lists.h"
#include "base/uuid.h"
#include "config/data_layout.h"
#include "io/file_system.h"
#include "store/event_store.h"

namespace eyed::api {

namespace {

struct Format {
    store::ExportFormat format;
    std::string_view extension;
    std::string_view media;
};

Format format_of(std::string_view name) {
    if (name == "csv") return {store::ExportFormat::kCsv, "csv", "text/csv; charset=utf-8"};
    if (name == "parquet")
        return {store::ExportFormat::kParquet, "parquet", "application/vnd.apache.parquet"};
    return {store::ExportFormat::kNdjson, "ndjson", "application/x-ndjson"};
}

}  // namespace

std::string export_directory(const config::Settings& settings) {
    return config::DataLayout{settings.data}.exports();
}

Result<http::FileBody> make_export(Services& services, std::string_view extension,
                                   const std::function<Status(const std::string& path)>& write) {
    http::FileBody file;
    file.path = fmt::format("{}/{}.{}", export_directory(services.settings),
                            to_string(random_uuid()), extension);
    file.afterwards = http::FileBody::Afterwards::kRemove;
    const auto make = [&]() -> Status {
        EYED_TRY(write(file.path));
        EYED_ASSIGN(const auto opened, services.files.open(file.path, io::OpenMode::kRead));
        EYED_ASSIGN(file.bytes, opened->size());
        return {};
    };
    const Status made = make();
    if (made) return file;
    if (services.files.exists(file.path))
        static_cast<void>(services.files.remove(file.path));  // the failure is told already
    return std::unexpected(made.error());
}

Status check_export_space(Services& services) {
    constexpr std::uint64_t kKeepFree = std::uint64_t{256} << 20U;
    const std::string directory = export_directory(services.settings);
    EYED_ASSIGN(const std::uint64_t free, services.files.free_bytes(directory));
    if (free >= kKeepFree) return {};
    return failure(Code::kDiskFull, fmt::format("{}: {} MiB are free, an export leaves at least {}",
                                                directory, free >> 20U, kKeepFree >> 20U));
}

Status prepare_exports(Services& services) {
    const std::string directory = export_directory(services.settings);
    EYED_TRY(services.files.create_directories(directory));
    EYED_ASSIGN(const auto names, services.files.list(directory));
    for (const std::string& name : names)
        EYED_TRY(services.files.remove(fmt::format("{}/{}", directory, name)));
    return {};
}

Task<http::Response> export_events(Api& api, http::Request& request) {
    query::ParameterErrors errors;
    query::EventsQuery query = query::export_events(request.query, errors);
    if (!errors.empty()) co_return parameter_errors(request, errors);
    auto applications = readable(api.names, request.principal, query.application);
    if (!applications) co_return fail(api, request, applications.error());
    query.filter.applications = *std::move(applications);

    const Format format = format_of(query.format);
    http::Response response;
    response.content_type = format.media;
    response.headers.push_back(
        {"Content-Disposition",
         fmt::format("attachment; filename=\"events.{}\"", format.extension)});
    if (request.method == http::Method::kHead) {
        response.unmade = true;
        never_store(response);
        co_return response;
    }

    auto write = [&api, &query, &format] {
        return make_export(api.services, format.extension, [&](const std::string& path) -> Status {
            EYED_TRY(api.services.store.export_events(query.filter, format.format, path));
            return {};
        });
    };
    auto respond = [&response](http::FileBody file) {
        response.file = std::move(file);
        return std::move(response);
    };
    http::Response answer = co_await answer_read(api, request, api.services.lanes.exports,
                                                 std::move(write), std::move(respond));
    co_return answer;
}

}  // namespace eyed::api
