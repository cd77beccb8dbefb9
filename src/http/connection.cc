#include "http/connection.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "http/coding.h"
#include "http/forwarded.h"

namespace eyed::http {
namespace {

constexpr std::size_t kFirstRead = 8 * 1024;
/// Where an empty body lies: it has its padding too.
constexpr char kNoBody[Request::kBodyPadding] = {};
constexpr std::size_t kMaxLingerBytes = 64 * 1024 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// Taken over from a client only when it cannot harm any text it gets into: unreserved characters
/// (RFC 3986 §2.3), and those that such ids are joined with.
bool is_request_id(std::string_view id) {
    if (id.empty() || id.size() > 128) return false;
    for (const char c : id) {
        const bool alphanumeric =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alphanumeric && std::string_view("-._~:/+=@").find(c) == std::string_view::npos)
            return false;
    }
    return true;
}

std::string_view detail_of(int status) {
    switch (status) {
        case 400:
            return "The body is damaged.";
        case 404:
            return "Not found.";
        case 408:
            return "The request took too long to arrive.";
        case 413:
            return "The body is too large.";
        case 415:
            return "Of content codings only gzip and deflate are known.";
        case 417:
            return "Of expectations only 100-continue is known.";
        case 503:
            return "Too much is being handled at the moment. Try again in a second.";
        default:
            return reason_phrase(status);
    }
}

/// A handler on its way, when answers before its own must not wait for it.
struct HandlerRun {
    std::optional<Response> response;
    std::coroutine_handle<> waiter;

    bool await_ready() const noexcept { return response.has_value(); }
    void await_suspend(std::coroutine_handle<> handle) noexcept { waiter = handle; }
    void await_resume() const noexcept {}
};

Task<void> run_and_tell(Request& request, HandlerRun& run) {
    Task<Response> task = request.route->handler(request);
    run.response.emplace(co_await task);
    if (run.waiter) run.waiter.resume();  // `run` is gone after this
}

}  // namespace

Connection::Connection(Shard& shard, std::unique_ptr<Transport> transport, Peer peer)
    : shard_(shard),
      site_(shard.site()),
      transport_(std::move(transport)),
      peer_(std::move(peer)),
      request_(shard.executor()) {
    request_.peer = peer_.address;
    request_.channel = peer_.channel;
    shard_.add(*this);
}

Connection::~Connection() {
    end_body();
    shard_.remove(*this);
}

void Connection::start(std::unique_ptr<Connection> connection) {
    spawn(drive(std::move(connection)));
}

Task<void> Connection::drive(std::unique_ptr<Connection> connection) {
    Site& site = connection->site_;
    co_await connection->serve();
    connection.reset();
    site.ended();
}

void Connection::check_deadline(Instant now) {
    if (now < deadline_) return;
    deadline_ = Instant::max();
    timed_out_ = true;
    if (phase_ != Phase::kIdle) site_.timeouts.fetch_add(1, std::memory_order_relaxed);
    transport_->cancel();
}

void Connection::stop() {
    keep_alive_ = false;
    if (phase_ == Phase::kIdle) transport_->cancel();
}

void Connection::abort() {
    transport_->close();
}

/// Sets the phase's deadline. Gives the time it is.
Instant Connection::enter(Phase phase) {
    const Limits& limits = site_.options.limits;
    const Instant now = std::chrono::steady_clock::now();
    phase_ = phase;
    timed_out_ = false;
    switch (phase) {
        case Phase::kHandshake:
        case Phase::kHeader:
            deadline_ = now + limits.header_timeout;
            break;
        case Phase::kIdle:
            idle_since_ = now;
            deadline_ = now + limits.idle_timeout;
            break;
        case Phase::kBody:
            deadline_ = now + limits.body_timeout;
            break;
        case Phase::kHandling:
            deadline_ = Instant::max();
            break;
        case Phase::kWriting:
            deadline_ = now + std::min<std::chrono::nanoseconds>(limits.write_timeout, patience_);
            break;
        case Phase::kLingering:
            deadline_ = now + limits.linger_timeout;
            break;
    }
    return now;
}

Task<void> Connection::serve() {
    if (peer_.channel == Channel::kTls) {
        enter(Phase::kHandshake);
        const IoResult shaken = co_await Handshaking(*transport_);
        if (shaken.error != IoError::kNone) co_return;
    }
    Next next = Next::kRequest;
    while (next == Next::kRequest) {
        const HeadState state = take_head();
        if (state == HeadState::kComplete) {
            next = co_await exchange();
            end_body();
            continue;
        }
        if (state == HeadState::kRefused) {
            Response refusal = render(Failure{head_fault_.status, head_fault_.detail, {}});
            next = co_await answer(std::move(refusal), Next::kLinger);
            continue;
        }
        if (!out_.empty()) {
            const bool sent = co_await flush({});
            if (!sent) co_return;
        }
        const IoError error = co_await receive();
        if (error == IoError::kCanceled && timed_out_ && phase_ == Phase::kHeader) {
            begin_request();
            read_request_line(in_.view().substr(in_at_), request_);
            set_request_id();
            Response late = render(408);
            next = co_await answer(std::move(late), Next::kLinger);
        } else if (error != IoError::kNone) {
            co_return;
        }
    }
    if (next == Next::kGone) co_return;
    const bool sent = co_await flush({});
    if (sent) co_await linger(next);
}

/// Waits for more of a request's header.
Task<IoError> Connection::receive() {
    if (in_at_ == in_.size()) {
        in_.clear();
        in_at_ = searched_ = 0;
        if (site_.stopping.load(std::memory_order_relaxed)) co_return IoError::kEnd;
        enter(Phase::kIdle);
    } else {
        if (in_at_ > 0) {
            const std::string rest(in_.view().substr(in_at_));
            in_.clear();
            in_.append(rest);
            in_at_ = 0;
        }
        if (phase_ != Phase::kHeader) enter(Phase::kHeader);
    }
    if (in_.room() == 0) in_.reserve(in_.capacity() == 0 ? kFirstRead : in_.capacity() * 2);
    const IoResult read = co_await Reading(*transport_, in_.end(), in_.room());
    in_.grew(read.bytes);
    co_return read.error;
}

Connection::HeadState Connection::take_head() {
    if (!leftover_.empty()) {
        in_.clear();
        in_.append(leftover_);
        leftover_.clear();
        in_at_ = searched_ = 0;
    }
    // Empty lines before a request are skipped (RFC 9112 §2.2).
    while (searched_ == 0 && in_at_ < in_.size() &&
           (in_.data()[in_at_] == '\r' || in_.data()[in_at_] == '\n'))
        ++in_at_;
    const std::string_view bytes = in_.view().substr(in_at_);
    if (bytes.empty()) return HeadState::kIncomplete;
    const std::size_t limit = site_.options.limits.header;
    const std::size_t end = find_head_end(bytes, searched_);
    const bool plausible = bytes.front() > ' ' && bytes.front() <= '~';
    if (end == 0 && bytes.size() < limit && plausible) return HeadState::kIncomplete;

    begin_request();
    searched_ = 0;
    if (!plausible) {
        head_fault_ = {400, "This is not an HTTP request."};
    } else if (end == 0 || end > limit) {
        const bool long_line = bytes.substr(0, limit).find('\n') == std::string_view::npos;
        head_fault_ = long_line ? HeadFault{414, "The request target is too long."}
                                : HeadFault{431, "The request header is too large."};
    } else {
        const std::expected<Head, HeadFault> head = parse_head(bytes.substr(0, end), request_);
        in_at_ += end;
        if (head) {
            head_ = *head;
            take_forwarded(site_.options.trusted_proxies, request_);
            set_request_id();
            return HeadState::kComplete;
        }
        head_fault_ = head.error();
    }
    if (plausible) read_request_line(bytes.substr(0, limit), request_);
    set_request_id();
    return HeadState::kRefused;
}

void Connection::begin_request() {
    phase_ = Phase::kHandling;
    deadline_ = Instant::max();
    started_ = std::chrono::steady_clock::now();
    head_ = {};
    keep_alive_ = false;
    body_done_ = true;
    request_.method = Method::kGet;
    request_.method_text = request_.target = request_.path = request_.query = {};
    request_.content_type = request_.host = {};
    request_.peer = peer_.address;
    request_.channel = peer_.channel;
    request_.body = kNoBody;
    request_.headers.clear();
    request_.principal = {};
    request_.route = nullptr;
}

void Connection::set_request_id() {
    if (is_request_id(head_.request_id))
        request_.request_id = head_.request_id;
    else
        shard_.make_request_id(request_.request_id);
}

/// From a whole header to a rendered answer.
Task<Connection::Next> Connection::exchange() {
    keep_alive_ = head_.persistence == Persistence::kKeepAlive &&
                  !site_.stopping.load(std::memory_order_relaxed);
    body_done_ = !head_.chunked && head_.content_length.value_or(0) == 0;
    std::optional<Response> refusal = route();
    if (refusal) {
        const bool whole = body_done_ || take_buffered_body();
        co_return co_await answer(*std::move(refusal), whole ? Next::kRequest : Next::kLinger);
    }
    if (!body_done_ && !take_buffered_body()) {
        if (head_.expectation == Expectation::kContinue && !head_.http_1_0) out_ += kContinue;
        const int status = co_await read_body();
        if (status == kLost) co_return Next::kGone;
        if (status != kBodyRead) co_return co_await answer(render(status), Next::kLinger);
    }
    if (!head_.content_encoding.empty()) {
        const int status = co_await unpack_body();
        if (status != kBodyRead) co_return co_await answer(render(status), Next::kRequest);
    }
    enter(Phase::kHandling);
    if (out_.empty()) {
        Task<Response> task = request_.route->handler(request_);
        Response response = co_await task;
        co_return co_await answer(std::move(response), Next::kRequest);
    }
    HandlerRun run;
    spawn(run_and_tell(request_, run));
    if (!run.response) {
        const bool sent = co_await flush({});
        co_await run;
        if (!sent) {
            discard(*std::move(run.response));
            co_return Next::kGone;
        }
    }
    co_return co_await answer(*std::move(run.response), Next::kRequest);
}

/// Decides all that can be decided before the body is read.
std::optional<Response> Connection::route() {
    const Router::Match match = site_.router.match(request_);
    if (request_.method == Method::kOptions)
        if (std::optional<Response> response = answer_options(match)) return response;
    if (match.outcome == Router::Outcome::kNoSuchPath) return render(404);
    if (match.outcome == Router::Outcome::kWrongMethod)
        return render(Failure{405, "The path does not offer this method.", match.allow});
    if (site_.hooks.guard)
        if (std::optional<Response> refusal = site_.hooks.guard(request_)) return refusal;
    if (head_.expectation == Expectation::kUnknown) return render(417);
    if (coding_of(head_.content_encoding) == Coding::kUnknown) return render(415);
    if (head_.content_length.value_or(0) > body_limit()) return render(413);
    return std::nullopt;
}

Response Connection::render(int status) {
    return render(Failure{status, detail_of(status), {}});
}

Response Connection::render(const Failure& failure) {
    Response response = site_.hooks.render_failure
                            ? site_.hooks.render_failure(request_, failure)
                            : text(failure.status, std::string(failure.detail) + "\n");
    if (!failure.allow.empty()) response.headers.push_back({"Allow", failure.allow.to_string()});
    if (failure.status == 503) response.headers.push_back({"Retry-After", "1"});
    return response;
}

/// Ends a connection so that the client gets to see the last answer: closing at once with bytes
/// unread would reset it (RFC 9112 §9.6).
Task<void> Connection::linger(Next next) {
    const bool tls = peer_.channel == Channel::kTls;
    const bool unread = next == Next::kLinger || in_at_ < in_.size();
    if (!unread && !tls) co_return;
    enter(Phase::kLingering);
    if (!tls) {
        const IoResult shut = co_await ShuttingDown(*transport_);
        if (shut.error != IoError::kNone) co_return;
    }
    body_.reserve(64 * 1024);
    std::size_t drained = 0;
    while (unread && drained < kMaxLingerBytes) {
        const IoResult read = co_await Reading(*transport_, body_.data(), body_.capacity());
        if (read.error != IoError::kNone) co_return;
        drained += read.bytes;
    }
    if (tls) co_await ShuttingDown(*transport_);
}

}  // namespace eyed::http
