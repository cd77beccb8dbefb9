#pragma once

#include <span>
#include <string_view>

#include "http/message.h"

namespace eyed::api {

/// A file that is part of the program: what lies under web/, the OpenAPI document, files of npm
/// packages. cmake/embed.cmake names them, tools/embed.mjs makes the table.
struct EmbeddedFile {
    std::string_view name;  ///< `openapi.json`, `assets/docs.js`
    std::string_view content_type;
    std::string_view etag;  ///< of its content, weak: the packed form has the same
    std::string_view bytes;
    std::string_view gzip;  ///< the same, packed; empty: too small or packed by its nature
};

/// All of them, in order of name.
std::span<const EmbeddedFile> embedded_files();

/// nullptr: there is none of that name.
const EmbeddedFile* find_embedded(std::string_view name);

/// The file as an answer that a client may keep and asks for again by its ETag; 304 when it has it
/// (RFC 9110 §13.1.2).
http::Response embedded_answer(const http::Request& request, const EmbeddedFile& file);

}  // namespace eyed::api
