#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/transport.h"

namespace eyed::http {

/// Without asio's type-erased executor: that costs an allocation an operation.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

std::unique_ptr<Transport> make_plain_transport(Socket socket);
std::unique_ptr<Transport> make_tls_transport(Socket socket, boost::asio::ssl::context& tls);

/// TLS 1.2 and later, ALPN http/1.1. kInvalidArgument: a file does not load, or the two do not fit.
[[nodiscard]] Result<std::unique_ptr<boost::asio::ssl::context>> load_tls(
    const std::string& certificate_path, const std::string& key_path);

}  // namespace eyed::http
