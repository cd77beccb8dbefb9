#include "cli/propagate_source.h"

#include <gmock/gmock.h>

#include <fstream>
#include <set>

#include "cli/propagate_packer.h"
#include "io/temporary_directory.h"

namespace eyed::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;
using Order = PropagatePlan::Order;
using Ends = PropagatePlan::Ends;

class PropagateSourceTest : public ::testing::Test {
  protected:
    std::string write(std::string_view text) {
        const auto path = directory_.file("events.json");
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    std::unique_ptr<PropagateSource> open(std::string_view text, Order order = Order::kInOrder,
                                          Ends ends = Ends::kWithFile, std::uint64_t seed = 1) {
        auto source = PropagateSource::open({write(text), order, ends, seed});
        EXPECT_TRUE(source) << source.error().detail;
        return source ? std::move(*source) : nullptr;
    }
    std::string refusal(std::string_view text) {
        const auto source = PropagateSource::open({write(text), Order::kInOrder});
        if (source) return "taken";
        EXPECT_EQ(source.error().code, Code::kInvalidArgument);
        return source.error().detail.substr(directory_.file("events.json").size());
    }
    static std::vector<std::string> all(PropagateSource& source) {
        std::vector<std::string> texts;
        FileEvent event;
        while (*source.next(event))
            texts.push_back(event.text);
        return texts;
    }
    io::TemporaryDirectory directory_;
};

TEST_F(PropagateSourceTest, LinesAndAnArrayGiveTheSameEvents) {
    const std::string a = R"({"category":"c","name":"[,]}\"\\"})";
    const std::string b = R"({"event_type":"t","event_payload":"{[\"x\",1]}"})";
    for (const std::string& text :
         {a + "\n" + b, a + "\r\n\n  " + b + "  \n\n", "\xef\xbb\xbf" + a + "\n" + b + "\n",
          "[" + a + "," + b + "]", " \n[\n  " + a + " ,\r\n" + b + "\n]\n"}) {
        const auto source = open(text);
        EXPECT_EQ(source->events(), 2u);
        EXPECT_THAT(all(*source), ElementsAre(a, b)) << text;
    }
}

TEST_F(PropagateSourceTest, AnEventsFieldsTellItsForm) {
    using enum FileEvent::Form;
    const struct {
        std::string_view text;
        FileEvent::Form form;
        FileEvent::Id id;
    } cases[] = {
        {R"({"category":"c","name":"n"})", kEvent, FileEvent::Id::kNone},
        {R"({"name":"n","event_id":"x"})", kEvent, FileEvent::Id::kOwn},
        {R"({"category":"c","event_id":null})", kEvent, FileEvent::Id::kNone},
        {R"({"category":"c","event_type":"x"})", kEvent, FileEvent::Id::kNone},
        {R"({"event_type":"x"})", kMessage, FileEvent::Id::kNone},
        {R"({"event\u005fpayload":5})", kMessage, FileEvent::Id::kNone},
    };
    for (const auto& one : cases) {
        FileEvent event;
        ASSERT_TRUE(*open(one.text)->next(event));
        EXPECT_EQ(event.form, one.form) << one.text;
        EXPECT_EQ(event.id, one.id) << one.text;
    }
}

TEST_F(PropagateSourceTest, WhatIsNoEventIsToldWithItsPlaceBeforeAnythingIsSent) {
    const std::string good = R"({"category":"c","name":"n"})";
    EXPECT_EQ(refusal(good + "\n\n{\"x\":1}\n"),
              ": line 3: an event has category and name, a message event_type and event_payload");
    EXPECT_EQ(refusal(good + "\nnonsense"), ": line 2: an event is a JSON object");
    EXPECT_THAT(refusal(good + "\n{\"name\":}"), StartsWith(": line 2: it is not JSON: "));
    EXPECT_EQ(refusal(good + good), ": line 1: it is not JSON: Extra data");
    EXPECT_EQ(refusal("[" + good + ",5]"), ": item 2: an event is a JSON object");
    EXPECT_EQ(refusal("[" + good + ",,]"), ": item 2: there is no value");
    EXPECT_EQ(refusal("[" + good + ",]"), ": item 2: there is no value");
    EXPECT_EQ(refusal("[" + good + " " + good + "]"), ": item 1: it is not JSON: Extra data");
    EXPECT_EQ(refusal("[" + good), ": item 1: the file ends within it");
    EXPECT_EQ(refusal("[" + good + "] x"), ": something follows the array");
    EXPECT_EQ(refusal("[[" + good + "]]"), ": item 1: an event is a JSON object");
    for (const std::string_view empty : {"", " \n\n", "[]", "[ ]"})
        EXPECT_EQ(refusal(empty), ": there are no events in it");
}

TEST_F(PropagateSourceTest, AFileThatIsNotThereAndOneThatIsNone) {
    EXPECT_EQ(PropagateSource::open({directory_.file("none")}).error().code,
              Code::kInvalidArgument);
    EXPECT_EQ(PropagateSource::open({"/dev/null"}).error().code, Code::kInvalidArgument);
}

std::string numbered(int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
        text += "{\"name\":\"" + std::to_string(i) + "\"}\n";
    return text;
}

TEST_F(PropagateSourceTest, InOrderItBeginsAgainWhenToldNotToEnd) {
    for (const std::string& text :
         {numbered(3), std::string(R"([{"name":"0"},{"name":"1"},{"name":"2"}])")}) {
        const auto source = open(text, Order::kInOrder, Ends::kWhenTold);
        FileEvent event;
        for (int i = 0; i < 10; ++i) {
            ASSERT_TRUE(*source->next(event));
            EXPECT_EQ(event.text, "{\"name\":\"" + std::to_string(i % 3) + "\"}");
        }
    }
}

TEST_F(PropagateSourceTest, AtRandomASeedGivesTheSameChoiceAndAllAreChosen) {
    const auto text = numbered(10);
    const auto choose = [&](std::uint64_t seed) {
        const auto source = open(text, Order::kRandom, Ends::kWhenTold, seed);
        std::vector<std::string> chosen;
        FileEvent event;
        for (int i = 0; i < 200; ++i) {
            EXPECT_TRUE(*source->next(event));
            chosen.push_back(event.text);
        }
        return chosen;
    };
    const auto first = choose(7);
    EXPECT_EQ(choose(7), first);
    EXPECT_NE(choose(8), first);
    EXPECT_EQ(std::set(first.begin(), first.end()).size(), 10u);
}

TEST_F(PropagateSourceTest, AnEventTellsWhereItStands) {
    const std::string text = "{\"name\":\"a\"}\n\n{\"name\":\"b\"}\n";
    FileEvent event;
    const auto lines = open(text, Order::kInOrder, Ends::kWhenTold);
    EXPECT_STREQ(lines->unit(), "line");
    for (const std::uint64_t number : {1, 3, 1, 3}) {
        ASSERT_TRUE(*lines->next(event));
        EXPECT_EQ(event.number, number);
    }
    const auto random = open(text, Order::kRandom, Ends::kWhenTold);
    for (int i = 0; i < 20; ++i) {
        ASSERT_TRUE(*random->next(event));
        EXPECT_EQ(event.number, event.text == R"({"name":"a"})" ? 1u : 3u);
    }
    const auto items = open(R"([{"name":"a"},{"name":"b"}])");
    EXPECT_STREQ(items->unit(), "item");
    ASSERT_TRUE(*items->next(event) && *items->next(event));
    EXPECT_EQ(event.number, 2u);
}

class PackerTest : public PropagateSourceTest {
  protected:
    void pack(std::string_view text, Packer::Shape shape) {
        source_ = open(text);
        packer_ = std::make_unique<Packer>(*source_, Packer::Options{shape, "run", 60});
    }
    Parcel next(std::uint32_t most) { return *packer_->next(most); }

    std::unique_ptr<PropagateSource> source_;
    std::unique_ptr<Packer> packer_;
};

TEST_F(PackerTest, EventsWithoutAnIdGetOneAndOthersKeepTheirs) {
    pack(
        "{\"name\":\"a\"}\n{\"name\":\"b\",\"event_id\":\"own\"}\n"
        "{\"name\":\"c\",\"event_id\":null }",
        Packer::Shape::kObjects);
    EXPECT_EQ(next(5).body, R"({"name":"a","event_id":"run-1"})");
    EXPECT_EQ(next(5).body, R"({"name":"b","event_id":"own"})");
    EXPECT_EQ(next(5).body, R"({"name":"c","event_id":null ,"event_id":"run-2"})")
        << "of a field given twice the last counts";
    EXPECT_EQ(next(5).events, 0u);
}

TEST_F(PackerTest, AnArrayIsOfOneForm) {
    pack(
        "{\"name\":\"a\"}\n{\"name\":\"b\"}\n{\"event_type\":\"c\"}\n{\"event_type\":\"d\"}\n"
        "{\"event_type\":\"e\"}\n{\"name\":\"f\"}",
        Packer::Shape::kArrays);
    auto parcel = next(10);
    EXPECT_EQ(parcel.body, R"([{"name":"a","event_id":"run-1"},{"name":"b","event_id":"run-2"}])");
    EXPECT_EQ(parcel.events, 2u);
    EXPECT_THAT(parcel.numbers, ElementsAre(1, 2));
    EXPECT_EQ(parcel.idempotency_key, "");
    parcel = next(2);
    EXPECT_EQ(parcel.body, R"([{"event_type":"c"},{"event_type":"d"}])");
    EXPECT_EQ(parcel.idempotency_key, "run-3");
    EXPECT_EQ(parcel.form, FileEvent::Form::kMessage);
    parcel = next(2);
    EXPECT_EQ(parcel.body, R"([{"event_type":"e"}])");
    EXPECT_EQ(parcel.idempotency_key, "run-4");
    EXPECT_EQ(next(2).body, R"([{"name":"f","event_id":"run-5"}])");
}

TEST_F(PackerTest, AnArrayThatIsLargeEnoughTakesNoMore) {
    const std::string event = "{\"name\":\"" + std::string(30, 'x') + "\",\"event_id\":\"1\"}\n";
    pack(event + event + event, Packer::Shape::kArrays);
    EXPECT_EQ(next(10).events, 2u) << "the first one has less than 60 bytes";
    EXPECT_EQ(next(10).events, 1u);
}

}  // namespace
}  // namespace eyed::cli
