// Bodies in chunks, packed, and as files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "http/coding.h"
#include "http/test_server.h"
#include "io/temporary_directory.h"

namespace eyed::http {
namespace {

using test::body_of;
using test::Client;
using test::starts;
using test::TestServer;
using testing::HasSubstr;
using testing::Not;

const std::string kChunked = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string packed_post(std::string_view coding, std::string_view body) {
    std::string request = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: ";
    request += coding;
    request += "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    request += body;
    return request;
}

TEST(HttpBody, ChunksAreJoined) {
    TestServer server;
    Client client(server.port());
    client.send(kChunked + "3\r\nabc\r\nA;name=\"value\"\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n");
    EXPECT_EQ(body_of(client.answer()), "abc0123456789");
}

TEST(HttpBody, ChunksMayComeByteByByte) {
    TestServer server;
    Client client(server.port());
    for (const char c : kChunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        client.send({&c, 1});
    EXPECT_EQ(body_of(client.answer()), "abcde");
}

TEST(HttpBody, AnEmptyChunkedBodyMayComeInPieces) {
    TestServer server;
    Client client(server.port());
    for (int i = 0; i < 3; ++i) {
        for (const char c : kChunked + "0\r\n\r\n")
            client.send({&c, 1});
        const std::string answer = client.answer();
        EXPECT_TRUE(starts(answer, 200));
        EXPECT_EQ(body_of(answer), "");
    }
}

TEST(HttpBody, ARequestMayFollowAChunkedOneAtOnce) {
    TestServer server;
    Client client(server.port());
    const std::string large(300'000, 'l');
    const std::string get = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
    client.send(kChunked);
    client.send("493e0\r\n" + large + "\r\n0\r\n\r\n" + get + kChunked + "1\r\na\r\n0\r\n\r\n" +
                get);
    EXPECT_EQ(body_of(client.answer()), large);
    EXPECT_EQ(body_of(client.answer()), "hello");
    EXPECT_EQ(body_of(client.answer()), "a");
    EXPECT_EQ(body_of(client.answer()), "hello");
}

TEST(HttpBody, TinyChunksWithLongExtensionsAreRefused) {
    TestServer server;
    Client client(server.port());
    std::string request = kChunked;
    for (int i = 0; i < 100; ++i)
        request += "1;" + std::string(1000, 'e') + "\r\na\r\n";
    client.send(request);
    EXPECT_TRUE(starts(client.answer(), 400));
}

TEST(HttpBody, GzipAndDeflateAreUnpacked) {
    TestServer server;
    Client client(server.port());
    std::string body;
    for (int i = 0; i < 50'000; ++i)
        body += std::to_string(i * 7919);
    client.send(packed_post("gzip", gzip(body)));
    EXPECT_EQ(body_of(client.answer()), body);
    client.send(packed_post("gzip", gzip("small")));
    EXPECT_EQ(body_of(client.answer()), "small");
    const std::string zlib("\x78\x9c\x4b\x4c\x4a\x06\x00\x02\x4d\x01\x27", 11);
    client.send(packed_post("deflate", zlib));
    EXPECT_EQ(body_of(client.answer()), "abc");
    client.send(packed_post("deflate", zlib.substr(2, 5)));
    EXPECT_EQ(body_of(client.answer()), "abc");
}

TEST(HttpBody, AGzipBodyMayHaveSeveralMembers) {
    Options options;
    options.limits.decompressed = 1'000'000;
    TestServer server(options);
    Client client(server.port());
    client.send(packed_post("gzip", gzip("one ") + gzip("") + gzip("two")));
    EXPECT_EQ(body_of(client.answer()), "one two");
    const std::string half = gzip(std::string(500'000, 'a'));
    client.send(packed_post("gzip", half + half));
    EXPECT_EQ(body_of(client.answer()).size(), 1'000'000u);
    client.send(packed_post("gzip", half + half + gzip("b")));
    EXPECT_TRUE(starts(client.answer(), 413));
    for (const std::string& bad : {half + half.substr(0, half.size() - 1), half + half + "x",
                                   half + std::string(20, '\0')}) {
        client.send(packed_post("gzip", bad));
        EXPECT_TRUE(starts(client.answer(), 400));
    }
}

TEST(HttpBody, ADamagedPackedBodyIsRefused400AndTheConnectionGoesOn) {
    TestServer server;
    Client client(server.port());
    const std::string good = gzip("some text to pack");
    std::string flipped = good;
    flipped[good.size() - 5] = static_cast<char>(flipped[good.size() - 5] ^ 1);
    for (const std::string& bad : {good.substr(0, good.size() - 1), flipped, good + "x",
                                   std::string("not packed at all"), good.substr(0, 3)}) {
        client.send(packed_post("gzip", bad));
        EXPECT_TRUE(starts(client.answer(), 400));
    }
}

TEST(HttpBody, APackedBodyThatUnpacksTooLargeIsRefused413) {
    Options options;
    options.limits.decompressed = 1'000'000;
    TestServer server(options);
    Client client(server.port());
    client.send(packed_post("gzip", gzip(std::string(1'000'000, 'a'))));
    EXPECT_EQ(body_of(client.answer()).size(), 1'000'000u);
    client.send(packed_post("gzip", gzip(std::string(1'000'001, 'a'))));
    EXPECT_TRUE(starts(client.answer(), 413));
}

TEST(HttpBody, AnUnknownCodingIsRefused415) {
    TestServer server;
    Client client(server.port());
    client.send(packed_post("br", "x"));
    EXPECT_TRUE(starts(client.answer(), 415));
}

TEST(HttpBody, AnswersArePackedForThoseWhoTakeIt) {
    TestServer server;
    Client client(server.port());
    client.send("GET /big HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br, gzip;q=0.5\r\n\r\n");
    const std::string packed = client.answer();
    EXPECT_THAT(packed, HasSubstr("\r\nContent-Encoding: gzip\r\n"));
    EXPECT_THAT(packed, HasSubstr("\r\nVary: Accept-Encoding\r\n"));
    const Result<Buffer> unpacked = unpack(Coding::kGzip, body_of(packed), 1'000'000);
    ASSERT_TRUE(unpacked);
    EXPECT_EQ(unpacked->view(), std::string(100'000, '1'));

    client.send("GET /big HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip;q=0\r\n\r\n");
    const std::string plain = client.answer();
    EXPECT_THAT(plain, Not(HasSubstr("Content-Encoding")));
    EXPECT_THAT(plain, HasSubstr("\r\nVary: Accept-Encoding\r\n"));
    EXPECT_EQ(body_of(plain).size(), 100'000u);

    client.send("GET /hello HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
    EXPECT_THAT(client.answer(), Not(HasSubstr("Content-Encoding")));
}

TEST(HttpBody, AcceptEncodingIsReadWithItsWeights) {
    EXPECT_TRUE(accepts_gzip("gzip"));
    EXPECT_TRUE(accepts_gzip("deflate, GZIP ; q=0.001"));
    EXPECT_TRUE(accepts_gzip("*"));
    EXPECT_FALSE(accepts_gzip(""));
    EXPECT_FALSE(accepts_gzip("identity"));
    EXPECT_FALSE(accepts_gzip("gzip;q=0.000"));
    EXPECT_FALSE(accepts_gzip("*, gzip;q=0"));
    EXPECT_FALSE(accepts_gzip("*;q=0"));
}

/// Writes a file and tells the server's /file to send it.
std::string put_file(TestServer& server, const std::string& path, std::size_t bytes) {
    std::string content;
    while (content.size() < bytes)
        content += std::to_string(content.size()) + "\n";
    content.resize(bytes);
    std::ofstream(path, std::ios::binary) << content;
    server.file_body = {path, bytes, FileBody::Afterwards::kRemove};
    return content;
}

TEST(HttpBody, AFileIsSentWholeThenRemoved) {
    const io::TemporaryDirectory directory;
    TestServer server;
    const std::string path = directory.file("export");
    const std::string content = put_file(server, path, 3'000'000);
    Client client(server.port());
    client.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(body_of(client.answer()), content);
    EXPECT_EQ(body_of(client.answer()), "hello");
    while (std::filesystem::exists(path))
        std::this_thread::yield();
}

TEST(HttpBody, AFileIsPackedForThoseWhoTakeIt) {
    const io::TemporaryDirectory directory;
    TestServer server;
    server.file_type = "text/csv; charset=utf-8";
    const std::string path = directory.file("export");
    const std::string content = put_file(server, path, 3'000'000);
    Client client(server.port());
    client.send(
        "GET /file HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n"
        "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string packed = client.answer();
    EXPECT_THAT(packed, HasSubstr("\r\nContent-Encoding: gzip\r\n"));
    EXPECT_THAT(packed, HasSubstr("\r\nVary: Accept-Encoding\r\n"));
    EXPECT_THAT(packed, Not(HasSubstr("Content-Length")));
    EXPECT_LT(body_of(packed).size(), content.size() / 2);
    const Result<Buffer> unpacked = unpack(Coding::kGzip, body_of(packed), content.size());
    ASSERT_TRUE(unpacked);
    EXPECT_EQ(unpacked->view(), content);
    EXPECT_EQ(body_of(client.answer()), "hello");
    while (std::filesystem::exists(path))
        std::this_thread::yield();
    EXPECT_THAT(server.log(), testing::Contains(HasSubstr("/file 200 0 " +
                                                          std::to_string(body_of(packed).size()))));
}

TEST(HttpBody, AFileIsSentAsItIsToThoseWhoCannotTakeItPacked) {
    const io::TemporaryDirectory directory;
    TestServer server;
    int files = 0;
    const auto ask = [&](std::string_view type, const std::string& request) {
        server.file_type = type;
        const std::string path = directory.file("export" + std::to_string(++files));
        const std::string content = put_file(server, path, 100'000);
        Client client(server.port());
        client.send(request);
        const std::string answer = client.answer();
        EXPECT_THAT(answer, Not(HasSubstr("Content-Encoding")));
        EXPECT_EQ(body_of(answer), content);
        return answer;
    };
    const std::string csv = ask("text/csv", "GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(csv, HasSubstr("\r\nVary: Accept-Encoding\r\n"));
    ask("text/csv", "GET /file HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n");
    const std::string parquet =
        ask("application/vnd.apache.parquet",
            "GET /file HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
    EXPECT_THAT(parquet, Not(HasSubstr("Vary")));
}

TEST(HttpBody, APackedFileThatCannotBeReadToItsEndHasNoEnd) {
    const io::TemporaryDirectory directory;
    TestServer server;
    server.file_type = "text/csv";
    const std::string path = directory.file("export");
    put_file(server, path, 60'000'000);
    Client client(server.port());
    client.send("GET /file HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
    client.head();
    std::filesystem::resize_file(path, 1000);
    EXPECT_FALSE(client.rest().ends_with("\r\n0\r\n\r\n"));
}

TEST(HttpBody, AFileIsRemovedWhenItsClientLeaves) {
    const io::TemporaryDirectory directory;
    TestServer server;
    const std::string path = directory.file("export");
    put_file(server, path, 30'000'000);
    Client client(server.port());
    client.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
    client.head();
    client.close();
    while (std::filesystem::exists(path))
        std::this_thread::yield();
}

TEST(HttpBody, AFileIsRemovedWhenItsClientLeavesBeforeItIsMade) {
    const io::TemporaryDirectory directory;
    TestServer server;
    const std::string path = directory.file("export");
    put_file(server, path, 1000);
    Client client(server.port());
    client.send("GET /gate HTTP/1.1\r\nHost: x\r\n\r\nGET /file-later HTTP/1.1\r\nHost: x\r\n\r\n");
    server.await_at_gate(1);
    client.reset();
    server.open_gate();
    while (std::filesystem::exists(path))
        std::this_thread::yield();
}

TEST(HttpBody, AMissingFileIsAnswered500) {
    TestServer server;
    server.file_body = {"/nonexistent/file", 10, FileBody::Afterwards::kKeep};
    Client client(server.port());
    client.send("GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(starts(client.answer(), 500));
}

TEST(HttpBody, HeadOfAFileSaysItsLength) {
    const io::TemporaryDirectory directory;
    TestServer server;
    put_file(server, directory.file("export"), 1000);
    Client client(server.port());
    client.send("HEAD /file HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client.head(), HasSubstr("\r\nContent-Length: 1000\r\n"));
    EXPECT_EQ(body_of(client.answer()), "hello");
}

}  // namespace
}  // namespace eyed::http
