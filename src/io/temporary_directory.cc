#include "io/temporary_directory.h"

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/check.h"

namespace eyed::io {

TemporaryDirectory::TemporaryDirectory() {
    const char* const base = std::getenv("TMPDIR");
    path_ = std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/eyed-XXXXXX";
    EYED_CHECK(::mkdtemp(path_.data()) != nullptr);
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace eyed::io
