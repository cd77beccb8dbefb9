#include "delivery/outlet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/json_members.h"
#include "base/json_text.h"
#include "delivery/signature.h"

namespace eyed::delivery {
namespace {

using Which = catalog::Deliveries::Want::Which;

constexpr std::string_view kMask = "***";
constexpr std::string_view kId = "{id}";
constexpr std::uint32_t kTestsAtOnce = 10;

/// A tenth of a second's requests may begin at once.
double burst(std::uint32_t rate) {
    return std::max(1.0, rate / 10.0);
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kUnreserved =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    std::string out;
    for (const char c : text) {
        if (kUnreserved.find(c) != std::string_view::npos)
            out += c;
        else
            fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace

std::string masked_url(std::string_view url) {
    const std::size_t mark = url.find('?');
    if (mark == std::string_view::npos) return std::string(url);
    std::string masked(url.substr(0, mark + 1));
    std::string_view rest = url.substr(mark + 1);
    while (true) {
        const std::string_view pair = rest.substr(0, rest.find('&'));
        const std::size_t sign = pair.find('=');
        if (sign == std::string_view::npos) {
            masked += pair.empty() ? pair : kMask;  // it may be a key as well as a name
        } else {
            masked += pair.substr(0, sign + 1);
            masked += pair.substr(sign + 1) == kId ? kId : kMask;
        }
        if (pair.size() == rest.size()) return masked;
        masked += '&';
        rest.remove_prefix(pair.size() + 1);
    }
}

std::string with_id(std::string_view url, std::string_view id) {
    std::string filled;
    for (std::size_t at = url.find(kId); at != std::string_view::npos; at = url.find(kId)) {
        filled += url.substr(0, at);
        filled += percent_encoded(id);
        url.remove_prefix(at + kId.size());
    }
    filled += url;
    return filled;
}

Outlet::Outlet(const model::Destination& destination, const Vault& vault, Micros now)
    : circuit(0, 0, std::nullopt), tokens_at_(now) {
    assign(destination, vault);
    tokens_ = burst(fields().rate_per_second);
}

void Outlet::assign(const model::Destination& destination, const Vault& vault) {
    destination_ = destination;
    circuit = Circuit(fields().breaker_failures, destination.failures, destination.open_until);
    problem_.clear();
    may_have_tests = true;
    if (const Status opened = open(vault); !opened) problem_ = opened.error().detail;
}

Status Outlet::open(const Vault& vault) {
    headers_.clear();
    keys_.clear();
    target_ = {};
    if (fields().url.empty()) return failure(Code::kUnavailable, "it has no URL");
    EYED_ASSIGN(target_, parse_target(fields().url));
    EYED_ASSIGN(headers_, open_headers(vault, fields().sealed_headers));
    if (!fields().is_signed) return {};
    EYED_ASSIGN(const auto secrets, open_secrets(vault, destination_.sealed_secrets));
    for (const SigningSecret& secret : secrets) {
        EYED_ASSIGN(auto bytes, secret_bytes(secret.secret));
        keys_.push_back({std::move(bytes), secret.expires_at});
    }
    if (keys_.empty()) return failure(Code::kUnavailable, "it has no signing secret");
    return {};
}

void Outlet::refill(Micros now) {
    const double rate = fields().rate_per_second;
    const double passed = std::max(0.0, static_cast<double>((now - tokens_at_).count()) / 1e6);
    tokens_ = std::min(burst(fields().rate_per_second), tokens_ + passed * rate);
    tokens_at_ = now;
}

Outlet::Room Outlet::room(Micros now) {
    if (!problem_.empty()) return {};
    const bool is_active = destination_.state == model::DestinationState::kActive;
    const auto lets = circuit.lets(now, under_way_);
    if (!is_active || lets == Circuit::Lets::kNone)
        return {may_have_tests ? kTestsAtOnce : 0, Which::kTests};
    if (!due_at || *due_at > now || under_way_ >= fields().concurrency) return {};
    std::uint32_t most = fields().concurrency - under_way_;
    if (lets == Circuit::Lets::kOne) most = 1;
    if (fields().rate_per_second != 0) {
        refill(now);
        most = std::min(most, static_cast<std::uint32_t>(tokens_));
    }
    return {most, Which::kAll};
}

std::optional<Micros> Outlet::room_at(Micros now) const {
    if (!due_at || !problem_.empty() || destination_.state != model::DestinationState::kActive)
        return std::nullopt;
    Micros at = *due_at;
    if (circuit.open_until()) at = std::max(at, *circuit.open_until());
    if (at > now) return at;
    if (fields().rate_per_second == 0 || tokens_ >= 1 || under_way_ >= fields().concurrency)
        return std::nullopt;
    const double wait = (1 - tokens_) / fields().rate_per_second;
    return now + std::chrono::microseconds(static_cast<std::int64_t>(std::ceil(wait * 1e6)));
}

void Outlet::began(std::uint32_t requests) {
    under_way_ += requests;
    if (fields().rate_per_second != 0) tokens_ = std::max(0.0, tokens_ - requests);
}

void Outlet::disable(const std::string& reason) {
    destination_.state = model::DestinationState::kDisabled;
    destination_.reason = reason;
}

void Outlet::sign(const model::Delivery& delivery, Micros now, Headers& headers) const {
    const std::int64_t seconds = now.value / 1'000'000;
    std::vector<std::string> keys;
    for (const Key& key : keys_)
        if (!key.expires_at || *key.expires_at > now) keys.push_back(key.bytes);
    headers.emplace_back("webhook-id", delivery.message);
    headers.emplace_back("webhook-timestamp", std::to_string(seconds));
    headers.emplace_back("webhook-signature",
                         delivery::sign(keys, delivery.message, seconds, delivery.body));
}

Result<OutletRequest> Outlet::request(model::Delivery delivery, Micros now) const {
    const bool is_lookup = delivery.state == model::DeliveryState::kUnknown;
    OutletRequest request;
    TransferRequest& transfer = request.transfer;
    transfer.timeout = fields().timeout;
    Headers& headers = transfer.headers;
    std::string url = masked_url(fields().url);
    if (is_lookup) {
        if (fields().lookup_url.empty())
            return failure(Code::kUnavailable, "there is no lookup URL");
        EYED_ASSIGN(transfer.target, parse_target(with_id(fields().lookup_url, delivery.message)));
        transfer.method = "GET";
        url = with_id(masked_url(fields().lookup_url), delivery.message);
    } else {
        transfer.target = target_;
        transfer.method = fields().method;
        // Of money the outcome of every request is to be known, also where it may be sent again.
        transfer.may_repeat = fields().on_unknown == model::OnUnknown::kRepeat &&
                              !delivery.cashback && !delivery.reversal;
        headers.emplace_back("Content-Type", fields().content_type);
        headers.emplace_back("Idempotency-Key", delivery.message);
        if (fields().is_signed) sign(delivery, now, headers);
        transfer.body = std::move(delivery.body);
    }
    request.shown = "{";
    append_text_member("method", transfer.method, request.shown);
    append_text_member("url", url, request.shown);
    append_key("headers", request.shown);
    request.shown += '{';
    const auto show = [&request](std::string_view name, std::string_view value) {
        if (request.shown.back() != '{') request.shown += ',';
        append_json_string(name, request.shown);
        request.shown += ':';
        append_json_string(value, request.shown);
    };
    for (const auto& [name, value] : headers)
        show(name, name == "webhook-signature" ? kMask : value);
    for (const HeaderField& field : headers_) {
        show(field.name, kMask);
        headers.emplace_back(field.name, field.value);
    }
    request.shown += "}}";
    return request;
}

}  // namespace eyed::delivery
