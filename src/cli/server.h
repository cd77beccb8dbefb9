#pragma once

#include <memory>
#include <string>

#include "cli/answers.h"
#include "cli/command_line.h"
#include "cli/http_client.h"

namespace eyed::cli {

/// A running server's API, whose answers are JSON objects. One thread.
class Server {
  public:
    /// kInvalidArgument: the URL is not http or https.
    [[nodiscard]] static Result<Server> connect(const Remote& remote);

    struct Ask {
        std::string method = "GET";  ///< or POST, PATCH, DELETE
        std::string path;
        HttpClient::Query query;
        std::string body;  ///< JSON; of a GET: none
    };
    /// The answer to what may be asked again, an empty object for 204: a server without time (429,
    /// 503) is asked a few times more. Errors: kUnavailable (no answer, or not one of eyed's), else
    /// as the server says, fault by fault.
    [[nodiscard]] Result<boost::json::object> ask(const Ask& ask);

  private:
    explicit Server(std::unique_ptr<HttpClient> client) : client_(std::move(client)) {}

    std::unique_ptr<HttpClient> client_;
};

}  // namespace eyed::cli
