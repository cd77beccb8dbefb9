#include "base/json_members.h"

#include <gtest/gtest.h>

namespace eyed {
namespace {

TEST(JsonMembers, FollowEachOtherWithCommas) {
    std::string out = "{";
    append_text_member("text", "a\"b", out);
    append_member_if_any("none", "", out);
    append_member_if_any("some", "x", out);
    append_number_member("most", UINT64_MAX, out);
    append_id_member("id", 7, out);
    append_id_member("nobody", 0, out);
    append_flag_member("yes", true, out);
    append_flag_member("no", false, out);
    append_instant_member("at", Micros{0}, out);
    append_instant_member("never", std::nullopt, out);
    append_json_member("json", "[1]", out);
    append_json_member("null", std::nullopt, out);
    append_key("inner", out);
    out += '{';
    append_number_member("n", 1, out);
    EXPECT_EQ(out, R"({"text":"a\"b","some":"x","most":18446744073709551615,"id":7,"nobody":null,)"
                   R"("yes":true,"no":false,"at":"1970-01-01T00:00:00.000000Z","never":null,)"
                   R"("json":[1],"null":null,"inner":{"n":1)");
}

}  // namespace
}  // namespace eyed
