#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace eyed::delivery {

/// Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`.
/// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

/// `whsec_` and base64 of 32 random bytes.
std::string make_secret();
/// The key: kInvalidArgument, in a sentence for its author: no `whsec_`, no base64, not 24 to 64
/// bytes.
[[nodiscard]] Result<std::string> secret_bytes(std::string_view secret);
/// The value of `webhook-signature`: `v1,<base64>` for each key, parted by spaces. `seconds` is the
/// value of `webhook-timestamp`.
std::string sign(std::span<const std::string> keys, std::string_view id, std::int64_t seconds,
                 std::string_view body);

}  // namespace eyed::delivery
