#pragma once

#include <cstdint>
#include <string_view>

namespace eyed::model {

/// The form an event came in. The numbers are written to disk: never change one.
enum class Dialect : std::uint8_t {
    kNative = 0,      ///< POST /api/v1/events
    kTheEye = 1,      ///< POST /events/, seed 001
    kEyeService = 2,  ///< POST /api/event/, seed 000
    kConsumer = 3,    ///< POST /api/event, seed 002
    kImport = 4,      ///< eyed import
};
inline constexpr Dialect kLastDialect = Dialect::kImport;

/// `native`, `the_eye`, `eye_service`, `consumer`, `import`.
std::string_view dialect_name(Dialect dialect);

}  // namespace eyed::model
