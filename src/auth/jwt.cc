#include "auth/jwt.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

#include "base/base64url.h"
#include "base/json_text.h"

namespace eyed::auth {
namespace {

namespace dom = simdjson::dom;

std::unexpected<Error> refused(std::string why) {
    return failure(Code::kUnauthenticated, std::move(why));
}

/// The members of a JSON object; they live in the parser. Two of one name are refused: parsers
/// differ in which of them counts.
Result<dom::object> read_object(dom::parser& parser, const std::string& json,
                                std::string_view part) {
    dom::object object;
    if (parser.parse(json).get(object) != simdjson::SUCCESS)
        return refused(fmt::format("Invalid {} string: must be a json object", part));
    std::vector<std::string_view> names;
    for (const auto& field : object)
        names.push_back(field.key);
    std::ranges::sort(names);
    if (std::ranges::adjacent_find(names) != names.end())
        return refused(fmt::format("Invalid {} string: a name is there twice", part));
    return object;
}

Result<std::string> read_algorithm(std::string_view segment) {
    const auto json = from_base64url(segment);
    if (!json) return refused("Invalid header padding");
    dom::parser parser;
    EYED_ASSIGN(const auto header, read_object(parser, *json, "header"));
    if (header.at_key("crit").error() == simdjson::SUCCESS)
        return refused("Unsupported critical extension");
    std::string_view algorithm;
    if (header.at_key("alg").get(algorithm) != simdjson::SUCCESS)
        return refused("Algorithm not specified");
    return std::string(algorithm);
}

/// A time in seconds; absent: nullopt.
Result<std::optional<double>> read_time(const dom::object& claims, std::string_view name,
                                        std::string_view title) {
    dom::element value;
    if (claims.at_key(name).get(value) != simdjson::SUCCESS) return std::optional<double>();
    double seconds = 0;
    if (value.get(seconds) != simdjson::SUCCESS)
        return refused(fmt::format("{} claim ({}) must be an integer.", title, name));
    return std::optional(seconds);
}

Result<std::optional<std::vector<std::string>>> read_audiences(const dom::object& claims) {
    using Audiences = std::optional<std::vector<std::string>>;
    dom::element value;
    if (claims.at_key("aud").get(value) != simdjson::SUCCESS) return Audiences();
    std::string_view one;
    if (value.get(one) == simdjson::SUCCESS) return Audiences({std::string(one)});
    dom::array several;
    if (value.get(several) != simdjson::SUCCESS) return refused("Invalid claim format in token");
    std::vector<std::string> audiences;
    for (const dom::element item : several) {
        if (item.get(one) != simdjson::SUCCESS) return refused("Invalid claim format in token");
        audiences.emplace_back(one);
    }
    return Audiences(std::move(audiences));
}

std::string text_of(const dom::object& claims, std::string_view name) {
    std::string_view text;
    if (claims.at_key(name).get(text) != simdjson::SUCCESS) return {};
    return std::string(text);
}

Result<JwtClaims> read_claims(const std::string& json) {
    dom::parser parser;
    EYED_ASSIGN(const auto object, read_object(parser, json, "payload"));
    JwtClaims claims;
    EYED_ASSIGN(claims.expires_at, read_time(object, "exp", "Expiration Time"));
    EYED_ASSIGN(claims.not_before, read_time(object, "nbf", "Not Before"));
    EYED_ASSIGN(claims.issued_at, read_time(object, "iat", "Issued At"));
    EYED_ASSIGN(claims.audiences, read_audiences(object));
    dom::element issuer;
    if (object.at_key("iss").get(issuer) == simdjson::SUCCESS) {
        std::string_view text;
        if (issuer.get(text) != simdjson::SUCCESS) return refused("Invalid issuer");
        claims.issuer = text;
    }
    claims.token_type = text_of(object, "token_type");
    claims.id = text_of(object, "jti");
    claims.session = text_of(object, "session");
    std::int64_t user = 0;
    if (object.at_key("user_id").get(user) == simdjson::SUCCESS) claims.user_id = user;
    return claims;
}

struct Segments {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signed_text;  ///< header, dot, payload
};

std::optional<Segments> split(std::string_view token) {
    const auto first = token.find('.');
    const auto last = token.rfind('.');
    if (first == std::string_view::npos || first == last) return std::nullopt;
    return Segments{token.substr(0, first), token.substr(first + 1, last - first - 1),
                    token.substr(last + 1), token.substr(0, last)};
}

}  // namespace

Result<VerifiedJwt> verify_jwt(std::string_view token, std::span<const JwtKey> keys) {
    if (token.size() > kLongestJwt) return refused("Token is too long");
    const auto segments = split(token);
    if (!segments) return refused("Not enough segments");
    EYED_ASSIGN(const auto algorithm, read_algorithm(segments->header));
    const auto payload = from_base64url(segments->payload);
    if (!payload) return refused("Invalid payload padding");
    const auto signature = from_base64url(segments->signature);
    if (!signature) return refused("Invalid crypto padding");
    bool allowed = false;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (algorithm_name(keys[i].algorithm()) != algorithm) continue;
        allowed = true;
        if (!keys[i].verifies(segments->signed_text, *signature)) continue;
        EYED_ASSIGN(auto claims, read_claims(*payload));
        return VerifiedJwt{i, std::move(claims)};
    }
    return refused(allowed ? "Signature verification failed"
                           : "The specified alg value is not allowed");
}

Status check_claims(const JwtClaims& claims, const JwtRules& rules, Micros now) {
    const auto seconds = [](auto micros) { return static_cast<double>(micros) / 1e6; };
    const double at = seconds(now.value);
    const double leeway = seconds(rules.leeway.count());
    if (claims.issued_at && *claims.issued_at > at + leeway)
        return refused("The token is not yet valid (iat)");
    if (claims.not_before && *claims.not_before > at + leeway)
        return refused("The token is not yet valid (nbf)");
    if (claims.expires_at && *claims.expires_at <= at - leeway)
        return refused("Signature has expired");
    if (!rules.issuer.empty()) {
        if (!claims.issuer) return refused("Token is missing the \"iss\" claim");
        if (*claims.issuer != rules.issuer) return refused("Invalid issuer");
    }
    // RFC 7519 §4.1.3: who is not named by an audience that is there must refuse the token.
    if (rules.audience.empty()) {
        if (claims.audiences) return refused("Invalid audience");
    } else {
        if (!claims.audiences) return refused("Token is missing the \"aud\" claim");
        if (std::ranges::find(*claims.audiences, rules.audience) == claims.audiences->end())
            return refused("Invalid audience");
    }
    return {};
}

std::string sign_jwt(const JwtKey& key, const JwtClaims& claims) {
    std::string payload = "{\"token_type\":";
    append_json_string(claims.token_type, payload);
    payload += fmt::format(",\"exp\":{:.0f},\"iat\":{:.0f},\"jti\":", claims.expires_at.value_or(0),
                           claims.issued_at.value_or(0));
    append_json_string(claims.id, payload);
    payload += fmt::format(",\"user_id\":{},\"session\":", claims.user_id);
    append_json_string(claims.session, payload);
    payload += '}';
    const std::string header =
        fmt::format(R"({{"alg":"{}","typ":"JWT"}})", algorithm_name(key.algorithm()));
    std::string token = to_base64url(header) + '.' + to_base64url(payload);
    token += '.' + to_base64url(key.mac(token));
    return token;
}

}  // namespace eyed::auth
