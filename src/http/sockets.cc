#include "http/sockets.h"

#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <cerrno>
#include <utility>

namespace eyed::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

IoError io_error(const error_code& error) {
    if (!error) return IoError::kNone;
    if (error == asio::error::operation_aborted) return IoError::kCanceled;
    if (error == asio::error::eof || error == asio::ssl::error::stream_truncated)
        return IoError::kEnd;
    return IoError::kFailed;
}

/// What asio calls at the end of an operation: small, so that its memory is recycled.
struct Resume {
    Completion* completion;
    void operator()(const error_code& error, std::size_t bytes) const {
        completion->result = {bytes, io_error(error)};
        completion->handle.resume();
    }
    void operator()(const error_code& error) const { (*this)(error, 0); }
};

class PlainTransport final : public Transport {
  public:
    explicit PlainTransport(Socket socket) : socket_(std::move(socket)) {}

    Progress handshake(Completion& completion) override {
        completion.result = {};
        return Progress::kDone;
    }
    Progress read(char* into, std::size_t bytes, Completion& completion) override {
        socket_.async_read_some(asio::buffer(into, bytes), Resume{&completion});
        return Progress::kPending;
    }
    /// Almost always the socket takes it at once: no way through the loop then.
    Progress write(std::string_view first, std::string_view second,
                   Completion& completion) override {
        iovec pieces[2] = {{const_cast<char*>(first.data()), first.size()},
                           {const_cast<char*>(second.data()), second.size()}};
        msghdr message{};
        message.msg_iov = pieces;
        message.msg_iovlen = 2;
        const ssize_t sent =
            ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            completion.result = {static_cast<std::size_t>(sent), IoError::kNone};
            return Progress::kDone;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
            completion.result = {0, IoError::kFailed};
            return Progress::kDone;
        }
        const std::array<asio::const_buffer, 2> buffers = {
            asio::buffer(first.data(), first.size()), asio::buffer(second.data(), second.size())};
        socket_.async_write_some(buffers, Resume{&completion});
        return Progress::kPending;
    }
    Progress shutdown(Completion& completion) override {
        error_code error;
        socket_.shutdown(Socket::shutdown_send, error);
        completion.result = {0, io_error(error)};
        return Progress::kDone;
    }
    void cancel() override {
        error_code error;
        socket_.cancel(error);
    }
    void close() override {
        error_code error;
        socket_.close(error);
    }

  private:
    Socket socket_;
};

class TlsTransport final : public Transport {
  public:
    TlsTransport(Socket socket, asio::ssl::context& tls) : stream_(std::move(socket), tls) {}

    Progress handshake(Completion& completion) override {
        stream_.async_handshake(asio::ssl::stream_base::server, Resume{&completion});
        return Progress::kPending;
    }
    Progress read(char* into, std::size_t bytes, Completion& completion) override {
        stream_.async_read_some(asio::buffer(into, bytes), Resume{&completion});
        return Progress::kPending;
    }
    Progress write(std::string_view first, std::string_view second,
                   Completion& completion) override {
        const std::string_view piece = first.empty() ? second : first;
        stream_.async_write_some(asio::buffer(piece.data(), piece.size()), Resume{&completion});
        return Progress::kPending;
    }
    Progress shutdown(Completion& completion) override {
        stream_.async_shutdown(Resume{&completion});
        return Progress::kPending;
    }
    void cancel() override {
        error_code error;
        stream_.next_layer().cancel(error);
    }
    void close() override {
        error_code error;
        stream_.next_layer().close(error);
    }

  private:
    asio::ssl::stream<Socket> stream_;
};

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_length,
                    const unsigned char* in, unsigned in_length, void*) {
    static constexpr unsigned char kHttp11[] = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_length, kHttp11, sizeof kHttp11 - 1, in, in_length) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

}  // namespace

std::unique_ptr<Transport> make_plain_transport(Socket socket) {
    return std::make_unique<PlainTransport>(std::move(socket));
}

std::unique_ptr<Transport> make_tls_transport(Socket socket, asio::ssl::context& tls) {
    return std::make_unique<TlsTransport>(std::move(socket), tls);
}

Result<std::unique_ptr<asio::ssl::context>> load_tls(const std::string& certificate_path,
                                                     const std::string& key_path) {
    auto tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    const auto refuse = [](const std::string& what, const error_code& error) {
        return failure(Code::kInvalidArgument, what + ": " + error.message());
    };
    error_code error;
    SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_options(tls->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                                  SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_alpn_select_cb(tls->native_handle(), choose_protocol, nullptr);
    if (tls->use_certificate_chain_file(certificate_path, error); error)
        return refuse("the TLS certificate " + certificate_path, error);
    if (tls->use_private_key_file(key_path, asio::ssl::context::pem, error); error)
        return refuse("the TLS key " + key_path, error);
    if (SSL_CTX_check_private_key(tls->native_handle()) != 1)
        return failure(Code::kInvalidArgument,
                       "the TLS key " + key_path + " does not fit " + certificate_path);
    return tls;
}

}  // namespace eyed::http
