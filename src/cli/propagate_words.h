#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace eyed::cli {

/// What a server says of what it does not take.
struct ServerWords {
    std::string text;                  ///< on one line, and not more than help
    std::optional<std::size_t> index;  ///< of the faulty event in an array, from 0, when it is told
};

/// The sentences of a problem document (RFC 9457), of FastAPI's `detail` and of Django REST
/// framework's fields; of anything else the body itself.
ServerWords words_of(std::string_view body);
/// The same of one verdict of a batch.
std::string words_of_verdict(const boost::json::object& verdict);

}  // namespace eyed::cli
