#include "api/error_pages.h"

#include <fmt/format.h>

#include "api/errors.h"
#include "api/html.h"

namespace eyed::api {

namespace {

std::string retry_after(const ErrorKind& kind) {
    return kind.retry_after_s == 0 ? "" : fmt::format("{} s", kind.retry_after_s);
}

/// A sentence of the table: what stands in `backticks` becomes code.
void append_sentence(std::string_view sentence, Html& html) {
    bool code = false;
    while (true) {
        const std::size_t tick = sentence.find('`');
        html.text(sentence.substr(0, tick));
        if (tick == std::string_view::npos) return;
        code = !code;
        html.raw(code ? "<code>" : "</code>");
        sentence.remove_prefix(tick + 1);
    }
}

void append_section(const ErrorKind& kind, Html& html) {
    html.raw("<section class=\"card\"").attribute("id", kind.code).raw("><h2><a");
    html.attribute("href", fmt::format("#{}", kind.code)).raw(">").text(kind.code).raw("</a></h2>");
    html.raw("<p>").number(static_cast<std::uint64_t>(kind.status)).raw(" · ").text(kind.title);
    if (kind.retry_after_s != 0) html.raw(" · Retry-After ").text(retry_after(kind));
    html.raw("</p><dl>");
    const std::pair<std::string_view, std::string_view> parts[] = {
        {"What happened", kind.happened}, {"Why", kind.why}, {"What to do", kind.remedy}};
    for (const auto& [name, sentence] : parts) {
        html.raw("<dt>").text(name).raw("</dt><dd>");
        append_sentence(sentence, html);
        html.raw("</dd>");
    }
    html.raw("</dl></section>");
}

}  // namespace

std::string errors_markdown() {
    std::string page =
        "# Errors\n\n"
        "Under `/api/v1/` an error is a problem document (RFC 9457). Its `code` is one of these; "
        "its\n"
        "`type`, `/docs/errors#<code>`, leads to the code's section on the server's own page of\n"
        "errors, which says the same as this one. `instance` is the request's id, "
        "percent-encoded.\n"
        "Other routes answer `{\"detail\": …}`, or `{\"field\": [\"reason\", …]}` for faulty "
        "fields,\n"
        "with the same status.\n\n"
        "This page is made from the table in `src/api/error_kinds.cc` (`EYED_UPDATE_DOCS=1 "
        "api_test`).\n\n"
        "| code | status | title | Retry-After |\n"
        "|---|---|---|---|\n";
    for (const ErrorKind& kind : error_kinds())
        page += fmt::format("| [`{0}`](#{0}) | {1} | {2} | {3} |\n", kind.code, kind.status,
                            kind.title, retry_after(kind));
    for (const ErrorKind& kind : error_kinds())
        page +=
            fmt::format("\n## {}\n\n**What happened.** {}\n\n**Why.** {}\n\n**What to do.** {}\n",
                        kind.code, kind.happened, kind.why, kind.remedy);
    return page;
}

std::string errors_html() {
    Html html;
    html.raw(
        "<p>What an answer with such a <code>code</code> means. The routes that are not under "
        "<code>/api/v1/</code> have the same statuses with other bodies.</p>");
    for (const ErrorKind& kind : error_kinds())
        append_section(kind, html);
    return html.take();
}

}  // namespace eyed::api
