#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/decoder.h"
#include "log/record.h"

namespace eyed::ingest {

/// Tests only: a directory in memory; types may be put in beforehand.
class MemoryDirectory final : public TypeDirectory {
  public:
    std::vector<TypeRow> rows;
    Result<std::vector<std::optional<TypeRow>>> create_if_absent(const std::vector<NewType>&,
                                                                 std::uint32_t) override {
        return failure(Code::kInternal, "not of this test");
    }
    Result<std::vector<TypeRow>> changes_since(std::uint64_t revision) override {
        std::vector<TypeRow> changed;
        std::ranges::copy_if(rows, std::back_inserter(changed),
                             [&](const TypeRow& row) { return row.revision > revision; });
        return changed;
    }
};

inline constexpr std::string_view kGood =
    R"({"session_id":"e2085be5-9137-4e4e-80b5-f1ffddc25423","category":"page interaction",)"
    R"("name":"cta click","data":{"host":"www.consumeraffairs.com","path":"/",)"
    R"("element":"chat bubble"},"timestamp":"2021-01-01 09:15:27.243860"})";

inline TypeRow checked(std::string name, model::CheckMode mode, std::uint64_t version) {
    TypeRow row;
    row.id = {1};
    row.application = {1};
    row.category = "c";
    row.name = std::move(name);
    row.mode = mode;
    row.version = static_cast<std::uint32_t>(version);
    row.revision = version;
    return row;
}

inline TypeRow enforced(std::string name, std::string example) {
    TypeRow row = checked(std::move(name), model::CheckMode::kEnforce, 1);
    row.example = std::move(example);
    return row;
}

class DecoderTest : public testing::Test {
  protected:
    MemoryDirectory directory;
    WorkerPool pool{{.name = "test"}};
    Types types{directory, pool, {.limit_per_application = 3}};
    Decoder decoder{types, {}};
    Decoded out;
    Sender sender{{1}, {2}, {3}, *parse_iso8601("2026-01-01T00:00:00Z"), {}};
    std::string body;  ///< with room past its end, as a request's buffer has

    std::string_view padded(std::string_view text) {
        body.reserve(text.size() + 128);
        body.assign(text);
        return body;
    }
    void seed(std::string_view text) {
        decoder.single(model::Dialect::kTheEye, sender, padded(text), out);
    }
    void native(std::string_view text, BodyKind kind = BodyKind::kDetect) {
        decoder.native(sender, kind, padded(text), out);
    }
    /// The good body with one field replaced; an empty value takes it away.
    static std::string with(std::string_view field, std::string_view value) {
        std::map<std::string_view, std::string_view> fields{
            {"session_id", "\"e2085be5-9137-4e4e-80b5-f1ffddc25423\""},
            {"category", "\"c\""},
            {"name", "\"n\""},
            {"data", R"({"a":1})"},
            {"timestamp", "\"2021-01-01T00:00:00Z\""}};
        fields[field] = value;
        std::string text = "{";
        for (const auto& [key, json] : fields) {
            if (json.empty()) continue;
            if (text.size() > 1) text += ',';
            text += "\"" + std::string(key) + "\":" + std::string(json);
        }
        return text + "}";
    }
    std::string first_message() const {
        return out.faults.empty() ? std::string() : out.faults.front().message;
    }
    log::EventBody event(std::size_t i) const {
        return *log::decode_event(out.batch.body(out.batch.entries().at(i)));
    }
    log::RejectionBody rejection(std::size_t i) const {
        return *log::decode_rejection(out.batch.body(out.batch.entries().at(i)));
    }
    std::string kinds() const {
        std::string text;
        for (const auto& entry : out.batch.entries())
            text += entry.kind == log::Kind::kEvent ? 'e' : 'r';
        return text;
    }
};

}  // namespace eyed::ingest
