#include "collectors/probe/tls_gauges.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::probe;

TEST_CASE("tls gauges: a chain that was not verified has Go's zero time; TCP shows no cipher") {
  http::TlsFacts facts;
  facts.version = "TLS 1.3";
  facts.cipher = "TLS_AES_128_GCM_SHA256";
  facts.earliest_expiry = 1000;
  ProbePage page;
  set_tls_gauges(page, facts, Cipher::LeftOut);
  CHECK(page.text().find("probe_ssl_earliest_cert_expiry 1000\n") != std::string::npos);
  CHECK(page.text().find("expiry_timestamp_seconds -62135596800\n") != std::string::npos);
  CHECK(page.text().find("cipher") == std::string::npos);
  facts.chain_expiry = 900;
  set_tls_gauges(page, facts, Cipher::Shown);
  CHECK(page.text().find("expiry_timestamp_seconds 900\n") != std::string::npos);
  CHECK(page.text().find("cipher=\"TLS_AES_128_GCM_SHA256\"") != std::string::npos);
}
