#include "agent/http/tls_facts.h"

#include <catch2/catch.hpp>

#include "agent/http/tls_client.h"
#include "tests/agent/http/tls_peer.h"

using namespace lapwing;
using namespace lapwing::http;

TEST_CASE("tls facts: version, cipher and the peer's certificate in Go's words") {
  lapwing::testing::TlsPeer peer("20300102030405Z");
  auto client = TlsClient::create({.ca = peer.certificate_pem()}, "peer.example");
  REQUIRE(client.ok());
  for (int turn = 0; turn < 10 && !(*client)->agreed(); ++turn)
    REQUIRE((*client)->receive(peer.exchange((*client)->take_wire())).ok());
  const TlsFacts facts = (*client)->facts();
  CHECK_FALSE(facts.empty());
  CHECK(facts.version == "TLS 1.3");
  CHECK(facts.cipher.starts_with("TLS_"));
  CHECK(facts.earliest_expiry == 1'893'553'445);
  CHECK(facts.chain_expiry == 1'893'553'445);
  CHECK(facts.subject == "CN=peer.example,O=Lap\\, Wing");
  CHECK(facts.issuer == facts.subject);
  CHECK(facts.dns_names == "peer.example,other.example");
  CHECK(facts.serial == "01f2");
  CHECK(facts.fingerprint_sha256.size() == 64);
  CHECK(TlsFacts{}.empty());
}
