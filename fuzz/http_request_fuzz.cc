// rooms: http
// The way of a request, from the bytes of a connection to the handler and back: the input's first
// byte says how many bytes come at a time, the rest is what the client sends.
#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>

#include "base/check.h"
#include "http/connection.h"
#include "http/forms.h"
#include "http/site.h"

namespace {

using namespace eyed;
using namespace eyed::http;

/// The calling thread as an executor: bodies are unpacked on a worker.
class Loop final : public Executor {
  public:
    void post(Resumption* chain) noexcept override {
        const std::lock_guard lock(mutex_);
        EYED_CHECK(chain_ == nullptr && chain->next == nullptr);  // one connection, one wait
        chain_ = chain;
        posted_.notify_one();
    }
    void run_one() {
        Resumption* chain = nullptr;
        {
            std::unique_lock lock(mutex_);
            posted_.wait(lock, [this] { return chain_ != nullptr; });
            std::swap(chain, chain_);
        }
        chain->handle.resume();
    }

  private:
    std::mutex mutex_;  ///< guards chain_
    std::condition_variable posted_;
    Resumption* chain_ = nullptr;
};

/// Gives the input piece by piece, takes the output likewise.
class Bytes final : public Transport {
  public:
    Bytes(std::string_view input, std::size_t piece, std::string& output)
        : input_(input), piece_(piece), output_(output) {}

    Progress handshake(Completion& completion) override {
        completion.result = {};
        return Progress::kDone;
    }
    Progress read(char* into, std::size_t bytes, Completion& completion) override {
        EYED_CHECK(bytes > 0);
        const std::size_t take = std::min({bytes, piece_, input_.size()});
        std::memcpy(into, input_.data(), take);
        input_.remove_prefix(take);
        completion.result = {take, take == 0 ? IoError::kEnd : IoError::kNone};
        return Progress::kDone;
    }
    Progress write(std::string_view first, std::string_view second,
                   Completion& completion) override {
        const std::string_view from = first.empty() ? second : first;
        const std::size_t take = std::min(from.size(), piece_ * 64);
        output_ += from.substr(0, take);
        completion.result = {take, IoError::kNone};
        return Progress::kDone;
    }
    Progress shutdown(Completion& completion) override {
        completion.result = {};
        return Progress::kDone;
    }
    void cancel() override {}
    void close() override {}

  private:
    std::string_view input_;
    std::size_t piece_;
    std::string& output_;
};

Task<Response> echo(Request& request) {
    volatile char sum = 0;  // the padding must be readable
    for (std::size_t i = 0; i < Request::kBodyPadding; ++i)
        sum = static_cast<char>(sum ^ request.body.data()[request.body.size() + i]);
    const Result<Form> query = Form::parse(request.query);
    const Result<Form> form = Form::parse(request.body);
    const Result<Form> parts = Form::parse_multipart({request.content_type, request.body});
    std::string answer(request.parameter("id"));
    answer += cookie(request.header("cookie"), "session").value_or("");
    if (query && (form || parts)) answer += request.body;
    co_return text(200, std::move(answer));
}

Router make_router() {
    Router router;
    EYED_CHECK(router.add(
        {.method = Method::kGet, .pattern = "/", .scope = model::Scope::kOpen, .handler = echo}));
    EYED_CHECK(router.add({.method = Method::kPost,
                           .pattern = "/e",
                           .scope = model::Scope::kIngest,
                           .handler = echo}));
    EYED_CHECK(router.add(
        {.method = Method::kPost, .pattern = "/o", .scope = model::Scope::kOpen, .handler = echo}));
    EYED_CHECK(router.add({.method = Method::kPut,
                           .pattern = "/e/{id}",
                           .scope = model::Scope::kManage,
                           .handler = echo}));
    return router;
}

Options make_options() {
    Options options;
    options.cors_origins = {"http://a"};
    options.limits.header = 2048;
    options.limits.body = 8192;
    options.limits.decompressed = 100'000;
    return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Options options = make_options();
    static const Router router = make_router();
    static const Hooks hooks;
    static WorkerPool workers({"fuzz", 1, 16});
    if (size == 0) return 0;
    bool ended = false;
    Loop loop;
    Site site{options, router, hooks, workers, [&ended] { ended = true; }};
    Shard shard(loop, site);
    std::string output;
    const std::string input(reinterpret_cast<const char*>(data) + 1, size - 1);
    auto transport = std::make_unique<Bytes>(input, std::size_t{1} + data[0] * 8, output);
    Connection::start(std::make_unique<Connection>(shard, std::move(transport), Peer{}));
    while (!ended)
        loop.run_one();
    EYED_CHECK(output.empty() || output.starts_with("HTTP/1.1 "));
    EYED_CHECK(site.body_bytes == 0);
    return 0;
}
