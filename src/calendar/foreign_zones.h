#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "calendar/zone.h"

namespace eyed::calendar {

/// The zones that a file names. One file, one thread.
class ForeignZones {
  public:
    /// What the file's VTIMEZONE of that name says it is: its X-LIC-LOCATION.
    void add_location(std::string tzid, const std::string& location);

    /// By an IANA name, alone or at the end of a path (`/citadel.org/20250101_1/Europe/Berlin`), by
    /// its location, or by Windows' name (`W. Europe Standard Time`). nullopt: none of these.
    std::optional<Zone> find(const std::string& tzid);

  private:
    std::map<std::string, std::string> locations_;
    std::map<std::string, std::optional<Zone>> found_;
};

}  // namespace eyed::calendar
