#include "agent/config/print.h"

#include <catch2/catch.hpp>

using namespace lapwing;

namespace {

std::string printed(std::string_view yaml) {
  return config::print_yaml(*config::parse_yaml("test.yml", yaml));
}

}  // namespace

TEST_CASE("print: maps, lists and scalars read back to the same print") {
  const std::string text = printed(
      "a: 1\nb: [x, 'y z', {k: v}]\nc: {}\nd: []\ne: null\nf: \"null\"\ng: \"a\\nb\\\\\\\"\"\n");
  CHECK(text ==
        "a: 1\nb:\n  - x\n  - \"y z\"\n  -\n    k: v\nc: {}\nd: []\ne: null\nf: \"null\"\n"
        "g: \"a\\nb\\\\\\\"\"\n");
  CHECK(printed(text) == text);
}

TEST_CASE(
    "print: secrets are hidden wherever they stand, their files and other addresses are not") {
  const std::string text = printed(
      "receivers:\n- name: hook\n  webhook_configs:\n  - url: http://h/x\n"
      "    http_config: {basic_auth: {username: u, password: p4ss, password_file: /f}}\n"
      "scrape_configs:\n- authorization: {credentials: t0ken}\n  proxy_url: http://u:w0rd@p:1/x\n");
  for (const char* secret : {"http://h/x", "p4ss", "t0ken", "w0rd"}) {
    INFO(secret);
    CHECK(text.find(secret) == std::string::npos);
  }
  CHECK(text.find("password: <secret>") != std::string::npos);
  CHECK(text.find("password_file: /f") != std::string::npos);
  CHECK(text.find("http://u:<secret>@p:1/x") != std::string::npos);
}

TEST_CASE("print: what a scrape job's connection keeps secret") {
  const std::string text = printed(
      "scrape_configs:\n- tls_config: {key: s3cret1, key_file: /k, cert: shown1}\n"
      "  http_headers: {X-A: {secrets: [s3cret2], values: [shown2]}}\n"
      "  proxy_connect_header: {X-B: [s3cret3]}\n"
      "  oauth2: {client_secret: s3cret4, client_id: shown3}\n"
      "  http_sd_configs: [{url: 'http://u:s3cret5@shown4/x'}]\n");
  CHECK(text.find("s3cret") == std::string::npos);
  for (const char* shown : {"shown1", "shown2", "shown3", "shown4", "/k"})
    CHECK(text.find(shown) != std::string::npos);
}

TEST_CASE("print: an empty configuration prints as nothing") { CHECK(printed("").empty()); }
