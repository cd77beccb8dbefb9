#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/services.h"
#include "http/message.h"

namespace eyed::api {

struct Api;

inline constexpr std::string_view kLoginPath = "/admin/login/";
inline constexpr std::string_view kTypesPath = "/admin/events/eventtype/";

/// For open routes, before the body is read: who opens a page of the administration without being
/// logged in is sent to the login, and 403 is for those who are neither staff nor superusers. Other
/// open routes are let through.
std::optional<http::Response> guard_page(const auth::BrowserSessions& sessions,
                                         const http::Request& request);

/// Where a login leads: `next` when it is a path under /admin/, else the event types.
std::string safe_next(std::string_view next);

/// A failure as a page; tells the log what the person is not told.
http::Response fail_page(const Api& api, const http::Request& request, const Error& failure);

/// What http::Hooks::render_failure gives: a page to who asks for one under /admin/, else what
/// render_failure() does.
http::Response failure_page(const http::Request& request, const http::Failure& failure);

/// 403 for a form whose CSRF token is not its session's.
http::Response csrf_refusal();

}  // namespace eyed::api
