#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/worker_pool.h"
#include "http/server.h"
#include "http/test_client.h"

namespace eyed::http::test {

/// A server on a free port with a few routes that show what it does. For tests.
class TestServer {
  public:
    explicit TestServer(Options options = {}) {
        if (options.threads == 0) options.threads = 2;
        add(Method::kGet, "/hello", model::Scope::kRead, &TestServer::hello);
        add(Method::kPost, "/echo", model::Scope::kIngest, &TestServer::echo);
        add(Method::kDelete, "/echo", model::Scope::kIngest, &TestServer::nothing);
        add(Method::kPost, "/open", model::Scope::kOpen, &TestServer::echo);
        add(Method::kOptions, "/open", model::Scope::kOpen, &TestServer::hello);
        add(Method::kPost, "/guarded", model::Scope::kManage, &TestServer::echo);
        add(Method::kPost, "/later", model::Scope::kIngest, &TestServer::later);
        add(Method::kGet, "/gate", model::Scope::kRead, &TestServer::gate);
        add(Method::kGet, "/item/{id}", model::Scope::kRead, &TestServer::item);
        add(Method::kGet, "/big", model::Scope::kRead, &TestServer::big);
        add(Method::kGet, "/file", model::Scope::kRead, &TestServer::file);
        add(Method::kGet, "/file-later", model::Scope::kRead, &TestServer::file_later);
        Hooks hooks;
        hooks.guard = [](Request& request) -> std::optional<Response> {
            if (request.route->scope != model::Scope::kManage) return std::nullopt;
            return text(401, "who are you?");
        };
        hooks.finished = [this](const Exchange& exchange) { note(exchange); };
        auto made = Server::create(std::move(options), router_, std::move(hooks));
        EXPECT_TRUE(made) << made.error().detail;
        server_ = *std::move(made);
        EXPECT_TRUE(server_->start());
    }
    ~TestServer() { open_gate(); }

    std::uint16_t port() const { return server_->port(); }
    Server* operator->() { return server_.get(); }

    /// Lets every request of /gate go on, those to come too.
    void open_gate() {
        std::vector<Waiting*> waiting;
        {
            const std::lock_guard lock(mutex_);
            gate_open_ = true;
            waiting = std::exchange(waiting_, {});
        }
        for (Waiting* each : waiting)
            each->executor->post(&each->resumption);
    }
    /// Waits until that many requests are at the gate.
    void await_at_gate(std::size_t requests) {
        while (at_gate() < requests)
            std::this_thread::yield();
    }
    std::size_t at_gate() {
        const std::lock_guard lock(mutex_);
        return waiting_.size();
    }

    std::vector<std::string> log() {
        const std::lock_guard lock(mutex_);
        return log_;
    }
    FileBody file_body;  ///< what /file sends, and /file-later after work on another thread
    std::string_view file_type = "application/octet-stream";

  private:
    struct Waiting {
        TestServer* server;
        Executor* executor;
        Resumption resumption;
        bool await_ready() const noexcept { return false; }
        bool await_suspend(std::coroutine_handle<> handle) {
            resumption.handle = handle;
            const std::lock_guard lock(server->mutex_);
            if (server->gate_open_) return false;
            server->waiting_.push_back(this);
            return true;
        }
        void await_resume() const noexcept {}
    };

    void add(Method method, const char* pattern, model::Scope scope,
             Task<Response> (TestServer::*handler)(Request&)) {
        const Status added = router_.add({.method = method,
                                          .pattern = pattern,
                                          .scope = scope,
                                          .handler = std::bind_front(handler, this)});
        EXPECT_TRUE(added) << added.error().detail;
    }
    void note(const Exchange& exchange) {
        const Request& request = exchange.request;
        std::string line(request.method_text);
        line += ' ';
        line += request.path;
        line += ' ' + std::to_string(exchange.status) + ' ' +
                std::to_string(exchange.request_bytes) + ' ' +
                std::to_string(exchange.response_bytes) + ' ' + request.peer;
        const std::lock_guard lock(mutex_);
        log_.push_back(std::move(line));
    }

    Task<Response> hello(Request&) { co_return text(200, "hello"); }
    Task<Response> nothing(Request&) { co_return empty(204); }
    Task<Response> echo(Request& request) { co_return text(200, std::string(request.body)); }
    Task<Response> item(Request& request) {
        co_return text(200, std::string(request.parameter("id")));
    }
    Task<Response> big(Request&) { co_return json(200, std::string(100'000, '1')); }
    Task<Response> later(Request& request) {
        std::string copy(request.body);
        auto work = [&copy]() -> Result<std::string> { return copy; };
        Offload offload(pool_, request.executor, work);
        Result<std::string> result = co_await offload;
        co_return text(200, *std::move(result));
    }
    Task<Response> gate(Request& request) {
        Waiting waiting{this, &request.executor, {}};
        co_await waiting;
        co_return text(200, "opened");
    }
    Task<Response> file(Request&) {
        Response response;
        response.content_type = file_type;
        response.file = file_body;
        co_return response;
    }
    Task<Response> file_later(Request& request) {
        auto work = []() -> Result<int> { return 0; };
        Offload offload(pool_, request.executor, work);
        static_cast<void>(co_await offload);
        Task<Response> sent = file(request);
        co_return co_await sent;
    }

    WorkerPool pool_{{"test", 2, 4096}};
    Router router_;
    std::mutex mutex_;  ///< guards all below but server_
    bool gate_open_ = false;
    std::vector<Waiting*> waiting_;
    std::vector<std::string> log_;
    std::unique_ptr<Server> server_;
};

}  // namespace eyed::http::test
