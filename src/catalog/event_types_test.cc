#include "catalog/event_types.h"

#include <gmock/gmock.h>

#include "catalog/catalog.h"
#include "io/temporary_directory.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;

TEST(EventTypeVersions, APageOfVersionsEndsEarlyWhenItsRulesAreLong) {
    const io::TemporaryDirectory directory;
    const auto catalog = Catalog::open({directory.file("catalog.db"), std::chrono::seconds(60)});
    ASSERT_TRUE(catalog) << catalog.error().detail;
    auto& types = (*catalog)->event_types();
    const EventTypes::New wanted{ApplicationId{1}, "a", "1", Micros{9}};
    const auto id = types.create_if_absent({wanted}, 9)->at(0)->id;
    for (int i = 0; i < 4; ++i) {
        EventTypes::Change change{.id = id, .at = Micros{70}};
        change.example = "{\"k\":\"" + std::string(1000 + i, 'x') + "\"}";
        ASSERT_TRUE(types.change(change));
    }
    const auto numbers = [&](const EventTypes::VersionPage& page) {
        const auto found = types.versions(id, page).value();
        std::vector<std::uint32_t> all;
        for (const auto& row : found.rows)
            all.push_back(row.version);
        all.push_back(found.more ? 1000 : 0);
        return all;
    };
    EXPECT_THAT(numbers({.byte_limit = 2500}), ElementsAre(5, 4, 1000));
    EXPECT_THAT(numbers({.byte_limit = 2500, .after = 4}), ElementsAre(3, 2, 1, 0));
    EXPECT_THAT(numbers({.byte_limit = 10}), ElementsAre(5, 1000)) << "one row at least";
    EXPECT_THAT(numbers({.limit = 3}), ElementsAre(5, 4, 3, 1000));
    EXPECT_THAT(numbers({.limit = 5}), ElementsAre(5, 4, 3, 2, 1, 0));
}

}  // namespace
}  // namespace eyed::catalog
