#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "io/directory_lock.h"
#include "io/faulty_file_system.h"
#include "io/slow_remover.h"
#include "io/temporary_directory.h"

namespace eyed::io {
namespace {

class Files : public ::testing::Test {
  protected:
    std::unique_ptr<File> create(const std::string& name) {
        return *files_->open(directory_.file(name), OpenMode::kCreateNew);
    }
    TemporaryDirectory directory_;
    std::unique_ptr<FileSystem> files_ = make_file_system();
    NullLogger logger_;
};

TEST_F(Files, BytesReadBackWhereTheyWereWritten) {
    const auto file = create("a");
    ASSERT_TRUE(file->write_at(5, "hello"));
    char bytes[10] = {};
    EXPECT_EQ(*file->read_at(5, bytes, 10), 5U);
    EXPECT_EQ(std::string(bytes), "hello");
    EXPECT_EQ(*file->size(), 10U);
    EXPECT_TRUE(file->sync_data());
}

TEST_F(Files, AllocateReservesZerosAndTruncateCuts) {
    const auto file = create("a");
    ASSERT_TRUE(file->allocate(10'000));
    EXPECT_EQ(*file->size(), 10'000U);
    char byte = 'x';
    EXPECT_EQ(*file->read_at(9999, &byte, 1), 1U);
    EXPECT_EQ(byte, '\0');
    ASSERT_TRUE(file->truncate(10));
    EXPECT_EQ(*file->size(), 10U);
}

TEST_F(Files, OpenSaysWhatIsThereAndWhatIsNot) {
    EXPECT_EQ(files_->open(directory_.file("a"), OpenMode::kRead).error().code, Code::kNotFound);
    create("a");
    EXPECT_EQ(files_->open(directory_.file("a"), OpenMode::kCreateNew).error().code,
              Code::kConflict);
    EXPECT_TRUE(files_->open(directory_.file("a"), OpenMode::kReadWrite));
    EXPECT_EQ(files_->open(directory_.path(), OpenMode::kReadWrite).error().code, Code::kIo);
}

TEST_F(Files, NamesAreListedSorted) {
    for (const char* name : {"b", "a", "c"})
        create(name);
    EXPECT_EQ(*files_->list(directory_.path()), (std::vector<std::string>{"a", "b", "c"}));
    ASSERT_TRUE(files_->rename(directory_.file("a"), directory_.file("d")));
    ASSERT_TRUE(files_->remove(directory_.file("b")));
    EXPECT_EQ(*files_->list(directory_.path()), (std::vector<std::string>{"c", "d"}));
    EXPECT_EQ(files_->remove(directory_.file("b")).error().code, Code::kNotFound);
    EXPECT_EQ(files_->list(directory_.file("x")).error().code, Code::kNotFound);
}

TEST_F(Files, DirectoriesAreMadeWithTheirParents) {
    ASSERT_TRUE(files_->create_directories(directory_.file("a/b/c")));
    EXPECT_TRUE(files_->create_directories(directory_.file("a/b/c")));
    EXPECT_TRUE(files_->exists(directory_.file("a/b/c")));
    EXPECT_TRUE(files_->sync_directory(directory_.file("a/b")));
    create("file");
    EXPECT_FALSE(files_->create_directories(directory_.file("file")));
}

TEST_F(Files, TheNameOfEachNewDirectoryIsSynced) {
    FaultyFileSystem faulty(*files_);
    ASSERT_TRUE(faulty.create_directories(directory_.file("a")));
    const auto synced_before = faulty.calls(Operation::kSyncDirectory);
    ASSERT_TRUE(faulty.create_directories(directory_.file("a/b/c")));
    EXPECT_EQ(faulty.calls(Operation::kSyncDirectory), synced_before + 2);
    for (const std::string parent : {"x", "x/y"}) {
        faulty.arm({.operation = Operation::kSyncDirectory, .path_contains = parent});
        EXPECT_EQ(faulty.create_directories(directory_.file("x/y/z")).error().code, Code::kIo);
        faulty.clear();
    }
    ASSERT_TRUE(faulty.create_directories(directory_.file("x/y/z")));
}

TEST_F(Files, ADirectoryThatIsThereIsSyncedInCaseItsMakerWasKilled) {
    FaultyFileSystem faulty(*files_);
    faulty.arm({.operation = Operation::kSyncDirectory});
    EXPECT_FALSE(faulty.create_directories(directory_.file("a")));
    const auto before = faulty.calls(Operation::kSyncDirectory);
    ASSERT_TRUE(faulty.create_directories(directory_.file("a")));
    EXPECT_EQ(faulty.calls(Operation::kSyncDirectory), before + 1);
    faulty.arm({.operation = Operation::kMakeDirectory, .code = Code::kDiskFull});
    EXPECT_EQ(faulty.create_directories(directory_.file("b")).error().code, Code::kDiskFull);
}

TEST_F(Files, WholeFilesAreWrittenAndReadWithALimit) {
    const std::string path = directory_.file("a");
    ASSERT_TRUE(write_file_atomically(*files_, path, "one"));
    ASSERT_TRUE(write_file_atomically(*files_, path, "two"));
    EXPECT_EQ(*read_file(*files_, path, 3), "two");
    EXPECT_EQ(read_file(*files_, path, 2).error().code, Code::kTooLarge);
    EXPECT_EQ(files_->list(directory_.path())->size(), 1U);
}

TEST_F(Files, AFailedAtomicWriteLeavesTheOldContent) {
    FaultyFileSystem faulty(*files_);
    const std::string path = directory_.file("a");
    ASSERT_TRUE(write_file_atomically(faulty, path, "old"));
    for (const Operation operation : {Operation::kWrite, Operation::kSync, Operation::kRename}) {
        faulty.arm({.operation = operation, .code = Code::kDiskFull});
        EXPECT_EQ(write_file_atomically(faulty, path, "new").error().code, Code::kDiskFull);
        EXPECT_EQ(*read_file(*files_, path, 10), "old");
        EXPECT_EQ(files_->list(directory_.path())->size(), 1U);
    }
}

TEST_F(Files, FaultsStrikeTheCallTheyAreArmedFor) {
    FaultyFileSystem faulty(*files_);
    const auto file = *faulty.open(directory_.file("a"), OpenMode::kCreateNew);
    faulty.arm({.operation = Operation::kWrite, .after = 1, .written_first = 2});
    EXPECT_TRUE(file->write_at(0, "abcd"));
    EXPECT_EQ(file->write_at(0, "wxyz").error().code, Code::kIo);
    EXPECT_EQ(*read_file(*files_, directory_.file("a"), 10), "wxcd");
    EXPECT_TRUE(file->write_at(0, "1234"));
    EXPECT_EQ(faulty.calls(Operation::kWrite), 3U);
    EXPECT_EQ(faulty.struck(), 1U);
    faulty.arm({.operation = Operation::kSync, .path_contains = "elsewhere"});
    EXPECT_TRUE(file->sync_data());
}

TEST_F(Files, ACrashUndoesWhatWasNotSyncedThroughARenameToo) {
    FaultyFileSystem faulty(*files_);
    faulty.remember_unsynced();
    auto file = *faulty.open(directory_.file("a"), OpenMode::kCreateNew);
    ASSERT_TRUE(file->write_at(0, "kept"));
    ASSERT_TRUE(file->sync_data());
    ASSERT_TRUE(faulty.rename(directory_.file("a"), directory_.file("b")));
    ASSERT_TRUE(file->write_at(0, "lo"));
    ASSERT_TRUE(file->write_at(1, "st"));
    file.reset();
    ASSERT_TRUE(faulty.crash());
    EXPECT_EQ(*read_file(*files_, directory_.file("b"), 10), "kept");
}

TEST_F(Files, ADirectoryIsLockedForOneAndTheOtherLearnsWhoHasIt) {
    auto lock = DirectoryLock::acquire(directory_.path());
    ASSERT_TRUE(lock);
    const auto second = DirectoryLock::acquire(directory_.path());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::kConflict);
    EXPECT_NE(second.error().detail.find(std::to_string(::getpid())), std::string::npos);
    lock->reset();
    EXPECT_TRUE(DirectoryLock::acquire(directory_.path()));
    EXPECT_FALSE(DirectoryLock::acquire(directory_.file("nowhere")));
}

TEST_F(Files, BigFilesGoSlowlyButGo) {
    ASSERT_TRUE(create("big")->allocate(10'000));
    ASSERT_TRUE(create("small.removing")->allocate(100));
    SlowRemover remover(*files_, logger_,
                        {.step_bytes = 1000, .pause = std::chrono::milliseconds(0)});
    ASSERT_TRUE(remover.remove(directory_.file("big")));
    EXPECT_FALSE(files_->exists(directory_.file("big")));
    remover.sweep(directory_.path());
    remover.drain();
    EXPECT_TRUE(files_->list(directory_.path())->empty());
    EXPECT_FALSE(remover.remove(directory_.file("big")));
}

TEST(TemporaryDirectory, GoesWithAllInIt) {
    std::string path;
    {
        const TemporaryDirectory directory;
        path = directory.path();
        ASSERT_TRUE(std::filesystem::create_directories(directory.file("a/b")));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace eyed::io
