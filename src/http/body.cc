// Connection: reading a request's body.
#include <algorithm>

#include "http/chunked.h"
#include "http/coding.h"
#include "http/connection.h"

namespace eyed::http {
namespace {

constexpr std::size_t kUnclaimed = 64 * 1024;  ///< of each body: bounded by Limits::connections
constexpr std::size_t kStep = 64 * 1024;       ///< least read into the body's own buffer
constexpr std::size_t kKept = 512 * 1024;      ///< capacity kept for the next body
constexpr std::size_t kInlineUnpack = 4 * 1024;

}  // namespace

std::size_t Connection::body_limit() const {
    const Route& route = *request_.route;
    if (route.max_body != 0) return route.max_body;
    const Limits& limits = site_.options.limits;
    return route.scope == model::Scope::kOpen ? limits.open_body : limits.body;
}

/// A body that came with its header is used where it lies. False: there is more to read.
bool Connection::take_buffered_body() {
    if (head_.chunked) return false;
    const std::uint64_t length = *head_.content_length;
    if (length > in_.size() - in_at_) return false;
    request_.body = in_.view().substr(in_at_, static_cast<std::size_t>(length));
    in_at_ += static_cast<std::size_t>(length);
    in_.pad();
    body_done_ = true;
    return true;
}

Task<int> Connection::read_body() {
    if (!out_.empty()) {
        const bool sent = co_await flush({});
        if (!sent) co_return kLost;
    }
    enter(Phase::kBody);
    body_.clear();
    int status = kBodyRead;
    if (head_.chunked)
        status = co_await read_chunked();
    else
        status = co_await read_sized();
    if (status != kBodyRead) co_return status;
    body_.pad();
    request_.body = body_.view();
    body_done_ = true;
    co_return kBodyRead;
}

/// Makes room for at least a step more, within the budget of bodies in flight.
bool Connection::grow_body(std::size_t limit) {
    if (body_.room() > 0 && body_.capacity() > 0) return claim(body_.capacity());
    const std::size_t capacity = std::min(std::max(kStep, body_.capacity() * 2), limit);
    if (!claim(capacity)) return false;
    body_.reserve(capacity);
    return true;
}

Task<int> Connection::read_sized() {
    const auto length = static_cast<std::size_t>(*head_.content_length);
    const std::string_view buffered = in_.view().substr(in_at_);
    if (!claim(std::max(body_.capacity(), buffered.size()))) co_return 503;
    body_.append(buffered);
    in_at_ = in_.size();
    while (body_.size() < length) {
        if (!grow_body(length)) co_return 503;
        const std::size_t most = std::min(body_.room(), length - body_.size());
        const IoResult read = co_await Reading(*transport_, body_.end(), most);
        body_.grew(read.bytes);
        if (read.error != IoError::kNone) co_return timed_out_ ? 408 : kLost;
    }
    co_return kBodyRead;
}

Task<int> Connection::read_chunked() {
    const std::size_t limit = body_limit();
    ChunkDecoder decoder;
    const std::string_view buffered = in_.view().substr(in_at_);
    if (!claim(std::max(body_.capacity(), buffered.size()))) co_return 503;
    body_.reserve(std::max(kStep, buffered.size()));
    ChunkDecoder::Step step = decoder.decode(buffered.data(), buffered.size(), body_.data());
    in_at_ += step.consumed;
    body_.grew(step.produced);
    while (step.state == ChunkDecoder::State::kMore) {
        if (body_.size() > limit) co_return 413;
        // Decoded in place: room beyond the limit holds the chunks' own overhead.
        if (!grow_body(limit + kStep)) co_return 503;
        const IoResult read = co_await Reading(*transport_, body_.end(), body_.room());
        if (read.error != IoError::kNone) co_return timed_out_ ? 408 : kLost;
        const char* const raw = body_.end();
        step = decoder.decode(raw, read.bytes, body_.end());
        leftover_.assign(raw + step.consumed, read.bytes - step.consumed);
        body_.grew(step.produced);
    }
    if (step.state == ChunkDecoder::State::kMalformed) {
        leftover_.clear();
        co_return 400;
    }
    co_return body_.size() > limit ? 413 : kBodyRead;
}

Task<int> Connection::unpack_body() {
    const Coding coding = coding_of(head_.content_encoding);
    if (coding == Coding::kIdentity) co_return kBodyRead;
    const Limits& limits = site_.options.limits;
    const Route& route = *request_.route;
    const bool open = route.scope == model::Scope::kOpen;
    const std::size_t usual = open ? limits.open_body : limits.decompressed;
    const std::size_t limit = route.max_body != 0 ? route.max_body : usual;
    const std::string_view packed = request_.body;
    auto work = [coding, packed, limit] { return unpack(coding, packed, limit); };
    Result<Buffer> unpacked = Buffer();
    if (packed.size() <= kInlineUnpack) {
        unpacked = work();
    } else {
        Offload offload(site_.workers, shard_.executor(), work);
        unpacked = co_await offload;
    }
    if (!unpacked) {
        const Code code = unpacked.error().code;
        co_return code == Code::kTooLarge ? 413 : code == Code::kOverloaded ? 503 : 400;
    }
    if (!claim(body_.capacity() + unpacked->capacity())) co_return 503;
    body_ = *std::move(unpacked);
    request_.body = body_.view();
    co_return kBodyRead;
}

/// Counts a body buffer of that capacity against Limits::bodies_in_flight.
bool Connection::claim(std::size_t capacity) {
    if (capacity <= kUnclaimed + claimed_) return true;
    const std::size_t more = capacity - kUnclaimed - claimed_;
    const std::uint64_t before = site_.body_bytes.fetch_add(more, std::memory_order_relaxed);
    if (before + more > site_.options.limits.bodies_in_flight) {
        site_.body_bytes.fetch_sub(more, std::memory_order_relaxed);
        return false;
    }
    claimed_ += more;
    return true;
}

void Connection::end_body() {
    if (claimed_ > 0) site_.body_bytes.fetch_sub(claimed_, std::memory_order_relaxed);
    claimed_ = 0;
    request_.body = {};
    if (body_.capacity() > kKept) body_.release();
}

}  // namespace eyed::http
