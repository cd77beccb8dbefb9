#include "query/cursor.h"

#include <gtest/gtest.h>

#include <limits>

namespace eyed::query {
namespace {

TEST(Cursor, OfEventsComesBackAsItWas) {
    for (const auto order : {store::OrderBy::kId, store::OrderBy::kTimestamp})
        for (const auto direction : {store::Direction::kAscending, store::Direction::kDescending})
            for (const std::int64_t at : {std::int64_t{0}, std::int64_t{-62135596800000000},
                                          std::numeric_limits<std::int64_t>::max()}) {
                const EventCursor cursor{order, direction, {{at}, EventId{1234567890123}}};
                const std::string text = encode(ListKind::kEvents, cursor);
                const auto back = decode_event_cursor(ListKind::kEvents, text);
                ASSERT_TRUE(back);
                EXPECT_EQ(back->order, order);
                EXPECT_EQ(back->direction, direction);
                EXPECT_EQ(back->key.timestamp.value, at);
                EXPECT_EQ(back->key.id.value, 1234567890123u);
            }
}

TEST(Cursor, OfTheOtherListsComesBackAsItWas) {
    const store::SessionKey key{{-5}, *parse_uuid("e2085be5-9137-4e4e-80b5-f1ffddc25423")};
    const auto session = decode_session_cursor(encode(key));
    ASSERT_TRUE(session);
    EXPECT_EQ(session->last, key.last);
    EXPECT_EQ(session->session, key.session);
    EXPECT_EQ(decode_rejection_cursor(encode(RejectionCursor{{}, {9}}))->id.value, 9u);
    EXPECT_EQ(*decode_offset_cursor(ListKind::kEventTypes, encode_offset(ListKind::kEventTypes, 7)),
              7u);
}

TEST(Cursor, OfAnotherListIsRefused) {
    const std::string text = encode(RejectionCursor{{}, {9}});
    EXPECT_FALSE(decode_event_cursor(ListKind::kEvents, text));
    EXPECT_FALSE(decode_session_cursor(text));
    EXPECT_FALSE(decode_event_cursor(ListKind::kSessionEvents, encode(ListKind::kEvents, {})));
}

TEST(Cursor, ChangedInAnyCharacterIsRefused) {
    const std::string good = encode(ListKind::kEvents, {});
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const char c : {'A', 'B', 'z', '-', '=', ' ', '\0', '\xFF'}) {
            std::string bad = good;
            if (bad[i] == c) continue;
            bad[i] = c;
            EXPECT_FALSE(decode_event_cursor(ListKind::kEvents, bad)) << bad;
        }
        EXPECT_FALSE(decode_event_cursor(ListKind::kEvents, good.substr(0, i)));
    }
    EXPECT_FALSE(decode_event_cursor(ListKind::kEvents, good + "A"));
    EXPECT_FALSE(decode_event_cursor(ListKind::kEvents, std::string(100'000, 'A')));
}

}  // namespace
}  // namespace eyed::query
