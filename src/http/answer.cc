// Connection: rendering and writing answers.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "http/coding.h"
#include "http/connection.h"

namespace eyed::http {
namespace {

constexpr std::size_t kGathered = 64 * 1024;  ///< rendered answers held back for pipelined requests
constexpr std::size_t kCopied = 16 * 1024;    ///< bodies up to here are copied behind their head
constexpr std::size_t kPackFrom = 1024;
constexpr std::size_t kInlinePack = 64 * 1024;
constexpr std::size_t kFilePiece = 256 * 1024;

void append_number(std::uint64_t number, std::string& out, int base = 10) {
    std::array<char, 20> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number, base).ptr;
    out.append(text.data(), end);
}

void append_header(std::string_view name, std::string_view value, std::string& out) {
    out += name;
    out += ": ";
    for (const char c : value)
        if (static_cast<unsigned char>(c) >= ' ' || c == '\t') out += c;
    out += "\r\n";
}

std::string_view status_line(int status) {
    switch (status) {
        case 200:
            return "HTTP/1.1 200 OK\r\n";
        case 201:
            return "HTTP/1.1 201 Created\r\n";
        default:
            return {};
    }
}

bool has_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

std::string_view body_of(const Response& response) {
    return response.static_body.empty() ? std::string_view(response.body) : response.static_body;
}

/// Frees a large file by and by: freeing it at once holds up every sync on its file system.
void remove_slowly(const std::string& path) {
    constexpr off_t kPiece = 1024 * 1024;
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor >= 0) {
        struct stat status{};
        if (::fstat(descriptor, &status) == 0)
            for (off_t size = status.st_size - kPiece; size > 0; size -= kPiece)
                if (::ftruncate(descriptor, size) != 0) break;
        ::close(descriptor);
    }
    ::unlink(path.c_str());
}

}  // namespace

/// A file being sent, as it is or packed: closed, and removed when asked, however sending ends.
class OpenFile {
  public:
    OpenFile(FileBody body, WorkerPool& workers) : body_(std::move(body)), workers_(workers) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
        if (body_.afterwards != FileBody::Afterwards::kRemove) return;
        const Status queued = workers_.submit([path = body_.path] { remove_slowly(path); });
        if (!queued) ::unlink(body_.path.c_str());
    }

    std::uint64_t bytes() const { return body_.bytes; }
    /// Of the packed body, as far as next() gave it.
    std::uint64_t packed_bytes() const { return packed_bytes_; }

    /// On a worker. kIo: it is not there, or shorter than announced.
    Result<std::size_t> open() {
        descriptor_ = ::open(body_.path.c_str(), O_RDONLY | O_CLOEXEC);
        struct stat status{};
        if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0 ||
            static_cast<std::uint64_t>(status.st_size) < body_.bytes)
            return failure(Code::kIo, "cannot open " + body_.path);
        return 0;
    }
    /// From here on next() gives gzip in chunks (RFC 9112 §7.1).
    void pack() { packer_.emplace(); }
    /// On a worker: what comes next on the wire, valid until the next call; empty: that was all.
    Result<std::string_view> next() { return packer_ ? next_chunk() : next_piece(); }

  private:
    Result<std::string_view> next_piece() {
        const std::uint64_t left = bytes() - at_;
        if (left == 0) return std::string_view();
        piece_.reserve(kFilePiece);
        const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(kFilePiece, left));
        const ssize_t got = ::pread(descriptor_, piece_.data(), most, static_cast<off_t>(at_));
        if (got <= 0) return failure(Code::kIo, "cannot read " + body_.path);
        at_ += static_cast<std::uint64_t>(got);
        return std::string_view(piece_.data(), static_cast<std::size_t>(got));
    }
    Result<std::string_view> next_chunk() {
        if (packed_whole_) return std::string_view();
        packed_.clear();
        while (packed_.empty()) {  // an empty chunk would end the body
            EYED_ASSIGN(const std::string_view piece, next_piece());
            packed_whole_ = piece.empty();
            if (packed_whole_)
                packer_->finish(packed_);
            else
                packer_->add(piece, packed_);
        }
        packed_bytes_ += packed_.size();
        chunk_.clear();
        append_number(packed_.size(), chunk_, 16);
        chunk_ += "\r\n";
        chunk_ += packed_;
        chunk_ += packed_whole_ ? "\r\n0\r\n\r\n" : "\r\n";
        return std::string_view(chunk_);
    }

    FileBody body_;
    WorkerPool& workers_;
    int descriptor_ = -1;
    std::uint64_t at_ = 0;
    Buffer piece_;
    std::optional<GzipPacker> packer_;
    std::string packed_;
    std::string chunk_;
    std::uint64_t packed_bytes_ = 0;
    bool packed_whole_ = false;
};

/// Renders an answer behind those that wait to be written; writes when it is large.
Task<Connection::Next> Connection::answer(Response response, Next after) {
    if (after != Next::kRequest) keep_alive_ = false;
    if (!keep_alive_ && after == Next::kRequest) after = Next::kClose;
    if (response.file) co_return co_await send_file(std::move(response), after);
    if (response.unmade) vary_encoding_ = compressible(response.content_type);
    if (packs(response, body_of(response).size())) co_await pack(response);
    const std::string_view body = body_of(response);
    const bool send = has_body(response.status) && request_.method != Method::kHead;
    append_head(response, response.unmade ? std::nullopt : std::optional(body.size()));
    finish(response.status, send ? body.size() : 0);
    if (send && body.size() <= kCopied) out_ += body;
    if (out_.size() > kGathered || (send && body.size() > kCopied)) {
        const bool sent = co_await flush(send && body.size() > kCopied ? body : std::string_view());
        if (!sent) co_return Next::kGone;
    }
    co_return after;
}

/// Everything up to the empty line. `length`: of the body, whether it is sent or not (HEAD);
/// nullopt: it is not known, and comes in chunks.
void Connection::append_head(const Response& response, std::optional<std::uint64_t> length) {
    const std::string_view line = status_line(response.status);
    if (!line.empty()) {
        out_ += line;
    } else {
        out_ += "HTTP/1.1 ";
        append_number(static_cast<std::uint64_t>(response.status), out_);
        out_ += ' ';
        out_ += reason_phrase(response.status);
        out_ += "\r\n";
    }
    out_ += "Date: ";
    out_ += shard_.http_date();
    if (has_body(response.status)) {
        if (length) {
            out_ += "\r\nContent-Length: ";
            append_number(*length, out_);
        } else if (request_.method != Method::kHead) {
            out_ += "\r\nTransfer-Encoding: chunked";
        }
        if (!response.content_type.empty()) {
            out_ += "\r\nContent-Type: ";
            out_ += response.content_type;
            out_ += "\r\nX-Content-Type-Options: nosniff";
        }
    }
    out_ += "\r\nX-Request-Id: ";
    out_ += request_.request_id;
    out_ += "\r\n";
    if (!keep_alive_)
        out_ += "Connection: close\r\n";
    else if (head_.http_1_0)
        out_ += "Connection: keep-alive\r\n";
    if (vary_encoding_) out_ += "Vary: Accept-Encoding\r\n";
    if (site_.hooks.varies_by_accept && site_.hooks.varies_by_accept(request_))
        out_ += "Vary: Accept\r\n";
    if (packed_) out_ += "Content-Encoding: gzip\r\n";
    vary_encoding_ = packed_ = false;
    append_cors();
    for (const Header& header : response.headers)
        append_header(header.name, header.value, out_);
    out_ += "\r\n";
}

/// The Fetch standard's response headers, for origins of the setting.
void Connection::append_cors() {
    const std::vector<std::string>& origins = site_.options.cors_origins;
    if (origins.empty()) return;
    const bool any = std::find(origins.begin(), origins.end(), "*") != origins.end();
    if (!any) out_ += "Vary: Origin\r\n";
    if (head_.origin.empty()) return;
    if (!any && std::find(origins.begin(), origins.end(), head_.origin) == origins.end()) return;
    append_header("Access-Control-Allow-Origin", any ? std::string_view("*") : head_.origin, out_);
    out_ += "Access-Control-Expose-Headers: Link, Retry-After, X-Eyed-Stale, X-Request-Id\r\n";
}

/// OPTIONS that no route answers itself, and CORS preflights. nullopt: go on as usual.
std::optional<Response> Connection::answer_options(const Router::Match& match) {
    const bool preflight =
        !head_.origin.empty() && !request_.header("access-control-request-method").empty();
    if (match.outcome == Router::Outcome::kFound && !preflight) return std::nullopt;
    const bool everything = request_.path == "*";
    if (match.outcome == Router::Outcome::kNoSuchPath && !everything) return std::nullopt;
    const std::string allow =
        everything ? "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" : match.allow.to_string();
    Response response = empty(204);
    response.headers.push_back({"Allow", allow});
    if (!preflight || site_.options.cors_origins.empty()) return response;
    response.headers.push_back({"Access-Control-Allow-Methods", allow});
    const std::string_view wanted = request_.header("access-control-request-headers");
    if (!wanted.empty())
        response.headers.push_back({"Access-Control-Allow-Headers", std::string(wanted)});
    response.headers.push_back({"Access-Control-Max-Age", "600"});
    return response;
}

/// Whether a body of that length goes out packed; notes that this hangs on the request.
bool Connection::packs(const Response& response, std::uint64_t bytes) {
    if (bytes < kPackFrom || !compressible(response.content_type)) return false;
    vary_encoding_ = true;
    return has_body(response.status) && accepts_gzip(head_.accept_encoding);
}

Task<void> Connection::pack(Response& response) {
    if (!response.static_gzip.empty()) {
        response.static_body = response.static_gzip;
        packed_ = true;
        co_return;
    }
    const std::string_view body = body_of(response);
    auto work = [body]() -> Result<std::string> { return gzip(body); };
    Result<std::string> packed = std::string();
    if (body.size() <= kInlinePack) {
        packed = work();
    } else {
        Offload offload(site_.workers, shard_.executor(), work);
        packed = co_await offload;
    }
    if (!packed) co_return;  // the workers are busy: send it as it is
    response.body = *std::move(packed);
    response.static_body = {};
    packed_ = true;
}

/// Writes what is rendered, then `rest`. False: the connection is gone. Time that the client takes
/// uses up its patience, and bytes add to it: a client may be slow, but not trickle for ever.
Task<bool> Connection::flush(std::string_view rest, Patience patience) {
    const Limits& limits = site_.options.limits;
    std::string_view first = out_;
    if (patience == Patience::kNew) patience_ = limits.write_timeout;
    patience_ += std::chrono::nanoseconds(std::chrono::seconds(first.size() + rest.size())) /
                 std::int64_t{limits.write_rate};
    while (!first.empty() || !rest.empty()) {
        const Instant began = enter(Phase::kWriting);
        const IoResult written = co_await Writing(*transport_, first, rest);
        if (written.error != IoError::kNone) co_return false;
        patience_ -= std::chrono::steady_clock::now() - began;
        const std::size_t of_first = std::min(written.bytes, first.size());
        first.remove_prefix(of_first);
        rest.remove_prefix(written.bytes - of_first);
    }
    out_.clear();
    if (out_.capacity() > 2 * kGathered) out_.shrink_to_fit();
    co_return true;
}

Task<Connection::Next> Connection::send_file(Response response, Next after) {
    OpenFile file(*std::move(response.file), site_.workers);
    response.file.reset();
    auto open = [&file] { return file.open(); };
    Offload opening(site_.workers, shard_.executor(), open);
    const Result<std::size_t> opened = co_await opening;
    if (!opened) {
        Response refusal = render(opened.error().code == Code::kOverloaded ? 503 : 500);
        co_return co_await answer(std::move(refusal), after);
    }
    const bool send = has_body(response.status) && request_.method != Method::kHead;
    packed_ = packs(response, file.bytes()) && !head_.http_1_0;  // which knows no chunks
    const bool pack = packed_;
    append_head(response, pack ? std::nullopt : std::optional(file.bytes()));
    if (!pack || !send) finish(response.status, send ? file.bytes() : 0);
    if (!send) co_return after;
    if (pack) file.pack();
    const bool sent = co_await send_pieces(file);
    if (pack) finish(response.status, file.packed_bytes());
    co_return sent ? after : Next::kGone;
}

/// False: the connection is gone, or the file could not be read: as its length is announced, or an
/// end of the chunks awaited, only closing tells the truth then.
Task<bool> Connection::send_pieces(OpenFile& file) {
    Patience patience = Patience::kNew;
    while (true) {
        enter(Phase::kHandling);
        auto read = [&file] { return file.next(); };
        Offload reading(site_.workers, shard_.executor(), read);
        const Result<std::string_view> piece = co_await reading;
        if (!piece) co_return false;
        if (piece->empty()) co_return true;
        const bool sent = co_await flush(*piece, patience);
        if (!sent) co_return false;
        patience = Patience::kGoOn;
    }
}

/// An answer whose client has gone: its file goes as if it had been sent.
void Connection::discard(Response response) {
    if (response.file) const OpenFile removed(*std::move(response.file), site_.workers);
}

void Connection::finish(int status, std::uint64_t bytes) {
    site_.requests.fetch_add(1, std::memory_order_relaxed);
    if (!site_.hooks.finished) return;
    const auto duration = std::chrono::steady_clock::now() - started_;
    site_.hooks.finished({request_, status, request_.body.size(), bytes, duration});
}

}  // namespace eyed::http
