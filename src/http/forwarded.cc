#include "http/forwarded.h"

#include "base/ascii.h"
#include "http/head.h"

namespace eyed::http {
namespace {

/// Takes the last element off a list.
std::string_view take_last(std::string_view& list) {
    const std::size_t comma = list.rfind(',');
    const std::string_view last =
        trimmed(comma == std::string_view::npos ? list : list.substr(comma + 1));
    list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
    return last;
}

/// The last field of that name: the nearest proxy's.
std::string_view last_field(const Request& request, std::string_view name) {
    std::string_view found;
    for (const Field& field : request.headers)
        if (equal_ignoring_case(field.name, name)) found = field.value;
    return found;
}

const Network& everywhere(std::string_view address) {
    static const Network v4 = *Network::parse("0.0.0.0/0");
    static const Network v6 = *Network::parse("::/0");
    return address.find(':') == std::string_view::npos ? v4 : v6;
}

/// Goes back from the nearest hop, over all fields, to the first that is no trusted proxy's.
void take_peer(std::span<const Network> trusted, Request& request) {
    for (auto field = request.headers.rbegin(); field != request.headers.rend(); ++field) {
        if (!equal_ignoring_case(field->name, "X-Forwarded-For")) continue;
        for (std::string_view chain = field->value; !chain.empty();) {
            const std::string_view hop = take_last(chain);
            if (!contains(trusted, request.peer) || !everywhere(hop).contains(hop)) return;
            request.peer = hop;
        }
    }
}

}  // namespace

void take_forwarded(std::span<const Network> trusted, Request& request) {
    if (trusted.empty() || !contains(trusted, request.peer)) return;
    std::string_view proto = last_field(request, "X-Forwarded-Proto");
    const std::string_view scheme = take_last(proto);
    if (equal_ignoring_case(scheme, "https")) request.channel = Channel::kTls;
    if (equal_ignoring_case(scheme, "http")) request.channel = Channel::kPlain;
    std::string_view hosts = last_field(request, "X-Forwarded-Host");
    const std::string_view host = take_last(hosts);
    if (!host.empty() && is_host(host)) request.host = host;
    take_peer(trusted, request);
}

}  // namespace eyed::http
