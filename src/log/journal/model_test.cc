#include <gtest/gtest.h>

#include <map>
#include <random>

#include "log/journal/journal_testing.h"

namespace eyed::log::testing {
namespace {

class Model : public JournalTest {};

/// What the journal must say, kept in plain containers.
struct Reference {
    std::vector<ReadRecord> records;
    std::map<std::string, std::uint64_t> keys;
    std::uint64_t events = 0;
    std::uint64_t rejections = 0;
};

TEST_F(Model, AHundredThousandRandomRecordsAgreeWithAReference) {
    options_.segment_bytes = 1 << 20;
    std::mt19937_64 random(20261125);
    Reference reference;
    open();
    while (reference.records.size() < 100'000) {
        Batch batch;
        std::vector<Verdict> expected;
        const std::size_t count = random() % 300;
        for (std::size_t i = 0; i < count; ++i) {
            const std::string data(random() % 200, static_cast<char>('a' + random() % 26));
            if (random() % 10 == 0) {
                batch.add(RejectionBody{.application = {1}, .message = "no", .payload = data});
                expected.push_back({Verdict::Outcome::kAppended, ++reference.rejections});
            } else {
                const std::string key =
                    random() % 3 == 0 ? std::to_string(random() % 40'000) : std::string();
                batch.add(event("n", key, data));
                if (const auto known = reference.keys.find(key);
                    !key.empty() && known != reference.keys.end()) {
                    expected.push_back({Verdict::Outcome::kDuplicate, known->second});
                    continue;
                }
                expected.push_back({Verdict::Outcome::kAppended, ++reference.events});
                if (!key.empty()) reference.keys[key] = reference.events;
            }
            const Batch::Entry& entry = batch.entries().back();
            reference.records.push_back({reference.records.size() + 1, entry.kind,
                                         expected.back().id, std::string(batch.body(entry))});
        }
        const auto verdicts = append_and_wait(*log_, std::move(batch));
        ASSERT_TRUE(verdicts);
        ASSERT_EQ(verdicts->size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            ASSERT_EQ((*verdicts)[i].outcome, expected[i].outcome);
            ASSERT_EQ((*verdicts)[i].id, expected[i].id);
        }
        if (random() % 10 == 0) log_->applied(Position{random() % (log_->durable().value + 1)});
        if (random() % 60 == 0) reopen();
    }
    EXPECT_EQ(read(), reference.records);
    reopen();
    const std::uint64_t from = random() % reference.records.size();
    const auto tail = read(Position{from});
    EXPECT_EQ(tail, std::vector<ReadRecord>(reference.records.begin() + static_cast<long>(from),
                                            reference.records.end()));
}

}  // namespace
}  // namespace eyed::log::testing
