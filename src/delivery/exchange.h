#pragma once

#include <curl/curl.h>

#include <array>
#include <chrono>
#include <memory>
#include <span>
#include <string>

#include "delivery/address.h"
#include "delivery/transfers.h"

namespace eyed::delivery {

/// One request and its answer on an easy handle of libcurl: for Transfers, whose thread owns it.
/// Used again and again; stays where it is while libcurl has it.
class Exchange {
  public:
    /// nullptr: libcurl has no memory.
    static std::unique_ptr<Exchange> create();
    ~Exchange();
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    struct Way {
        const AddressPolicy& policy;             ///< outlives the request
        std::span<const std::string> addresses;  ///< of the host, all checked; none: it is one
        std::chrono::milliseconds within;        ///< what is left of the request's timeout
        const std::string& user_agent;
    };
    void prepare(TransferRequest request, const Way& way);
    /// What became of it, but for the latency. `code` is libcurl's word, or
    /// CURLE_ABORTED_BY_CALLBACK when it was taken off before its end.
    TransferResult finish(CURLcode code);

    CURL* easy() const { return easy_; }
    static Exchange& of(CURL* easy);

    std::chrono::nanoseconds started{};  ///< Transfers' own

  private:
    Exchange() = default;
    void set_body();
    void set_headers();
    void pin(std::span<const std::string> addresses);
    std::string words(CURLcode code) const;
    bool is_surely_unsent(CURLcode code) const;

    static std::size_t on_body(char* data, std::size_t one, std::size_t size, void* self);
    static std::size_t on_header(char* data, std::size_t one, std::size_t size, void* self);
    static std::size_t on_read(char* into, std::size_t one, std::size_t size, void* self);
    static int on_rewind(void* self, curl_off_t offset, int origin);
    static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

    CURL* easy_ = nullptr;
    curl_slist* headers_ = nullptr;
    curl_slist* pinned_ = nullptr;
    const AddressPolicy* policy_ = nullptr;
    TransferRequest request_;
    std::size_t body_read_ = 0;     ///< by libcurl, where the request must not be repeated
    std::size_t header_bytes_ = 0;  ///< of the answer
    std::size_t body_bytes_ = 0;
    std::string response_;
    std::string forbidden_;  ///< an address that was not connected to
    std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace eyed::delivery
