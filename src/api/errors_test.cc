#include "api/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/blocking.h"

namespace eyed::api {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr Code kAllCodes[] = {
    Code::kInvalidArgument, Code::kUnauthenticated, Code::kForbidden,
    Code::kNotFound,        Code::kConflict,        Code::kPreconditionFailed,
    Code::kTooLarge,        Code::kOverloaded,      Code::kUnavailable,
    Code::kTimeout,         Code::kDiskFull,        Code::kIo,
    Code::kCorrupt,         Code::kUnsupported,     Code::kInternal,
};

class Errors : public testing::Test {
  protected:
    http::Request& at(std::string_view path) {
        request_.path = path;
        request_.request_id = "r-1";
        request_.method_text = "PUT";
        return request_;
    }

  private:
    BlockingLoop loop_;
    http::Request request_{loop_};
};

std::string header(const http::Response& response, std::string_view name) {
    for (const http::Header& header : response.headers)
        if (header.name == name) return header.value;
    return "";
}

TEST_F(Errors, EachCodeHasItsStatus) {
    const std::pair<Code, int> expected[] = {
        {Code::kInvalidArgument, 400}, {Code::kUnauthenticated, 401},
        {Code::kForbidden, 403},       {Code::kNotFound, 404},
        {Code::kConflict, 409},        {Code::kPreconditionFailed, 412},
        {Code::kTooLarge, 413},        {Code::kOverloaded, 503},
        {Code::kUnavailable, 503},     {Code::kTimeout, 503},
        {Code::kDiskFull, 503},        {Code::kIo, 503},
        {Code::kCorrupt, 500},         {Code::kUnsupported, 501},
        {Code::kInternal, 500},
    };
    for (const auto& [code, status] : expected)
        EXPECT_EQ(kind_of(code).status, status) << code_name(code);
}

TEST_F(Errors, AnUnknownCodeIsABare500) {
    const Error odd{static_cast<Code>(200), "secret path"};
    const http::Response response = error(at("/events"), odd);
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, Not(HasSubstr("secret")));
}

TEST_F(Errors, CodesOnTheWireAreUnique) {
    std::set<std::string_view> codes;
    for (const ErrorKind& kind : error_kinds())
        EXPECT_TRUE(codes.insert(kind.code).second) << kind.code;
}

TEST_F(Errors, A503SaysWhenToComeBack) {
    for (const Code code : kAllCodes) {
        const http::Response response = error(at("/events"), code);
        EXPECT_EQ(!header(response, "Retry-After").empty(), response.status == 503)
            << code_name(code);
    }
}

TEST_F(Errors, A401CarriesTheChallengeInBothStyles) {
    for (const char* path : {"/events", "/api/v1/events"}) {
        const http::Response response = error(at(path), Error{Code::kUnauthenticated, "missing"});
        EXPECT_EQ(header(response, "WWW-Authenticate"), "Token");
        EXPECT_THAT(response.body, HasSubstr("Authentication credentials were not provided."));
    }
    EXPECT_THAT(error(at("/events"), Error{Code::kUnauthenticated, "invalid"}).body,
                HasSubstr("Invalid token."));
}

TEST_F(Errors, NativeRoutesAnswerProblemDocuments) {
    const Error failure{Code::kTooLarge, "Over \"10\" events."};
    const http::Response response = error(at("/api/v1/events"), failure);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(
        response.body,
        R"({"type":"/docs/errors#too_large","code":"too_large","title":"Too large","status":413,)"
        R"("detail":"Over \"10\" events.","instance":"r-1"})");
}

TEST_F(Errors, TheInstanceOfAProblemIsAUriReference) {
    http::Request& request = at("/api/v1/events");
    request.request_id = "1:2/3@x";
    EXPECT_THAT(error(request, Code::kNotFound).body, HasSubstr(R"("instance":"1%3A2%2F3%40x")"));
}

TEST_F(Errors, OtherRoutesAnswerADetail) {
    const http::Response response = error(at("/event_detail/9"), Code::kNotFound);
    EXPECT_EQ(response.content_type, "application/json");
    EXPECT_EQ(response.body, R"({"detail":"Not found."})");
}

TEST_F(Errors, FaultsOfTheServerAreNotTold) {
    for (const Code code : {Code::kInternal, Code::kCorrupt, Code::kIo, Code::kDiskFull}) {
        const http::Response response = error(at("/api/v1/events"), Error{code, "/secret/path"});
        EXPECT_THAT(response.body, Not(HasSubstr("secret"))) << code_name(code);
    }
}

TEST_F(Errors, AFullDiskSaysWhatAnExportLeavesFree) {
    const http::Response response = error(at("/api/v1/export"), Error{Code::kDiskFull, "a path"});
    EXPECT_THAT(response.body, HasSubstr("they leave 256 MiB of it free."));
}

TEST_F(Errors, FlawsOfAProblemLeaveOutWhatIsEmpty) {
    const Flaw flaws[] = {{"name", "/name", "blank", "It is blank."}, {"", "", "", "Odd."}};
    const http::Response response = problem(at("/api/v1/events"), rejected_event(), "no", flaws);
    EXPECT_THAT(response.body,
                HasSubstr(R"("errors":[{"field":"name","pointer":"/name","reason":"blank",)"
                          R"("message":"It is blank."},{"message":"Odd."}]})"));
}

TEST_F(Errors, FieldErrorsAreGroupedByField) {
    const FieldError wrong[] = {{"a", "one"}, {"b", "two"}, {"a", "three"}};
    const http::Response response = field_errors(at("/events"), wrong);
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.body, R"({"a":["one","three"],"b":["two"]})");
}

TEST_F(Errors, FieldErrorsOfNativeRoutesAreAProblem) {
    const FieldError wrong[] = {{"limit", "A valid integer is required."}};
    const http::Response response = field_errors(at("/api/v1/events"), wrong);
    EXPECT_THAT(
        response.body,
        HasSubstr(R"("errors":[{"field":"limit","message":"A valid integer is required."}])"));
}

TEST_F(Errors, HostileTextStaysInsideItsString) {
    const FieldError wrong[] = {{"\"}<script>\n", "\xFF\"\\"}};
    EXPECT_EQ(field_errors(at("/events"), wrong).body,
              "{\"\\\"}<script>\\n\":[\"\xEF\xBF\xBD\\\"\\\\\"]}");
}

TEST_F(Errors, AWrongMethodIsNamed) {
    const http::Response response = render_failure(at("/events"), {.status = 405});
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(response.body, R"({"detail":"Method \"PUT\" not allowed."})");
}

TEST_F(Errors, AFailureWithoutARowKeepsItsStatus) {
    const http::Response response =
        render_failure(at("/api/v1/x"), {.status = 418, .detail = "Short and stout."});
    EXPECT_EQ(response.status, 418);
    EXPECT_THAT(response.body, HasSubstr("\"status\":418"));
}

TEST_F(Errors, WhatTheServerItselfRefusesHasAKindOfItsOwn) {
    for (const int status : {400, 404, 405, 408, 413, 414, 415, 417, 431, 500, 501, 503, 505}) {
        EXPECT_EQ(kind_of_status(status).status, status);
        EXPECT_EQ(kind_of_status(status).code == "internal", status == 500) << status;
    }
}

/// A request with that Authorization header, at that path.
class ConsumerErrors : public Errors {
  protected:
    http::Request& with(std::string_view authorization, std::string_view path) {
        http::Request& request = at(path);
        request.headers.clear();
        if (!authorization.empty()) request.headers.push_back({"authorization", authorization});
        return request;
    }
    static constexpr std::string_view kMissing = "missing";
    static http::Response refused(const http::Request& request, std::string_view why) {
        return error(request, Error{Code::kUnauthenticated, std::string(why)});
    }
};

TEST_F(ConsumerErrors, NativeRoutesSayWhyAJwtIsRefused) {
    const http::Request& request = with("Bearer a.b.c", "/api/v1/events");
    EXPECT_NE(refused(request, "invalid: Signature has expired")
                  .body.find(R"("detail":"Invalid token: Signature has expired.")"),
              std::string::npos);
    for (const std::string_view why : {"invalid", "invalid: Not enough segments"})
        EXPECT_NE(refused(request, why).body.find(R"("detail":"Invalid token.")"),
                  std::string::npos)
            << why;
}

TEST_F(ConsumerErrors, SayWhyNobodyIsKnown) {
    for (const std::string_view path : {"/api/ready", "/api/ready/", "/api/event", "/api/event/"}) {
        const http::Request& request = with("bearer x", path);
        const struct {
            std::string_view why;
            std::string_view body;
        } cases[] = {
            {"missing", R"({"detail":"Not authenticated"})"},
            {"invalid", R"({"detail":"Invalid token: unknown, expired or revoked"})"},
            {"invalid: Signature has expired",
             R"({"detail":"Invalid token: Signature has expired"})"},
        };
        for (const auto& one : cases) {
            const http::Response response = refused(request, one.why);
            EXPECT_EQ(response.status, 401);
            EXPECT_EQ(response.body, one.body) << path;
            EXPECT_EQ(header(response, "WWW-Authenticate"), "Bearer");
        }
    }
}

TEST_F(ConsumerErrors, AreForBearersAloneWhereSeed000SendsEvents) {
    for (const std::string_view authorization : {"", "Token x", "Bearer", "Bearerx y"}) {
        const http::Response response = refused(with(authorization, "/api/event/"), kMissing);
        EXPECT_EQ(response.body, R"({"detail":"Authentication credentials were not provided."})");
        EXPECT_EQ(header(response, "WWW-Authenticate"), "Token");
        EXPECT_EQ(refused(with(authorization, "/api/ready"), kMissing).body,
                  R"({"detail":"Not authenticated"})");
    }
}

TEST_F(ConsumerErrors, AreOfNoOtherRoute) {
    for (const std::string_view path : {"/events", "/api/events", "/api/v1/events", "/api"}) {
        const http::Response response = refused(with("Bearer x", path), kMissing);
        EXPECT_EQ(header(response, "WWW-Authenticate"), "Token") << path;
    }
}

TEST_F(ConsumerErrors, HaveThePhrasesOfStarlette) {
    const std::pair<int, std::string_view> cases[] = {
        {404, R"({"detail":"Not Found"})"},
        {405, R"({"detail":"Method Not Allowed"})"},
        {413, R"({"detail":"Request body is too large."})"},
    };
    for (const auto& [status, body] : cases)
        EXPECT_EQ(render_failure(with("Bearer x", "/api/event"), {.status = status}).body, body);
    EXPECT_EQ(render_failure(with("Token x", "/api/event"), {.status = 405}).body,
              R"({"detail":"Method \"PUT\" not allowed."})");
}

}  // namespace
}  // namespace eyed::api
