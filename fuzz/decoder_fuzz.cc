// Bodies of every form through the decoder: nothing may crash, and all that is accepted must be
// JSON within its limits.
// rooms: ingest
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/check.h"
#include "base/json_text.h"
#include "ingest/decoder.h"

namespace {

using namespace eyed;

class Directory final : public ingest::TypeDirectory {
  public:
    Result<std::vector<std::optional<ingest::TypeRow>>> create_if_absent(
        const std::vector<ingest::NewType>&, std::uint32_t) override {
        return failure(Code::kInternal, "unused");
    }
    Result<std::vector<ingest::TypeRow>> changes_since(std::uint64_t) override {
        ingest::TypeRow row{.id = {1}, .application = {1}, .category = "c", .name = "n"};
        row.mode = model::CheckMode::kEnforce;
        row.example = R"({"a":1,"b":[{"c":"x"},null],"d":{}})";
        row.version = row.revision = 1;
        ingest::TypeRow message{.id = {2}, .application = {1}, .category = "message", .name = "n"};
        message.mode = model::CheckMode::kEnforce;
        message.example = R"({"a":1})";
        message.version = 1;
        message.revision = 2;
        return std::vector{row, message};
    }
};

bool is_json(std::string_view text) {
    schema::JsonIndex index;
    if (index.index(text)) return false;
    schema::JsonReader reader(index);
    return reader.skip() && reader.at_end();
}

void check(const ingest::Decoded& out) {
    EYED_CHECK(out.items.size() == out.batch.size());
    for (std::size_t i = 0; i < out.items.size(); ++i) {
        const auto& entry = out.batch.entries()[i];
        if (entry.kind == log::Kind::kRejection) {
            const auto body = log::decode_rejection(out.batch.body(entry));
            EYED_CHECK(body.has_value() && out.items[i].faults > 0);
            EYED_CHECK(is_utf8(body->message) && is_utf8(body->pointer));
            EYED_CHECK(is_utf8(body->category) && is_utf8(body->name));
            continue;
        }
        EYED_CHECK(out.items[i].faults == 0);
        if (entry.kind != log::Kind::kEvent) continue;
        const auto body = log::decode_event(out.batch.body(entry));
        EYED_CHECK(body.has_value() && is_json(body->data));
        EYED_CHECK(is_utf8(body->category) && count_code_points(body->category) <= 50);
        EYED_CHECK(is_utf8(body->name) && count_code_points(body->name) <= 150);
        EYED_CHECK(body->data.find('\n') == std::string_view::npos);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Directory directory;
    static WorkerPool pool({.name = "fuzz"});
    static ingest::Types types(directory, pool, {});
    static const bool ready = types.refresh().has_value();
    static ingest::Decoder decoder(types, {});
    EYED_CHECK(ready);
    std::string body(reinterpret_cast<const char*>(data), size);
    body.append(64, '\0');
    const std::string_view view(body.data(), size);
    const ingest::Sender sender{{1}, {1}, {1}, {1'700'000'000'000'000}, "key"};
    ingest::Decoded out;
    model::Event event;
    event.id = {1};
    event.category = "c";
    event.name = "n";
    event.data = "{}";
    for (const auto dialect : {model::Dialect::kTheEye, model::Dialect::kEyeService}) {
        decoder.single(dialect, sender, view, out);
        check(out);
    }
    for (const auto dialect : {model::Dialect::kEyeService, model::Dialect::kConsumer}) {
        decoder.event_or_messages(dialect, sender, view, out);
        check(out);
    }
    for (const auto kind : {ingest::BodyKind::kDetect, ingest::BodyKind::kLines}) {
        decoder.native(sender, kind, view, out);
        check(out);
    }
    for (const auto dialect : {model::Dialect::kTheEye, model::Dialect::kNative}) {
        decoder.replacement(dialect, sender, event, view, out, event);
        check(out);
    }
    decoder.patch(sender, event, view, out, event);
    check(out);
    out.clear();
    decoder.import_line(sender, view, out);
    check(out);
    if (auto structure = schema::Structure::from_example(view)) {
        // An example has its own structure.
        schema::JsonIndex index;
        EYED_CHECK(!index.index(view));
        schema::JsonReader reader(index);
        schema::Violation violation;
        EYED_CHECK(structure->check(reader, "/data", violation));
    }
    return 0;
}
