// rooms: delivery
// URLs and body templates as somebody may write them: what is taken stays what it is when it is
// read again, and a template that is taken gives JSON whatever the event says.
#include <boost/json/parse.hpp>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "delivery/address.h"
#include "delivery/body.h"

namespace {

using namespace eyed;

void check_url(std::string_view text) {
    const auto target = delivery::parse_target(text);
    if (!target) {
        EYED_CHECK(!target.error().detail.empty());
        return;
    }
    EYED_CHECK(target->scheme == "http" || target->scheme == "https");
    EYED_CHECK(!target->host.empty() && target->port != 0);
    const auto again = delivery::parse_target(target->url);
    EYED_CHECK(again && again->url == target->url && again->host == target->host);
}

void check_filled(std::string_view text) {
    constexpr std::string_view kEvent =
        R"({"id":7,"name":"a \"b\" \\ \u0000 {{/id}}","data":{"a/b":[1,null,{"c":"é"}],"~":""}})";
    if (!delivery::check_template(text)) return;
    boost::system::error_code error;
    boost::json::parse(delivery::fill_template(text, kEvent), error);
    EYED_CHECK(!error);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_url(text);
    check_filled(text);
    return 0;
}
