#include "catalog/calendar_search.h"

#include <gmock/gmock.h>

#include "catalog/calendar_fixture.h"
#include "catalog/sqlite/calendar_search.h"

namespace eyed::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

SearchTerm prefix(const std::string& word) {
    return {SearchTerm::Kind::kPrefix, {word}};
}
SearchTerm phrase(const std::vector<std::string>& words) {
    return {SearchTerm::Kind::kPhrase, words};
}

TEST(ParseSearch, WordsArePrefixesAndQuotesHoldPhrases) {
    EXPECT_THAT(parse_search(R"(api "next week" plan)"),
                ElementsAre(prefix("api"), phrase({"next", "week"}), prefix("plan")));
    EXPECT_THAT(parse_search("\"plan\""), ElementsAre(phrase({"plan"})));
}

TEST(ParseSearch, AllElseSeparates) {
    EXPECT_THAT(parse_search("a-b_c.d(e)*f:g^h+i\tj\n"), SizeIs(10));
    EXPECT_THAT(parse_search("Zürich café7"), ElementsAre(prefix("Zürich"), prefix("café7")));
}

TEST(ParseSearch, AQuoteWithoutItsPartnerEndsWithTheText) {
    EXPECT_THAT(parse_search("plan \"next week"),
                ElementsAre(prefix("plan"), phrase({"next", "week"})));
    EXPECT_THAT(parse_search("plan\""), ElementsAre(prefix("plan")));
}

TEST(ParseSearch, WithoutAWordThereIsNothing) {
    for (const char* text : {"", " ", "\"", "\"\"", "\" \" * ( ) -", "***"})
        EXPECT_THAT(parse_search(text), IsEmpty()) << text;
}

TEST(ParseSearch, TermsAndWordsOfAPhraseAreBounded) {
    std::string words;
    for (int i = 0; i < 100; ++i)
        words += "w" + std::to_string(i) + " ";
    EXPECT_THAT(parse_search(words), SizeIs(kMostSearchTerms));
    EXPECT_THAT(parse_search("a b \"c\" d " + words), SizeIs(kMostSearchTerms));
    const auto quoted = parse_search("\"" + words + "\"");
    ASSERT_THAT(quoted, SizeIs(1));
    EXPECT_THAT(quoted[0].words, SizeIs(kMostSearchTerms));
}

TEST(TextSearch, WordsAreQuotedWhateverTheyAre) {
    EXPECT_EQ(sqlite::text_search({prefix("a\"b"), phrase({"OR", "NEAR"})}).match,
              R"("a""b" * "OR NEAR")");
}

class CalendarSearchTest : public CalendarTest {
  protected:
    void add(const std::string& title, const std::string& description = {}) {
        auto event = fields(title, 1, 2);
        event.description = description;
        make(event);
    }
    CalendarEvents::Hits hits(const CalendarEvents::Filter& filter, const NumberPage& page) {
        return events().search(filter, page).value();
    }
    std::vector<std::string> found(const std::string& text) {
        return titles({.search = parse_search(text)}, CalendarEvents::Order::kBestMatch);
    }
};

TEST_F(CalendarSearchTest, WordsAreFoundByTheirBeginningInTitleAndDescription) {
    add("API discussion", "how it should work");
    add("Lunch", "about the api");
    add("Rapid prototyping");
    EXPECT_THAT(found("api"), UnorderedElementsAre("API discussion", "Lunch"));
    EXPECT_THAT(found("ap"), UnorderedElementsAre("API discussion", "Lunch"));
    EXPECT_THAT(found("a"), UnorderedElementsAre("API discussion", "Lunch"));
    EXPECT_THAT(found("discuss api"), ElementsAre("API discussion"));
    EXPECT_THAT(found("apis"), IsEmpty());
}

TEST_F(CalendarSearchTest, APhraseIsFoundAsAWhole) {
    add("Plan for next week");
    add("Next plan for a week");
    EXPECT_THAT(found("\"next week\""), ElementsAre("Plan for next week"));
    EXPECT_THAT(found("\"next wee\""), IsEmpty());
    EXPECT_THAT(found("next week"), SizeIs(2));
}

TEST_F(CalendarSearchTest, CaseAndAccentsAreIgnored) {
    add("Café à Zürich");
    add("ÉCOLE");
    for (const char* text : {"cafe", "CAFÉ", "zurich", "Zu", "\"cafe a zurich\""})
        EXPECT_THAT(found(text), ElementsAre("Café à Zürich")) << text;
    EXPECT_THAT(found("école"), ElementsAre("ÉCOLE"));
}

TEST_F(CalendarSearchTest, OperatorsAreText) {
    add("this OR that");
    add("near NEAR here", "title: column");
    EXPECT_THAT(found("OR"), ElementsAre("this OR that"));
    EXPECT_THAT(found("this OR here"), IsEmpty());
    EXPECT_THAT(found("near(here)"), ElementsAre("near NEAR here"));
    EXPECT_THAT(found("title:near"), ElementsAre("near NEAR here"));
    EXPECT_THAT(found("description : this"), IsEmpty());
    EXPECT_THAT(found("^this"), ElementsAre("this OR that"));
    EXPECT_THAT(found("th*t"), ElementsAre("this OR that"));
    for (const char* text : {"'", "a'b", "{title}: this", "AND", "NOT this", "\"this\"\"that\"",
                             "-this", "this;", "\xe2\x80\x9cthis\xe2\x80\x9d", "\xff\xfe"})
        EXPECT_TRUE(
            events().list({.search = parse_search(text)}, CalendarEvents::Order::kBestMatch, {}))
            << text;
}

TEST_F(CalendarSearchTest, WhatHoldsNoWordIsNotLookedFor) {
    add("Volunteers \xe2\x80\x93 round table");
    add("Round of applause");
    constexpr std::string_view kDash = "\xe2\x80\x93";
    constexpr std::string_view kEllipsis = "\xe2\x80\xa6";
    constexpr std::string_view kFace = "\xf0\x9f\x98\x80";
    for (const std::string_view alone : {kDash, kEllipsis, kFace}) {
        const std::string sign(alone);
        for (const auto& text : {"volunteers " + sign + " round", sign + " volunteers",
                                 "volunteers " + sign, "volunteers \"" + sign + "\" round",
                                 sign + " " + sign + " \"round table\"", "round" + sign + "table"})
            EXPECT_THAT(found(text), ElementsAre("Volunteers \xe2\x80\x93 round table")) << text;
        EXPECT_THAT(found("round " + sign + " volunteer " + sign + " absent"), IsEmpty());
        EXPECT_THAT(found(sign), IsEmpty());
    }
}

TEST_F(CalendarSearchTest, TheBestComesFirst) {
    for (int i = 0; i < 20; ++i)
        add("Lunch", "something else altogether");
    add("Lunch", "about the api");
    add("Lunch", "the api, then again the api");
    add("Api lunch", "about it");
    add("Lunch", "the api among many other things that have to be talked about at length today");
    const auto best =
        events().list({.search = parse_search("api")}, CalendarEvents::Order::kBestMatch, {1, 10});
    std::vector<std::string> texts;
    for (const auto& event : best->rows)
        texts.push_back(event.fields.description.substr(0, 14));
    EXPECT_THAT(texts,
                ElementsAre("about it", "the api, then ", "about the api", "the api among "));
}

TEST_F(CalendarSearchTest, WhatIsFoundFollowsEachChange) {
    const auto event = make("first name", 1, 2);
    ASSERT_TRUE(edit(event.id, [](auto& fields) { fields.title = "second name"; }));
    EXPECT_THAT(found("first"), IsEmpty());
    EXPECT_THAT(found("second"), ElementsAre("second name"));
    ASSERT_TRUE(edit(event.id, [](auto& fields) { fields.description = "third"; }));
    EXPECT_THAT(found("name third"), ElementsAre("second name"));
    ASSERT_TRUE(remove(event.id));
    EXPECT_THAT(found("name"), IsEmpty());
}

TEST_F(CalendarSearchTest, AWordThatTooManyHaveGivesTheNewestFirst) {
    std::vector<CalendarEvents::Creation> all;
    const auto most = static_cast<int>(CalendarEvents::kMostRanked);
    for (int i = 0; i <= most; ++i) {
        auto event = wanted(fields("meeting " + std::to_string(i), 1, 2));
        if (i == 5) event.fields.title = "meeting meeting";
        all.push_back({event, once(event.fields)});
    }
    const auto last = all.back();
    all.pop_back();
    ASSERT_TRUE(events().create_all(all, CalendarEvents::Clashes::kAllow, change_));
    const CalendarEvents::Filter filter{.search = parse_search("meeting")};
    const auto first = [&] {
        return events().list(filter, CalendarEvents::Order::kBestMatch, {1, 1}).value();
    };
    EXPECT_EQ(first().rows.at(0).fields.title, "meeting meeting");
    ASSERT_TRUE(events().create_all({last}, CalendarEvents::Clashes::kAllow, change_));
    EXPECT_EQ(first().rows.at(0).fields.title, "meeting " + std::to_string(most));
    EXPECT_EQ(first().count, CalendarEvents::kMostRanked + 1);
    EXPECT_EQ(hits(filter, {1, 1}).rows.at(0).fields.title, "meeting " + std::to_string(most));
    const std::uint32_t pages = (most / 100) + 1;
    EXPECT_TRUE(hits(filter, {pages - 1, 100}).more);
    EXPECT_EQ(hits(filter, {pages, 100}).rows.at(0).fields.title, "meeting 0");
    EXPECT_FALSE(hits(filter, {pages, 100}).more);
    EXPECT_THAT(hits(filter, {pages + 1, 100}).rows, IsEmpty());
}

TEST_F(CalendarSearchTest, HitsComeAsTheListHasThemPageByPage) {
    const auto hall = location("Hall");
    for (int i = 0; i < 25; ++i) {
        auto event = fields(i % 3 == 0 ? "api api" : "lunch", i, i + 1);
        event.description = i % 2 == 0 ? "about the api" : "it rains";
        if (i % 4 == 0) event.location = hall;
        make(event);
    }
    CalendarEvents::Filter in_hall{.location = hall, .search = parse_search("api")};
    CalendarEvents::Filter window{.from = hours(5), .to = hours(15), .search = parse_search("api")};
    CalendarEvents::Filter all{.search = parse_search("api")};
    for (const auto& filter : {all, in_hall, window}) {
        const auto listed =
            events().list(filter, CalendarEvents::Order::kBestMatch, {1, 100}).value();
        ASSERT_GT(listed.count, 3U);
        std::vector<CalendarEventId> paged;
        for (std::uint32_t page = 1;; ++page) {
            const auto found = hits(filter, {page, 3});
            for (const auto& event : found.rows)
                paged.push_back(event.id);
            ASSERT_EQ(found.more, paged.size() < listed.count);
            if (!found.more) break;
        }
        ASSERT_EQ(paged.size(), listed.count);
        for (std::size_t i = 0; i < paged.size(); ++i)
            EXPECT_EQ(paged[i], listed.rows[i].id);
    }
    EXPECT_THAT(hits(all, {UINT32_MAX, UINT32_MAX}).rows, IsEmpty());
}

}  // namespace
}  // namespace eyed::catalog
