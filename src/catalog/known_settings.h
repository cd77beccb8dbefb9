#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/audit.h"

namespace eyed::catalog {

class Connection;

/// The settings that the server had at its last start. Threads and errors: see Catalog.
class KnownSettings {
  public:
    explicit KnownSettings(Connection& connection) : connection_(connection) {}

    struct Setting {
        enum class Shown { kOpenly, kNever };
        std::string name;
        std::string value;  ///< of one that is never shown: a digest
        Shown shown = Shown::kOpenly;
    };
    /// Takes these as what is known from now on; what differs from before is audited as `changed`,
    /// each setting in a line of its own. A setting not known before is none: the first start
    /// writes no line.
    [[nodiscard]] Status update(const std::vector<Setting>& settings, Micros now);

  private:
    Connection& connection_;
};

}  // namespace eyed::catalog
