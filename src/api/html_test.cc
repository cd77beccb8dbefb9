#include "api/html.h"

#include <gtest/gtest.h>

#include "api/admin.h"
#include "api/pages.h"
#include "base/blocking.h"

namespace eyed::api {
namespace {

TEST(Html, TextIsEscaped) {
    Html html;
    html.raw("<p>").text("<script>'&\"</script>").raw("</p>");
    EXPECT_EQ(html.take(), "<p>&lt;script&gt;&#39;&amp;&quot;&lt;/script&gt;</p>");
}

TEST(Html, AttributesCannotBeLeft) {
    Html html;
    html.raw("<a").attribute("href", "\"><img src=x onerror='y'>").raw(">");
    EXPECT_EQ(html.take(), "<a href=\"&quot;&gt;&lt;img src=x onerror=&#39;y&#39;&gt;\">");
}

TEST(Html, BytesThatAreNotUtf8AreReplaced) {
    Html html;
    html.text("ü\xFFz\xE2\x82");
    EXPECT_EQ(html.take(), "ü\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Pages, AFieldShowsItsErrorBesideIt) {
    Html html;
    append_field({.name = "n", .label = "Name", .value = "<x>", .error = "It's <bad>"}, html);
    const std::string text = html.take();
    EXPECT_NE(text.find("aria-describedby=\"n-error\""), std::string::npos) << text;
    EXPECT_NE(text.find("id=\"n-error\">It&#39;s &lt;bad&gt;</p>"), std::string::npos) << text;
    EXPECT_NE(text.find("value=\"&lt;x&gt;\""), std::string::npos) << text;
}

TEST(Pages, ATextAreaKeepsItsFirstNewline) {
    Html html;
    append_field({.name = "t", .label = "T", .type = "textarea", .value = "\n{}"}, html);
    EXPECT_NE(html.take().find(">\n\n{}</textarea>"), std::string::npos);
}

TEST(Pages, NothingIsLoadedFromElsewhere) {
    const http::Response response = page(200, {.title = "T"}, "");
    bool found = false;
    for (const http::Header& header : response.headers) {
        if (header.name != "Content-Security-Policy") continue;
        found = true;
        EXPECT_TRUE(header.value.starts_with("default-src 'none'; style-src 'self'; "));
        EXPECT_NE(header.value.find("frame-ancestors 'none'"), std::string::npos);
    }
    EXPECT_TRUE(found);
    EXPECT_EQ(response.body.find("<script"), std::string::npos);
    EXPECT_EQ(response.body.find("style=\""), std::string::npos);
}

TEST(Pages, ACookieIsSecureOnTlsAlone) {
    BlockingLoop loop;
    http::Request request(loop);
    EXPECT_EQ(cookie_header(request, "a", "b", 5).value,
              "a=b; Path=/; HttpOnly; SameSite=Lax; Max-Age=5");
    request.channel = http::Channel::kTls;
    EXPECT_EQ(cookie_header(request, "a", "b", 5).value,
              "a=b; Path=/; HttpOnly; SameSite=Lax; Max-Age=5; Secure");
}

TEST(Admin, NextStaysWithinTheAdministration) {
    EXPECT_EQ(safe_next("/admin/events/eventtype/7/change/"), "/admin/events/eventtype/7/change/");
    for (const char* bad :
         {"", "https://evil.example/", "//evil.example/admin/", "/admin//evil", "/admin/\\evil",
          "/admin/../events/", "/admin/%2e%2e/events/", "/admin/\r\nX: y", "/events", "admin/"})
        EXPECT_EQ(safe_next(bad), kTypesPath) << bad;
}

}  // namespace
}  // namespace eyed::api
