// rooms: log
// Bodies of records: any bytes may come, and what decodes must be the one form of its value.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "log/record.h"

namespace {

using namespace eyed::log;

/// What decodes encodes to the same bytes.
template <class Body>
void check(std::string_view bytes, eyed::Result<Body> (*decode)(std::string_view)) {
    const eyed::Result<Body> body = decode(bytes);
    if (!body) return;
    Batch batch;
    batch.add(*body);
    EYED_CHECK(batch.body(batch.entries().front()) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check<EventBody>(bytes, decode_event);
    check<RejectionBody>(bytes, decode_rejection);
    check<ReplaceBody>(bytes, decode_replace);
    check<EraseBody>(bytes, decode_erase);
    check<SessionBody>(bytes, decode_session);
    check<SettleBody>(bytes, decode_settle);
    return 0;
}
