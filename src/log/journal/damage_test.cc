#include <gmock/gmock.h>

#include "log/journal/format.h"
#include "log/journal/journal_testing.h"
#include "log/verify.h"

namespace eyed::log::testing {
namespace {

/// A journal of a few records whose process was killed: no mark at the end.
class Damaged : public JournalTest {
  protected:
    /// `groups` appends of one event each; the file as a kill would leave it.
    void write_and_kill(int groups) {
        open();
        for (int i = 1; i <= groups; ++i) {
            ends_.push_back(used_bytes());
            appended(event("name", std::to_string(i), "{\"n\":" + std::to_string(i) + "}"));
        }
        ends_.push_back(used_bytes());
        const std::string image = slurp(path());
        log_.reset();
        image_ = image;
        restore();
    }
    std::string path() {
        return options_.directory + "/" + journal::segment_name(Position{1}, ".log");
    }
    std::size_t used_bytes() {
        const std::string bytes = slurp(path());
        const std::size_t last = bytes.find_last_not_of('\0');
        return std::max<std::size_t>((last + 8) / 8 * 8, journal::kSegmentHeaderBytes);
    }
    void restore() {
        const std::vector<std::string> names = *real_->list(options_.directory);
        for (const std::string& name : names)
            ASSERT_TRUE(real_->remove(options_.directory + "/" + name));
        auto file = real_->open(path(), io::OpenMode::kCreateNew);
        ASSERT_TRUE(file);
        ASSERT_TRUE((*file)->write_at(0, image_));
    }
    VerifyReport verified() { return *verify_journal(*real_, options_.directory); }

    std::string image_;
    std::vector<std::size_t> ends_;  ///< ends_[i]: where record i + 1 begins
};

TEST_F(Damaged, EveryTruncationOfTheLastRecordLosesThatAlone) {
    write_and_kill(3);
    for (std::size_t cut = ends_[2]; cut < ends_[3]; ++cut) {
        restore();
        auto file = *real_->open(path(), io::OpenMode::kReadWrite);
        ASSERT_TRUE(file->truncate(cut));
        open();
        ASSERT_EQ(read().size(), 2U) << cut;
        ASSERT_EQ(appended(event("again", "3")), 3U) << cut;
        reopen();
        ASSERT_EQ(read().size(), 3U) << cut;
        log_.reset();
    }
}

TEST_F(Damaged, EveryZeroedTailOfTheLastRecordLosesThatAlone) {
    write_and_kill(3);
    // Trailing bytes that are zero already make no difference.
    for (std::size_t cut = ends_[2]; cut < ends_[3]; ++cut) {
        const std::string_view rest = std::string_view(image_).substr(cut, ends_[3] - cut);
        if (rest.find_first_not_of('\0') == std::string_view::npos) continue;
        restore();
        overwrite(path(), cut, std::string(ends_[3] - cut, '\0'));
        open();
        ASSERT_EQ(read().size(), 2U) << cut;
        ASSERT_EQ(appended(event("again")), 3U);
        log_.reset();
    }
}

TEST_F(Damaged, EveryFlippedByteOfTheLastRecordIsNoticed) {
    write_and_kill(3);
    for (std::size_t at = ends_[2]; at < ends_[3]; ++at) {
        const char bits = at % 2 == 0 ? char(0x01) : char(0x80);
        restore();
        overwrite(path(), at, std::string(1, static_cast<char>(image_[at] ^ bits)));
        open();
        ASSERT_EQ(read().size(), 2U) << at;
        ASSERT_TRUE(logger_.has("unfinished write"));
        ASSERT_EQ(appended(event("again", "3")), 3U);
        log_.reset();
    }
}

TEST_F(Damaged, EveryFlippedByteBeforeASyncedRecordIsDamageAndNothingIsSkipped) {
    write_and_kill(3);
    for (std::size_t at = ends_[1]; at < ends_[2]; ++at) {
        restore();
        overwrite(path(), at, std::string(1, static_cast<char>(image_[at] ^ 0x10)));
        open();
        auto cursor = *log_->read_after({});
        ASSERT_TRUE(*cursor->next());
        for (int again = 0; again < 2; ++again) {
            const auto entry = cursor->next();
            ASSERT_FALSE(entry) << at;
            ASSERT_EQ(entry.error().code, Code::kCorrupt);
        }
        ASSERT_EQ(appended(event("on")), 4U);
        ASSERT_EQ(read(Position{3}).size(), 1U);
        log_.reset();
        const VerifyReport report = verified();
        ASSERT_EQ(report.damage.size(), 1U);
        ASSERT_EQ(report.damage[0].first, Position{2});
        ASSERT_EQ(report.damage[0].last, Position{2});
        ASSERT_EQ(report.damage[0].offset, ends_[1]);
    }
}

TEST_F(Damaged, ARepairGivesUpWhatIsLostAndKeepsTheFile) {
    write_and_kill(4);
    overwrite(path(), ends_[1] + 60, "?");
    const auto given_up = repair_journal(*real_, options_.directory, logger_);
    ASSERT_TRUE(given_up);
    ASSERT_EQ(given_up->size(), 1U);
    EXPECT_EQ(names_with(".damaged").size(), 1U);
    EXPECT_TRUE(verified().intact());
    EXPECT_EQ(verified().given_up, 1U);
    open();
    const auto records = read();
    ASSERT_EQ(records.size(), 4U);
    EXPECT_EQ(records[1], (ReadRecord{2, Kind::kGap, 1, ""}));
    EXPECT_EQ(records[2].position, 3U);
    EXPECT_EQ(read(Position{2}).size(), 2U);
    EXPECT_EQ(append(event("n", "4"))->front().outcome, Verdict::Outcome::kDuplicate);
    EXPECT_EQ(appended(event("on")), 5U);
}

TEST_F(Damaged, ARepairCutShortAnywhereLosesNoNameAndCanBeDoneAgain) {
    write_and_kill(4);
    overwrite(path(), ends_[1] + 60, "?");
    const std::string damaged = slurp(path());
    for (const io::Operation operation :
         {io::Operation::kWrite, io::Operation::kSync, io::Operation::kLink, io::Operation::kRename,
          io::Operation::kSyncDirectory}) {
        for (std::uint64_t after = 0; after < 2; ++after) {
            files_.arm({.operation = operation, .after = after});
            static_cast<void>(repair_journal(files_, options_.directory, logger_));
            files_.clear();
            ASSERT_TRUE(real_->exists(path()));
            ASSERT_TRUE(repair_journal(*real_, options_.directory, logger_));
            ASSERT_TRUE(verified().intact());
            ASSERT_EQ(slurp(options_.directory + "/" + names_with(".damaged").front()), damaged);
            restore();
            overwrite(path(), ends_[1] + 60, "?");
        }
    }
}

TEST_F(Damaged, ADamagedNewestHeaderStopsTheStartUntilARepair) {
    write_and_kill(3);
    overwrite(path(), 20, "?");
    const auto refused = open_journal(options_, {files_, clock_, logger_});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kCorrupt);
    EXPECT_THAT(refused.error().detail, ::testing::HasSubstr("verify --repair"));
    ASSERT_TRUE(repair_journal(*real_, options_.directory, logger_));
    open();
    ASSERT_EQ(read().size(), 1U);
    EXPECT_EQ(read().front().kind, Kind::kGap);
    EXPECT_EQ(read().front().position, log_->durable().value);
    EXPECT_GT(appended(event("on")), 3U);
    EXPECT_EQ(read().size(), 2U);
    reopen();
    EXPECT_EQ(read().size(), 2U);
}

TEST_F(Damaged, ARepairOfTheNewestCutShortAnywhereGivesNoIdAgain) {
    write_and_kill(3);
    for (const io::Operation operation :
         {io::Operation::kOpen, io::Operation::kWrite, io::Operation::kSync, io::Operation::kLink,
          io::Operation::kRename, io::Operation::kSyncDirectory}) {
        for (std::uint64_t after = 0; after < 3; ++after) {
            restore();
            overwrite(path(), 20, "?");
            files_.arm({.operation = operation, .after = after});
            static_cast<void>(repair_journal(files_, options_.directory, logger_));
            files_.clear();
            auto opened = open_journal(options_, {files_, clock_, logger_});
            if (opened) {
                log_ = std::move(*opened);
            } else {
                ASSERT_EQ(opened.error().code, Code::kCorrupt);
                ASSERT_TRUE(repair_journal(*real_, options_.directory, logger_));
                open();
            }
            ASSERT_GT(log_->durable().value, 2U) << static_cast<int>(operation) << after;
            ASSERT_GT(appended(event("on")), 3U) << static_cast<int>(operation) << after;
            log_.reset();
        }
    }
}

TEST_F(Damaged, ANewestSegmentThatLiesAsideAloneStopsTheStart) {
    write_and_kill(3);
    const std::string aside = path() + ".damaged-2";
    ASSERT_TRUE(real_->rename(path(), aside));
    const auto refused = open_journal(options_, {files_, clock_, logger_});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::kCorrupt);
    EXPECT_THAT(refused.error().detail, ::testing::HasSubstr(aside));
    ASSERT_TRUE(real_->rename(aside, path()));
    open();
    EXPECT_EQ(appended(event("on")), 4U);
}

TEST_F(Damaged, ARepairOfTheOnlySegmentThatRetentionLeftGivesNoIdAgain) {
    options_.retention = std::chrono::hours(24);
    open();
    // More than a segment could hold: so many are skipped anyway.
    for (int i = 0; i < 30; ++i) {
        Batch batch;
        for (int n = 0; n < 100; ++n)
            batch.add(event("n"));
        ASSERT_TRUE(append_and_wait(*log_, std::move(batch)));
    }
    log_->applied(log_->durable());
    clock_.advance(std::chrono::hours(25));
    eventually([this] { return names_with(".log").size() + names_with(".log.zst").size() == 1; });
    log_.reset();
    for (const std::string& name : names_with(".keys"))
        ASSERT_TRUE(real_->remove(options_.directory + "/" + name));
    ASSERT_EQ(names_with(".log").size(), 1U);
    overwrite(options_.directory + "/" + names_with(".log").front(), 20, "?");
    ASSERT_TRUE(repair_journal(*real_, options_.directory, logger_));
    open();
    EXPECT_GT(appended(event("on")), 3000U);
}

TEST_F(Damaged, AfterACleanStopTheLastRecordIsKnownToHaveBeenThere) {
    open();
    for (int i = 0; i < 3; ++i)
        appended(event("n"));
    const std::size_t end = used_bytes();
    log_.reset();
    overwrite(path(), end - 20, "?");
    open();
    EXPECT_TRUE(logger_.has("The log is damaged"));
    EXPECT_EQ(appended(event("on")), 4U);
}

TEST_F(Damaged, AnUnfinishedWriteIsCutThoughLaterPartsOfItArrived) {
    open();
    appended(event("before"));
    const std::size_t begin = used_bytes();
    Batch batch;
    for (int i = 0; i < 10; ++i)
        batch.add(event("n" + std::to_string(i)));
    ASSERT_TRUE(append_and_wait(*log_, std::move(batch)));
    image_ = slurp(path());
    log_.reset();
    restore();
    overwrite(path(), begin + 130, std::string(64, '\0'));
    open();
    EXPECT_TRUE(logger_.has("unfinished write"));
    EXPECT_FALSE(logger_.has("is damaged"));
    const std::size_t left = read().size();
    EXPECT_LT(left, 11U);
    EXPECT_GE(left, 1U);
    EXPECT_EQ(appended(event("on")), left + 1);
}

TEST_F(Damaged, DamageInACompressedSegmentIsFoundAndRepaired) {
    open();
    for (int i = 0; i < 60; ++i)
        appended(event("n", "", std::string(5000, 'x')));
    log_->applied(log_->durable());
    eventually([this] { return names_with(".log.zst").size() >= 2; });
    log_.reset();
    overwrite(options_.directory + "/" + names_with(".log.zst")[1], 4096 + 50, "???");
    ASSERT_EQ(verified().damage.size(), 1U);
    const Damage damage = verified().damage[0];
    ASSERT_TRUE(repair_journal(*real_, options_.directory, logger_));
    ASSERT_TRUE(verified().intact());
    open();
    const std::uint64_t lost = damage.last.value - damage.first.value + 1;
    const auto records = read();
    ASSERT_EQ(records.size(), 60 - lost + 1);
    EXPECT_THAT(records, ::testing::Contains(ReadRecord{damage.last.value, Kind::kGap, lost, ""}));
    EXPECT_EQ(appended(event("on")), 61U);
}

TEST_F(Damaged, APowerCutLosesOnlyWhatWasNotSynced) {
    files_.remember_unsynced();
    open();
    for (int i = 0; i < 5; ++i)
        appended(event("n"));
    files_.arm({.operation = io::Operation::kSync, .times = io::Fault::kForever});
    EXPECT_FALSE(append(event("lost")));
    log_.reset();
    files_.clear();
    ASSERT_TRUE(files_.crash());
    open();
    EXPECT_EQ(read().size(), 5U);
    EXPECT_EQ(appended(event("on")), 6U);
}

}  // namespace
}  // namespace eyed::log::testing
