// Small texts of clients: timestamps, UUIDs, query strings, cursors, and text on its way into JSON.
// rooms: schema query
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/json_text.h"
#include "base/time.h"
#include "base/uuid.h"
#include "query/parameters.h"
#include "query/render.h"
#include "schema/json_reader.h"

namespace {

using namespace eyed;

void check_json(std::string_view text) {
    schema::JsonIndex index;
    EYED_CHECK(!index.index(text));
    schema::JsonReader reader(index);
    EYED_CHECK(reader.skip() && reader.at_end());
}

void check_query(std::string_view text) {
    query::ParameterErrors errors;
    query::native_events(text, errors);
    query::seed_events(text, errors);
    query::native_sessions(text, errors);
    query::native_rejections(text, errors);
    query::native_types(text, errors);
    query::export_events(text, errors);
    for (const auto& error : errors)
        EYED_CHECK(is_utf8(error.message) && is_utf8(error.parameter));
    if (const auto cursor = query::decode_event_cursor(query::ListKind::kEvents, text))
        EYED_CHECK(query::encode(query::ListKind::kEvents, *cursor) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto at = parse_iso8601(text)) {
        const std::string out = to_iso8601(*at);
        if (out.size() == 27) parse_iso8601(out);
    }
    parse_date(text);
    if (const auto uuid = parse_uuid(text)) EYED_CHECK(parse_uuid(to_string(*uuid)) == uuid);
    check_query(text);
    std::string out;
    append_json_string(text, out);
    check_json(out);
    out.clear();
    query::append_payload(text, out);
    check_json(out);
    return 0;
}
