// TLS: a real client of OpenSSL's, a certificate made for the test.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdio>

#include "http/test_server.h"
#include "io/temporary_directory.h"

namespace eyed::http {
namespace {

using test::Client;
using test::TestServer;

/// A self-signed certificate and its key in files.
struct Identity {
    explicit Identity(const io::TemporaryDirectory& directory)
        : certificate(directory.file("cert.pem")), key(directory.file("key.pem")) {
        EVP_PKEY* const pair = EVP_EC_gen("P-256");
        X509* const x509 = X509_new();
        ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
        X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
        X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
        X509_set_pubkey(x509, pair);
        X509_sign(x509, pair, EVP_sha256());
        std::FILE* file = std::fopen(certificate.c_str(), "w");
        PEM_write_X509(file, x509);
        std::fclose(file);
        file = std::fopen(key.c_str(), "w");
        PEM_write_PrivateKey(file, pair, nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(file);
        X509_free(x509);
        EVP_PKEY_free(pair);
    }
    std::string certificate;
    std::string key;
};

/// A TLS session on top of a plain test client's socket.
class TlsClient {
  public:
    explicit TlsClient(std::uint16_t port, int newest_version = TLS1_3_VERSION)
        : client_(port), context_(SSL_CTX_new(TLS_client_method())) {
        SSL_CTX_set_max_proto_version(context_, newest_version);
        ssl_ = SSL_new(context_);
        SSL_set_fd(ssl_, client_.descriptor());
        connected_ = SSL_connect(ssl_) == 1;
    }
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;
    ~TlsClient() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }
    bool connected() const { return connected_; }
    void send(std::string_view bytes) {
        std::size_t sent = 0;
        EXPECT_EQ(SSL_write_ex(ssl_, bytes.data(), bytes.size(), &sent), 1);
    }
    /// All until the server ends the session, which it must do in good form.
    std::string rest() {
        std::string all;
        char bytes[16384];
        std::size_t count = 0;
        while (SSL_read_ex(ssl_, bytes, sizeof bytes, &count) == 1)
            all.append(bytes, count);
        EXPECT_EQ(SSL_get_error(ssl_, 0), SSL_ERROR_ZERO_RETURN);
        return all;
    }

  private:
    Client client_;
    SSL_CTX* context_;
    SSL* ssl_;
    bool connected_ = false;
};

Options with_tls(const Identity& identity) {
    Options options;
    options.tls_certificate = identity.certificate;
    options.tls_key = identity.key;
    return options;
}

TEST(HttpTls, CarriesRequestsAndLargeBodies) {
    const io::TemporaryDirectory directory;
    const Identity identity(directory);
    TestServer server(with_tls(identity));
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TlsClient client(server.port(), version);
        ASSERT_TRUE(client.connected());
        const std::string body(300'000, 't');
        client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + body);
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        const std::string answers = client.rest();
        EXPECT_NE(answers.find(body), std::string::npos);
        EXPECT_TRUE(answers.ends_with("hello"));
    }
}

TEST(HttpTls, RefusesOldVersions) {
    const io::TemporaryDirectory directory;
    const Identity identity(directory);
    TestServer server(with_tls(identity));
    EXPECT_FALSE(TlsClient(server.port(), TLS1_1_VERSION).connected());
}

TEST(HttpTls, EndsAHandshakeThatDoesNotCome) {
    const io::TemporaryDirectory directory;
    const Identity identity(directory);
    Options options = with_tls(identity);
    options.limits.header_timeout = std::chrono::milliseconds(200);
    TestServer server(options);
    Client client(server.port());
    client.send("\x16\x03\x01");
    EXPECT_TRUE(client.closed());
}

TEST(HttpTls, ClosesOnPlainHttp) {
    const io::TemporaryDirectory directory;
    const Identity identity(directory);
    TestServer server(with_tls(identity));
    Client client(server.port());
    client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    client.rest();
    EXPECT_EQ(server->counters().requests, 0u);
}

TEST(HttpTls, BadFilesAreRefusedAtTheStart) {
    const io::TemporaryDirectory directory;
    const Identity identity(directory);
    const io::TemporaryDirectory other_directory;
    const Identity other(other_directory);
    Router router;
    Options options = with_tls(identity);
    for (const std::string& key : {std::string("/nonexistent"), other.key, std::string()}) {
        options.tls_key = key;
        const auto server = Server::create(options, router, {});
        ASSERT_FALSE(server);
        EXPECT_EQ(server.error().code, Code::kInvalidArgument) << server.error().detail;
    }
}

}  // namespace
}  // namespace eyed::http
