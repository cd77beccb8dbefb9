#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace eyed::http {

/// kEnd: the peer sends no more. kCanceled: by cancel(). kFailed: the connection is gone.
enum class IoError : std::uint8_t { kNone, kEnd, kCanceled, kFailed };

struct IoResult {
    std::size_t bytes = 0;
    IoError error = IoError::kNone;
};

/// One operation under way. Lives in the frame of the coroutine that awaits it.
struct Completion {
    std::coroutine_handle<> handle;
    IoResult result;
};

/// kDone: the result is there already, and the handle is not resumed.
enum class Progress { kDone, kPending };

/// A byte stream to one client: a socket, a TLS session, or a test's own. Owned by its connection,
/// used on its io thread; at most one operation at a time.
class Transport {
  public:
    virtual ~Transport() = default;
    virtual Progress handshake(Completion& completion) = 0;
    /// Some bytes, at least one unless an error.
    virtual Progress read(char* into, std::size_t bytes, Completion& completion) = 0;
    /// Writes some of `first`, then of `second`.
    virtual Progress write(std::string_view first, std::string_view second,
                           Completion& completion) = 0;
    /// Says that we send no more; reading goes on.
    virtual Progress shutdown(Completion& completion) = 0;
    /// Ends the operation under way with kCanceled, if there is one.
    virtual void cancel() = 0;
    /// Closes at once. Operations fail from now on.
    virtual void close() = 0;
};

/// `co_await` forms of the four operations.
class Handshaking {
  public:
    explicit Handshaking(Transport& transport) : transport_(transport) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle) {
        completion_.handle = handle;
        return transport_.handshake(completion_) == Progress::kPending;
    }
    IoResult await_resume() const noexcept { return completion_.result; }

  private:
    Transport& transport_;
    Completion completion_;
};

class Reading {
  public:
    Reading(Transport& transport, char* into, std::size_t bytes)
        : transport_(transport), into_(into), bytes_(bytes) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle) {
        completion_.handle = handle;
        return transport_.read(into_, bytes_, completion_) == Progress::kPending;
    }
    IoResult await_resume() const noexcept { return completion_.result; }

  private:
    Transport& transport_;
    char* into_;
    std::size_t bytes_;
    Completion completion_;
};

class Writing {
  public:
    Writing(Transport& transport, std::string_view first, std::string_view second)
        : transport_(transport), first_(first), second_(second) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle) {
        completion_.handle = handle;
        return transport_.write(first_, second_, completion_) == Progress::kPending;
    }
    IoResult await_resume() const noexcept { return completion_.result; }

  private:
    Transport& transport_;
    std::string_view first_;
    std::string_view second_;
    Completion completion_;
};

class ShuttingDown {
  public:
    explicit ShuttingDown(Transport& transport) : transport_(transport) {}
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> handle) {
        completion_.handle = handle;
        return transport_.shutdown(completion_) == Progress::kPending;
    }
    IoResult await_resume() const noexcept { return completion_.result; }

  private:
    Transport& transport_;
    Completion completion_;
};

}  // namespace eyed::http
