#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "auth/password_hasher.h"
#include "base/hash.h"
#include "config/settings.h"
#include "delivery/service.h"
#include "http/server.h"

namespace eyed::app {

/// What the settings are to the parts of the program. Pure.

std::chrono::milliseconds to_ms(std::chrono::microseconds time);
http::Options http_options(const config::Settings& settings);
auth::PasswordHasher::Cost hash_cost(const config::Settings& settings);
delivery::Service::CashbackTarget cashback_target(const config::Settings& settings);
/// The first bits of a signature.
Hash128 first_bits(const std::array<std::uint8_t, 32>& signature);

}  // namespace eyed::app
