#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace eyed::delivery {

/// Seals secrets for the catalog: libsodium's secretbox (XSalsa20-Poly1305) with a random nonce,
/// as base64url text. A plain value; any thread.
class Vault {
  public:
    /// `key`: made of the installation's secret for this purpose alone.
    explicit Vault(const std::array<std::uint8_t, 32>& key) : key_(key) {}
    std::string seal(std::string_view secret) const;
    /// kCorrupt: it was not sealed with this key.
    [[nodiscard]] Result<std::string> open(std::string_view sealed) const;

  private:
    std::array<std::uint8_t, 32> key_;
};

/// A destination's signing secrets, newest first: the older ones sign until they expire.
struct SigningSecret {
    std::string secret;  ///< `whsec_…`
    Micros created_at;
    std::optional<Micros> expires_at;  ///< none: the newest
};
/// As one sealed text. kCorrupt.
std::string seal_secrets(const Vault& vault, const std::vector<SigningSecret>& secrets);
[[nodiscard]] Result<std::vector<SigningSecret>> open_secrets(const Vault& vault,
                                                              std::string_view sealed);

/// Further header fields of a destination, sealed alike.
struct HeaderField {
    std::string name;
    std::string value;
};
std::string seal_headers(const Vault& vault, const std::vector<HeaderField>& headers);
[[nodiscard]] Result<std::vector<HeaderField>> open_headers(const Vault& vault,
                                                            std::string_view sealed);

}  // namespace eyed::delivery
