#include "cli/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/json_text.h"
#include "cli/text.h"

namespace eyed::cli {
namespace {

constexpr std::size_t kShownBytes = 500;  ///< of what a server says

/// libcurl's global part, once for the process.
CURLcode start_curl() {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    return started;
}

struct Headers {
    curl_slist* list = nullptr;
    ~Headers() { curl_slist_free_all(list); }
    void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
};

std::size_t append_body(char* data, std::size_t, std::size_t size, void* into) {
    static_cast<std::string*>(into)->append(data, size);
    return size;
}

struct Sink {
    CURL* curl = nullptr;
    int descriptor = -1;
    std::uint64_t written = 0;
    int error = 0;
    std::string refusal;  ///< body of an answer other than 200
};

std::size_t write_body(char* data, std::size_t, std::size_t size, void* into) {
    auto& sink = *static_cast<Sink*>(into);
    long status = 0;
    curl_easy_getinfo(sink.curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
        sink.refusal.append(data, size);
        return size;
    }
    for (std::size_t done = 0; done < size;) {
        const auto wrote = ::write(sink.descriptor, data + done, size - done);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) {
            sink.error = errno;
            return 0;  // ends the transfer
        }
        done += static_cast<std::size_t>(wrote);
    }
    sink.written += size;
    return size;
}

int ask_given_up(void* given_up, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return (*static_cast<const std::function<bool()>*>(given_up))() ? 1 : 0;
}

}  // namespace

struct HttpClient::Handle {
    CURL* curl = nullptr;
    char error[CURL_ERROR_SIZE] = {};
    ~Handle() { curl_easy_cleanup(curl); }

    void prepare(const Options& options, const std::string& path, const Headers& headers) {
        const std::string url = options.url + path;
        curl_easy_reset(curl);  // keeps the connection
        curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.list);
        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
        curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
        curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 60L);
        curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
        if (!options.given_up) return;
        curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, ask_given_up);
        curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &options.given_up);
    }
    std::unexpected<Error> failed(CURLcode code) const {
        if (code == CURLE_ABORTED_BY_CALLBACK)
            return failure(Code::kUnavailable, "the request was given up before it was answered");
        return failure(Code::kUnavailable,
                       fmt::format("the server does not answer: {}",
                                   error[0] != '\0' ? error : curl_easy_strerror(code)));
    }
};

HttpClient::HttpClient() : handle_(std::make_unique<Handle>()) {
}
HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::create(Options options) {
    if (!options.url.starts_with("http://") && !options.url.starts_with("https://"))
        return failure(Code::kInvalidArgument, "the URL must begin with http:// or https://");
    while (options.url.ends_with('/'))
        options.url.pop_back();
    std::unique_ptr<HttpClient> client(new HttpClient);
    client->options_ = std::move(options);
    if (start_curl() == CURLE_OK) client->handle_->curl = curl_easy_init();
    if (client->handle_->curl == nullptr) return failure(Code::kInternal, "libcurl does not start");
    return client;
}

Result<HttpClient::Response> HttpClient::perform() {
    Response response;
    CURL* curl = handle_->curl;
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, append_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response.body);
    if (const auto code = curl_easy_perform(curl); code != CURLE_OK) return handle_->failed(code);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    curl_off_t wait = 0;
    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
        response.retry_after = std::chrono::seconds(wait);
    return response;
}

Result<HttpClient::Response> HttpClient::send(const Request& request) {
    const bool has_body = request.method != "GET";
    Headers headers;
    headers.add(authorization());
    if (has_body) {
        headers.add("Content-Type: " + request.content_type);
        headers.add("Expect:");  // the body follows at once
    }
    if (!request.idempotency_key.empty())
        headers.add("Idempotency-Key: " + request.idempotency_key);
    handle_->prepare(options_, with_query(request.path, request.query), headers);
    if (has_body) {
        curl_easy_setopt(handle_->curl, CURLOPT_POSTFIELDSIZE_LARGE,
                         static_cast<curl_off_t>(request.body.size()));
        curl_easy_setopt(handle_->curl, CURLOPT_POSTFIELDS, request.body.data());
        curl_easy_setopt(handle_->curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    return perform();
}

std::string HttpClient::authorization() const {
    return fmt::format("Authorization: {} {}", options_.scheme, options_.token);
}

std::string HttpClient::with_query(const std::string& path, const Query& query) const {
    std::string whole = path;
    char separator = '?';
    for (const auto& [name, value] : query) {
        char* encoded =
            curl_easy_escape(handle_->curl, value.c_str(), static_cast<int>(value.size()));
        whole += fmt::format("{}{}={}", separator, name, encoded == nullptr ? "" : encoded);
        curl_free(encoded);
        separator = '&';
    }
    return whole;
}

Result<std::uint64_t> HttpClient::download(const Download& request) {
    const std::string path = with_query(request.path, request.query);
    Headers headers;
    headers.add(authorization());
    handle_->prepare(options_, path, headers);
    CURL* curl = handle_->curl;
    Sink sink{curl, request.descriptor, 0, 0, {}};
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 600L);  // the server may prepare the file first
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, write_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
    const auto code = curl_easy_perform(curl);
    if (sink.error != 0)
        return failure(sink.error == ENOSPC ? Code::kDiskFull : Code::kIo,
                       fmt::format("writing the export: {}", std::strerror(sink.error)));
    if (code != CURLE_OK) return handle_->failed(code);
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) return std::unexpected(status_error(static_cast<int>(status), sink.refusal));
    return sink.written;
}

Error status_error(int status, std::string_view body) {
    const auto detail =
        fmt::format("the server answers {}: {}", status, printable(utf8_prefix(body, kShownBytes)));
    switch (status) {
        case 400:
        case 422:
            return {Code::kInvalidArgument, detail};
        case 401:
            return {Code::kUnauthenticated, detail};
        case 403:
            return {Code::kForbidden, detail};
        case 404:
            return {Code::kNotFound, detail};
        case 413:
            return {Code::kTooLarge, detail};
        case 429:
        case 503:
            return {Code::kOverloaded, detail};
        default:
            return {Code::kUnavailable, detail};
    }
}

}  // namespace eyed::cli
