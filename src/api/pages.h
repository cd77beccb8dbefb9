#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/html.h"
#include "auth/browser_sessions.h"
#include "config/settings.h"
#include "http/forms.h"
#include "http/message.h"

namespace eyed::api {

/// What stands around a page's own content.
struct Frame {
    enum class Width : std::uint8_t { kForm, kText };
    std::string_view title;
    const auth::BrowserSessions::Session* session = nullptr;  ///< shows who is logged in
    Width width = Width::kForm;                               ///< of who is not logged in
};

/// A page for people: works without script, from 360 px on, light and dark; never stored, never
/// framed, loads nothing but its own style sheet.
http::Response page(int status, const Frame& frame, std::string_view content);

/// 403, 404 …: a page that says why, and the way back.
http::Response message_page(int status, const Frame& frame, std::string_view message);

/// Whether a person asks, by a browser: `Accept` wants nothing more than text/html, and JSON less.
bool wants_page(const http::Request& request);

/// 303 to a path of ours.
http::Response see_other(std::string location);

/// A labelled field of a form, with what is wrong with it beside it.
struct FormField {
    std::string_view name;
    std::string_view label;
    std::string_view type = "text";  ///< `text`, `password`, `hidden`, `textarea`
    std::string_view value;
    std::string_view help;
    std::string_view error;
    std::string_view autocomplete;
};
void append_field(const FormField& field, Html& html);

/// The form that a request's body holds. kInvalidArgument: another content type,
/// or not a form.
Result<http::Form> read_form(const http::Request& request);
/// The field's value; empty when it is not there.
std::string_view value_of(const http::Form& form, std::string_view name);

/// The `Set-Cookie` of a login that lasts `max_age_s`; 0 ends it.
http::Header cookie_header(const http::Request& request, std::string_view name,
                           std::string_view value, std::int64_t max_age_s);
/// The `Set-Cookie` of a session that has begun, for as long as it lasts.
http::Header session_cookie(const http::Request& request, const config::Settings& settings,
                            std::string_view value);
/// A logged-in answer: the session's cookie and 303.
http::Response logged_in(const http::Request& request, const config::Settings& settings,
                         std::string_view cookie, std::string location);

/// The style sheet and its path, which changes when it does.
std::string_view style_sheet();
const std::string& style_path();

}  // namespace eyed::api
