#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/task.h"
#include "http/buffer.h"
#include "http/head.h"
#include "http/message.h"
#include "http/site.h"
#include "http/transport.h"

namespace eyed::http {

class OpenFile;

/// Who is at the other end.
struct Peer {
    std::string address;
    Channel channel = Channel::kPlain;
};

/// One client's connection: reads requests one after the other, runs their handlers, writes the
/// answers in order. A coroutine that owns itself from start() to its end; lives on one io thread.
class Connection {
  public:
    Connection(Shard& shard, std::unique_ptr<Transport> transport, Peer peer);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Runs it until it ends, then frees it.
    static void start(std::unique_ptr<Connection> connection);

    /// The shard's, between two steps of the coroutine.
    void check_deadline(Instant now);
    void stop();
    void abort();
    bool idle() const { return phase_ == Phase::kIdle; }
    Instant idle_since() const { return idle_since_; }

  private:
    friend class Shard;
    /// What the connection waits for.
    enum class Phase : std::uint8_t {
        kHandshake,
        kIdle,      ///< for the first byte of a request
        kHeader,    ///< for the rest of a header
        kBody,      ///< for the rest of a body
        kHandling,  ///< for a handler: no deadline
        kWriting,
        kLingering,  ///< for the client to read a refusal
    };
    enum class Next { kRequest, kClose, kLinger, kGone };
    enum class HeadState { kIncomplete, kComplete, kRefused };
    /// How a body ended; a status above 0 refuses the request, kLost: the connection is gone.
    static constexpr int kBodyRead = 0;
    static constexpr int kLost = -1;

    static Task<void> drive(std::unique_ptr<Connection> connection);
    Task<void> serve();

    // connection.cc: the way of a request.
    Instant enter(Phase phase);
    void begin_request();
    HeadState take_head();
    Task<IoError> receive();
    Task<Next> exchange();
    std::optional<Response> route();
    std::optional<Response> answer_options(const Router::Match& match);
    Response render(const Failure& failure);
    Response render(int status);
    void set_request_id();
    Task<void> linger(Next next);

    // body.cc: reading and unpacking.
    bool take_buffered_body();
    Task<int> read_body();
    Task<int> read_sized();
    Task<int> read_chunked();
    Task<int> unpack_body();
    bool grow_body(std::size_t limit);
    bool claim(std::size_t capacity);
    void end_body();
    std::size_t body_limit() const;

    // answer.cc: writing.
    Task<Next> answer(Response response, Next after);
    void append_head(const Response& response, std::optional<std::uint64_t> length);
    void append_cors();
    Task<void> pack(Response& response);
    bool packs(const Response& response, std::uint64_t bytes);
    /// kNew: an answer begins; kGoOn: what is written belongs to the one before.
    enum class Patience { kNew, kGoOn };
    Task<bool> flush(std::string_view rest, Patience patience = Patience::kNew);
    Task<Next> send_file(Response response, Next after);
    Task<bool> send_pieces(OpenFile& file);
    void discard(Response response);
    void finish(int status, std::uint64_t bytes);

    Shard& shard_;
    Site& site_;
    const std::unique_ptr<Transport> transport_;
    std::list<Connection*>::iterator place_;  ///< the shard's

    Phase phase_ = Phase::kIdle;
    Instant deadline_ = Instant::max();
    Instant idle_since_;
    bool timed_out_ = false;

    Buffer in_;                 ///< the header being handled, then what came after it
    std::size_t in_at_ = 0;     ///< in in_: first byte not used yet
    std::size_t searched_ = 0;  ///< from in_at_: how far the header's end was looked for
    const Peer peer_;
    Request request_;
    Head head_;
    HeadFault head_fault_;
    Instant started_;
    Buffer body_;
    std::string leftover_;     ///< came after a chunked body, belongs to the next request
    std::size_t claimed_ = 0;  ///< of Limits::bodies_in_flight
    bool body_done_ = true;    ///< nothing of this request is left to read

    std::string out_;                       ///< rendered, not yet written
    std::chrono::nanoseconds patience_{0};  ///< left for the client to read the answer at hand
    bool keep_alive_ = true;
    bool vary_encoding_ = false;
    bool packed_ = false;
};

}  // namespace eyed::http
