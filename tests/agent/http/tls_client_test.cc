#include "agent/http/tls_client.h"

#include <catch2/catch.hpp>

#include "tests/agent/http/tls_peer.h"

using namespace lapwing;
using namespace lapwing::http;
using lapwing::testing::TlsPeer;

namespace {

/// Carries bytes to and fro until the client agrees or fails.
Result<void> shake_hands(TlsClient& client, TlsPeer& peer) {
  for (int turn = 0; turn < 10 && !client.agreed(); ++turn)
    if (auto taken = client.receive(peer.exchange(client.take_wire())); !taken) return taken;
  return {};
}

std::unique_ptr<TlsClient> client_of(const TlsOptions& options, const std::string& name) {
  auto client = TlsClient::create(options, name);
  REQUIRE(client.ok());
  return *std::move(client);
}

}  // namespace

TEST_CASE("tls client: agrees with a peer that it trusts, by name and by address") {
  for (const char* name : {"peer.example", "127.0.0.1"}) {
    TlsPeer peer;
    const auto client = client_of({.ca = peer.certificate_pem()}, name);
    REQUIRE(shake_hands(*client, peer).ok());
    REQUIRE(client->agreed());
    REQUIRE(client->send("ping").ok());
    REQUIRE(client->receive(peer.exchange(client->take_wire())).ok());
    CHECK(client->take_text() == "ping");
    CHECK_FALSE(client->ended());
    peer.close_soon();
    REQUIRE(client->receive(peer.exchange("")).ok());
    CHECK(client->take_text().empty());
    CHECK(client->ended());
  }
}

TEST_CASE("tls client: refuses another name, another authority, and no TLS at all") {
  TlsPeer peer;
  TlsPeer stranger;
  const auto misnamed = client_of({.ca = peer.certificate_pem()}, "third.example");
  const auto refused = shake_hands(*misnamed, peer);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("not trusted") != std::string::npos);
  const auto unknown = client_of({.ca = peer.certificate_pem()}, "peer.example");
  CHECK_FALSE(shake_hands(*unknown, stranger));
  const auto plain = client_of({.verify = false}, "peer.example");
  CHECK_FALSE(plain->receive("HTTP/1.1 400 Bad Request\r\n\r\n"));
}

TEST_CASE("tls client: without verification everybody passes, and the facts say so") {
  TlsPeer peer("20010101000000Z");
  const auto client = client_of({.verify = false}, "anything");
  REQUIRE(shake_hands(*client, peer).ok());
  REQUIRE(client->agreed());
  CHECK_FALSE(client->facts().chain_expiry);
}

TEST_CASE("tls client: what cannot be used is Invalid") {
  CHECK_FALSE(TlsClient::create({.ca = "nonsense"}, "h"));
  CHECK_FALSE(TlsClient::create({.ca_file = "/nowhere"}, "h"));
  CHECK_FALSE(TlsClient::create({.certificate = "x"}, "h"));
  CHECK_FALSE(TlsClient::create({.key_file = "/nowhere"}, "h"));
}
