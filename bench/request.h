#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace eyed::bench {

/// What the generator sends.
struct RequestOptions {
    std::string host = "127.0.0.1:8000";
    std::string path = "/";
    std::string token;
    /// 0: GET without a body; 1: one event as an object; more: an array of so many.
    std::uint32_t events = 0;
    enum class Content {
        kReadme,     ///< every event is the README example of seed 001
        kVaried,     ///< times rise over `days`, sessions come and go, 10 categories, 500 names
        kPurchases,  ///< one purchase a request, each another one, of a thousand customers
    } content = Content::kReadme;
    enum class EventIds { kNone, kUnique } event_ids = EventIds::kNone;
    std::uint32_t days = 10;
    std::uint64_t expected_events = 10'000'000;  ///< spread over those days
};

/// One connection's request, written once; only the digits that differ between events are patched
/// for the next one. Owned by one thread; `sequence` is shared by all of a run.
class Request {
  public:
    Request(const RequestOptions& options, std::atomic<std::uint64_t>& sequence);
    /// The bytes of the next request; valid until the next call.
    std::string_view next();

  private:
    /// Offsets of the patched fields from an event's first byte.
    struct Fields {
        std::size_t event_id = 0;
        std::size_t session = 0;
        std::size_t category = 0;
        std::size_t name = 0;
        std::size_t timestamp = 0;  ///< of a purchase: when it was sold
        std::size_t document = 0;
    };

    void patch(char* event, std::uint64_t index);
    void patch_purchase(char* purchase, std::uint64_t index);

    const RequestOptions options_;
    std::atomic<std::uint64_t>& sequence_;
    std::string bytes_;
    Fields fields_;
    std::vector<std::size_t> starts_;  ///< of each event in bytes_
    std::uint64_t random_;
};

}  // namespace eyed::bench
