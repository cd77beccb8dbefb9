#pragma once

#include <string>

namespace eyed::config {

/// Where everything lies in a data directory.
struct DataLayout {
    std::string root;
    std::string journal() const { return root + "/log"; }
    std::string store_directory() const { return root + "/store"; }
    std::string store() const { return root + "/store/events.duckdb"; }
    std::string catalog() const { return root + "/catalog.sqlite"; }
    std::string exports() const { return root + "/exports"; }  ///< downloads being written
};

}  // namespace eyed::config
