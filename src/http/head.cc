#include "http/head.h"

#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <cstring>

#include "base/ascii.h"

namespace eyed::http {
namespace {

namespace beast = boost::beast;
namespace bhttp = boost::beast::http;

constexpr std::size_t kMaxFields = 128;

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

/// Digits only; no sign, no list.
std::optional<std::uint64_t> parse_length(std::string_view text) {
    std::uint64_t length = 0;
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, length);
    if (text.empty() || error != std::errc() || at != end) return std::nullopt;
    return length;
}

/// Beast's parser, told where to leave what it finds. It splits and checks the characters; what
/// the fields mean together is decided here.
class HeadParser final : public bhttp::basic_parser<true> {
  public:
    HeadParser(std::string_view bytes, Request& request) : bytes_(bytes), request_(request) {
        header_limit(static_cast<std::uint32_t>(bytes.size()));
        body_limit(boost::none);
    }

    std::expected<Head, HeadFault> run() {
        beast::error_code error;
        put(boost::asio::const_buffer(bytes_.data(), bytes_.size()), error);
        if (fault_) return std::unexpected(*fault_);
        if (error == bhttp::error::bad_version && names_other_version())
            return std::unexpected(HeadFault{505, "Only HTTP/1.0 and HTTP/1.1 are spoken here."});
        if (error || !is_header_done())
            return std::unexpected(HeadFault{400, "The request is malformed."});
        head_.persistence = keep_alive() ? Persistence::kKeepAlive : Persistence::kClose;
        check_framing();
        if (fault_) return std::unexpected(*fault_);
        return head_;
    }

  private:
    using field = bhttp::field;

    void refuse(int status, std::string_view detail) {
        if (!fault_) fault_ = HeadFault{status, detail};
    }

    bool names_other_version() const {
        const std::string_view line = bytes_.substr(0, bytes_.find('\r'));
        if (line.size() < 9) return false;
        const std::string_view version = line.substr(line.size() - 9);
        return version.starts_with(" HTTP/") && version[7] == '.';
    }

    void check_framing() {
        if (hosts_ > 1 || (hosts_ == 0 && !head_.http_1_0))
            refuse(400, "A request needs exactly one Host.");
        if (head_.chunked && head_.content_length)
            refuse(400, "Content-Length and Transfer-Encoding exclude each other.");
        if (head_.chunked && head_.http_1_0) refuse(400, "HTTP/1.0 has no Transfer-Encoding.");
    }

    void on_request_impl(bhttp::verb, beast::string_view method, beast::string_view target,
                         int version, beast::error_code&) override {
        request_.method_text = view(method);
        request_.method = method_of(request_.method_text);
        request_.target = view(target);
        head_.http_1_0 = version == 10;
    }

    void on_field_impl(field name, beast::string_view name_text, beast::string_view value_text,
                       beast::error_code& error) override {
        const std::string_view value = view(value_text);
        // A folded value is not in the input: Beast unfolds into a buffer of its own.
        const bool inside = value.empty() || (value.data() >= bytes_.data() &&
                                              value.data() < bytes_.data() + bytes_.size());
        if (!inside) refuse(400, "Folded header lines are obsolete.");
        if (request_.headers.size() == kMaxFields) refuse(431, "Too many header fields.");
        if (!fault_) note(name, value);
        if (fault_) {
            error = bhttp::error::bad_value;
            return;
        }
        request_.headers.push_back({view(name_text), value});
    }

    void note(field name, std::string_view value) {
        switch (name) {
            case field::host:
                ++hosts_;
                if (!is_host(value)) refuse(400, "The Host is malformed.");
                request_.host = value;
                break;
            case field::content_length:
                note_length(value);
                break;
            case field::transfer_encoding:
                if (head_.chunked) refuse(400, "Transfer-Encoding is there twice.");
                if (!equal_ignoring_case(value, "chunked"))
                    refuse(501, "Of transfer codings only chunked is known.");
                head_.chunked = true;
                break;
            case field::expect:
                head_.expectation = equal_ignoring_case(value, "100-continue")
                                        ? Expectation::kContinue
                                        : Expectation::kUnknown;
                break;
            case field::content_type:
                request_.content_type = value;
                break;
            case field::content_encoding:
                if (!head_.content_encoding.empty()) refuse(415, "One Content-Encoding at most.");
                head_.content_encoding = value;
                break;
            case field::accept_encoding:
                head_.accept_encoding = value;
                break;
            case field::origin:
                head_.origin = value;
                break;
            default:
                break;
        }
    }

    void note_length(std::string_view value) {
        const std::optional<std::uint64_t> length = parse_length(value);
        if (!length || (head_.content_length && *head_.content_length != *length))
            refuse(400, "The Content-Length is malformed or contradicts another.");
        head_.content_length = length;
    }

    void on_header_impl(beast::error_code&) override {}
    void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
    std::size_t on_body_impl(beast::string_view, beast::error_code&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, beast::string_view, beast::error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view, beast::error_code&) override {
        return 0;
    }
    void on_finish_impl(beast::error_code&) override {}

    const std::string_view bytes_;
    Request& request_;
    Head head_;
    int hosts_ = 0;
    std::optional<HeadFault> fault_;
};

/// Splits the target (RFC 9112 §3.2): origin form, absolute form, or `*`.
bool split_target(Request& request) {
    std::string_view rest = request.target;
    if (!rest.starts_with('/') && rest != "*") {
        const std::size_t scheme = rest.find("://");
        if (scheme == std::string_view::npos) return false;
        rest.remove_prefix(scheme + 3);
        const std::size_t path = rest.find_first_of("/?");
        rest = path == std::string_view::npos || rest[path] == '?' ? std::string_view("/")
                                                                   : rest.substr(path);
    }
    if (rest == "*" && request.method != Method::kOptions) return false;
    rest = rest.substr(0, rest.find('#'));
    const std::size_t question = rest.find('?');
    request.path = rest.substr(0, question);
    request.query =
        question == std::string_view::npos ? std::string_view{} : rest.substr(question + 1);
    return true;
}

}  // namespace

bool is_host(std::string_view host) {
    for (const char c : host) {
        const bool alphanumeric =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alphanumeric &&
            std::string_view("-._~:[]%!$&'()*+,;=").find(c) == std::string_view::npos)
            return false;
    }
    return true;
}

std::size_t find_head_end(std::string_view bytes, std::size_t& searched) {
    const std::size_t from = searched > 3 ? searched - 3 : 0;
    const void* end = ::memmem(bytes.data() + from, bytes.size() - from, "\r\n\r\n", 4);
    searched = bytes.size();
    if (end == nullptr) return 0;
    return static_cast<std::size_t>(static_cast<const char*>(end) - bytes.data()) + 4;
}

std::expected<Head, HeadFault> parse_head(std::string_view bytes, Request& request) {
    HeadParser parser(bytes, request);
    std::expected<Head, HeadFault> head = parser.run();
    if (!head) return head;
    if (!split_target(request))
        return std::unexpected(HeadFault{400, "The request target is malformed."});
    head->request_id = request.header("x-request-id");
    return head;
}

void read_request_line(std::string_view bytes, Request& request) {
    const auto take_word = [&bytes] {
        std::size_t length = 0;
        while (length < bytes.size() && bytes[length] > ' ' && bytes[length] <= '~')
            ++length;
        const std::string_view word = bytes.substr(0, length);
        bytes.remove_prefix(length);
        return word;
    };
    const std::string_view method = take_word();
    if (method.empty() || !bytes.starts_with(' ')) return;
    bytes.remove_prefix(1);
    const std::string_view target = take_word();
    if (target.empty()) return;
    request.method_text = method;
    request.method = method_of(method);
    request.target = target;
    split_target(request);
}

}  // namespace eyed::http
