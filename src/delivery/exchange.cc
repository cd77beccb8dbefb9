#include "delivery/exchange.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/json_text.h"
#include "model/delivery.h"

namespace eyed::delivery {
namespace {

constexpr std::size_t kMostAnswer = 1024 * 1024;
constexpr std::size_t kMostAnswerHeaders = 256 * 1024;
constexpr long kReceiveBuffer = 4096;
constexpr long kSendBuffer = 16 * 1024;
constexpr std::size_t kShownError = 300;

/// Words for people and the catalog: of libcurl, and sometimes of the peer.
std::string printable(std::string_view text) {
    std::string clean(utf8_prefix(text, kShownError));
    std::ranges::replace_if(
        clean, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
    if (!is_utf8(clean)) return "the peer's answer is no HTTP";
    return clean;
}

void set(CURL* easy, CURLoption option, long value) {
    curl_easy_setopt(easy, option, value);
}

}  // namespace

std::unique_ptr<Exchange> Exchange::create() {
    std::unique_ptr<Exchange> exchange(new Exchange);
    exchange->easy_ = curl_easy_init();
    if (exchange->easy_ == nullptr) return nullptr;
    return exchange;
}

Exchange::~Exchange() {
    curl_easy_cleanup(easy_);
    curl_slist_free_all(headers_);
    curl_slist_free_all(pinned_);
}

Exchange& Exchange::of(CURL* easy) {
    char* self = nullptr;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
    return *reinterpret_cast<Exchange*>(self);
}

void Exchange::prepare(TransferRequest request, const Way& way) {
    request_ = std::move(request);
    policy_ = &way.policy;
    body_read_ = header_bytes_ = body_bytes_ = 0;
    response_.clear();
    forbidden_.clear();
    error_[0] = '\0';
    curl_easy_reset(easy_);
    curl_easy_setopt(easy_, CURLOPT_PRIVATE, this);
    curl_easy_setopt(easy_, CURLOPT_URL, request_.target.url.c_str());
    curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_.data());
    curl_easy_setopt(easy_, CURLOPT_USERAGENT, way.user_agent.c_str());
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy_, CURLOPT_PROXY, "");
    set(easy_, CURLOPT_NOSIGNAL, 1);
    set(easy_, CURLOPT_PATH_AS_IS, 1);
    set(easy_, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    set(easy_, CURLOPT_FOLLOWLOCATION, 0);
    set(easy_, CURLOPT_BUFFERSIZE, kReceiveBuffer);
    set(easy_, CURLOPT_UPLOAD_BUFFERSIZE, kSendBuffer);
    set(easy_, CURLOPT_TIMEOUT_MS, std::max<long>(1, static_cast<long>(way.within.count())));
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
    set_body();
    set_headers();
    pin(way.addresses);
}

void Exchange::set_body() {
    if (request_.method == "GET") {
        set(easy_, CURLOPT_HTTPGET, 1);
        return;
    }
    set(easy_, CURLOPT_POST, 1);
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request_.body.size()));
    if (request_.may_repeat) {
        curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.data());
        return;
    }
    // libcurl asks to begin the body anew before it repeats a request whose body has left.
    curl_easy_setopt(easy_, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy_, CURLOPT_READDATA, this);
    curl_easy_setopt(easy_, CURLOPT_SEEKFUNCTION, on_rewind);
    curl_easy_setopt(easy_, CURLOPT_SEEKDATA, this);
    set(easy_, CURLOPT_MAXAGE_CONN, 1);
}

void Exchange::set_headers() {
    curl_slist_free_all(headers_);
    headers_ = curl_slist_append(nullptr, "Expect:");  // the body follows at once
    std::string line;
    for (const auto& [name, value] : request_.headers) {
        line = name;
        line += value.empty() ? ";" : ": ";  // libcurl's way to say an empty one
        line += value;
        headers_ = curl_slist_append(headers_, line.c_str());
    }
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
}

/// libcurl knows the host by these addresses alone: it never looks the name up.
void Exchange::pin(std::span<const std::string> addresses) {
    curl_slist_free_all(pinned_);
    pinned_ = nullptr;
    if (addresses.empty()) return;
    std::string line = fmt::format("+{}:{}:", request_.target.host, request_.target.port);
    for (const std::string& address : addresses) {
        if (line.back() != ':') line += ',';
        const bool is_v6 = address.find(':') != std::string::npos;
        line += is_v6 ? "[" + address + "]" : address;
    }
    pinned_ = curl_slist_append(nullptr, line.c_str());
    curl_easy_setopt(easy_, CURLOPT_RESOLVE, pinned_);
}

TransferResult Exchange::finish(CURLcode code) {
    TransferResult result;
    result.id = request_.id;
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200) {
        result.reached = TransferResult::Reached::kAnswered;
        result.status = static_cast<int>(status);
    } else {
        result.reached = is_surely_unsent(code) ? TransferResult::Reached::kNotSent
                                                : TransferResult::Reached::kSent;
    }
    if (code != CURLE_OK) result.error = words(code);
    if (code == CURLE_OK && status < 200) result.error = "no final answer came";
    curl_off_t wait = 0;
    if (curl_easy_getinfo(easy_, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
        result.retry_after = std::chrono::seconds(wait);
    const char* address = nullptr;
    if (curl_easy_getinfo(easy_, CURLINFO_PRIMARY_IP, &address) == CURLE_OK && address != nullptr)
        result.address = address;
    result.response = std::move(response_);
    response_ = {};
    request_ = {};
    return result;
}

std::string Exchange::words(CURLcode code) const {
    if (!forbidden_.empty())
        return fmt::format(
            "{} is not an address of the public Internet, and not in "
            "delivery.allow_networks",
            forbidden_);
    if (code == CURLE_ABORTED_BY_CALLBACK) return "the program stopped before an answer came";
    if (code == CURLE_SEND_FAIL_REWIND) return "the connection was lost before an answer came";
    if (body_bytes_ > kMostAnswer) return fmt::format("the answer is over {} bytes", kMostAnswer);
    if (header_bytes_ > kMostAnswerHeaders) return "the answer's header is too large";
    return printable(error_[0] != '\0' ? error_.data() : curl_easy_strerror(code));
}

/// Nothing was written, and libcurl gave up where it had not begun to. When in doubt, false.
bool Exchange::is_surely_unsent(CURLcode code) const {
    long request_bytes = 0;
    curl_off_t body_bytes = 0;
    curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &request_bytes);
    curl_easy_getinfo(easy_, CURLINFO_SIZE_UPLOAD_T, &body_bytes);
    if (request_bytes > 0 || body_bytes > 0 || body_read_ > 0) return false;
    switch (code) {
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_FAILED_INIT:
        case CURLE_URL_MALFORMAT:
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
        case CURLE_OUT_OF_MEMORY:
        case CURLE_OPERATION_TIMEDOUT:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_ABORTED_BY_CALLBACK:
        case CURLE_SSL_ENGINE_NOTFOUND:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS:
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            return true;
        default:
            return false;
    }
}

std::size_t Exchange::on_body(char* data, std::size_t, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    exchange.body_bytes_ += size;
    const std::size_t room = model::kMostResponse - exchange.response_.size();
    exchange.response_.append(data, std::min(room, size));
    return exchange.body_bytes_ > kMostAnswer ? 0 : size;  // another number ends the transfer
}

std::size_t Exchange::on_header(char*, std::size_t one, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    exchange.header_bytes_ += one * size;
    return exchange.header_bytes_ > kMostAnswerHeaders ? 0 : one * size;
}

std::size_t Exchange::on_read(char* into, std::size_t one, std::size_t size, void* self) {
    auto& exchange = *static_cast<Exchange*>(self);
    const std::string_view rest =
        std::string_view(exchange.request_.body).substr(exchange.body_read_);
    const std::size_t given = std::min(one * size, rest.size());
    std::memcpy(into, rest.data(), given);
    exchange.body_read_ += given;
    return given;
}

int Exchange::on_rewind(void* self, curl_off_t, int) {
    return static_cast<Exchange*>(self)->body_read_ == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

curl_socket_t Exchange::on_socket(void* self, curlsocktype, curl_sockaddr* address) {
    auto& exchange = *static_cast<Exchange*>(self);
    const void* bytes = nullptr;
    if (address->family == AF_INET)
        bytes = &reinterpret_cast<const sockaddr_in*>(&address->addr)->sin_addr;
    else if (address->family == AF_INET6)
        bytes = &reinterpret_cast<const sockaddr_in6*>(&address->addr)->sin6_addr;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (bytes == nullptr ||
        ::inet_ntop(address->family, bytes, text.data(), text.size()) == nullptr ||
        !exchange.policy_->allows(text.data())) {
        exchange.forbidden_ = text.data();
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

}  // namespace eyed::delivery
