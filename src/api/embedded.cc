#include "api/embedded.h"

#include <algorithm>

namespace eyed::api {

namespace {

/// Our tags are quoted hashes, so that none is part of another one's text.
bool has_it(const http::Request& request, const EmbeddedFile& file) {
    const std::string_view known = request.header("If-None-Match");
    const std::string_view opaque = file.etag.substr(file.etag.find('"'));
    return known == "*" || known.find(opaque) != std::string_view::npos;
}

}  // namespace

const EmbeddedFile* find_embedded(std::string_view name) {
    const auto files = embedded_files();
    const auto found = std::ranges::lower_bound(files, name, {}, &EmbeddedFile::name);
    return found == files.end() || found->name != name ? nullptr : &*found;
}

http::Response embedded_answer(const http::Request& request, const EmbeddedFile& file) {
    http::Response response;
    response.headers = {{"ETag", std::string(file.etag)}, {"Cache-Control", "no-cache"}};
    if (has_it(request, file)) response.status = 304;
    response.content_type = file.content_type;
    response.static_body = file.bytes;
    response.static_gzip = file.gzip;
    return response;
}

}  // namespace eyed::api
