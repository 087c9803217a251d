#include "alerting/receivers/http_config.h"

#include <catch2/catch.hpp>

#include "alerting/receivers/globals.h"
#include "tests/alerting/receivers/sending.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

TEST_CASE("http config: what an answer means") {
  CHECK(judge(at::answer(204)).outcome == DeliveryOutcome::Delivered);
  CHECK(judge(at::answer(200, "ok")).receipt == "200 ok");
  CHECK(judge(at::answer(503)).outcome == DeliveryOutcome::Retry);
  CHECK(judge(unavailable("refused")).outcome == DeliveryOutcome::Retry);
  CHECK(judge(at::answer(404)).outcome == DeliveryOutcome::Rejected);
  CHECK(judge(at::answer(429)).outcome == DeliveryOutcome::Retry);
  CHECK(judge(at::answer(429, "", {{"retry-after", "30"}})).retry_after == 30s);
  CHECK(judge(at::answer(503, "", {{"Retry-After", "99999999"}})).retry_after == 1h);
  CHECK(judge(at::answer(503, "", {{"Retry-After", "-1"}})).retry_after == 0s);
  CHECK(judge(at::answer(503, "", {{"Retry-After", "soon"}})).retry_after == 0s);
}

TEST_CASE("http config: a service's own code in a 200") {
  const auto of = [](const char* body) {
    return judge_code(at::answer(200, body), "code", "msg", 7).outcome;
  };
  CHECK(of(R"({"code":0})") == DeliveryOutcome::Delivered);
  CHECK(of(R"({"code":1,"msg":"x"})") == DeliveryOutcome::Rejected);
  CHECK(of(R"({"code":7})") == DeliveryOutcome::Retry);
  CHECK(of(R"({"code":"0"})") == DeliveryOutcome::Retry);
  CHECK(of("") == DeliveryOutcome::Retry);
}

TEST_CASE("http config: texts are cut at whole characters and encoded for queries") {
  CHECK(cut_text("abc", 3) == "abc");
  CHECK(cut_text("abcd", 3) == "ab…");
  CHECK(cut_text("üüüü", 3) == "üü…");
  CHECK(cut_text("", 3) == "");
  CHECK(query_text("a b+ü/~") == "a%20b%2B%C3%BC%2F~");
}

TEST_CASE(
    "http config: without one of its own a receiver has the global one, with one nothing of it") {
  ReceiverGlobals globals;
  globals.http.proxy.url = "http://global:1";
  globals.http.follow_redirects = false;
  const auto proxy = [&](const char* yaml) {
    config::Diagnostics diagnostics;
    const auto root = config::parse_yaml("f", yaml);
    config::Mapping map(*root, "", diagnostics);
    const HttpConfig read = read_http_config(map, globals.http);
    return read.proxy.url + (read.follow_redirects ? " follows" : "");
  };
  CHECK(proxy("{}") == "http://global:1");
  CHECK(proxy("http_config: {proxy_url: 'http://own:1'}") == "http://own:1 follows");
  CHECK(proxy("http_config: {enable_http2: true}") == " follows");
}

TEST_CASE("http config: headers of one's own, from values, secrets and files") {
  const lapwing::testing::TemporaryDirectory folder;
  const auto sent = at::send(
      *at::receiver("webhook",
                    "url: 'http://h/', http_config: {http_headers: {X-Tenant: {values: [a, b]}, "
                    "X-Key: {secrets: [s], files: ['" +
                        folder.write("key", "f\n") + "']}}}"));
  std::vector<std::string> headers;
  for (const auto& [name, value] : sent.request().headers)
    if (name.starts_with("X-")) headers.push_back(name + "=" + value);
  CHECK(headers == std::vector<std::string>{"X-Tenant=a", "X-Tenant=b", "X-Key=s", "X-Key=f"});
}

TEST_CASE("http config: TLS, proxy and credentials reach the request") {
  const lapwing::testing::TemporaryDirectory folder;
  const auto to = at::receiver(
      "webhook",
      "url: 'http://h/', http_config: {proxy_url: 'http://p:1', follow_redirects: false,"
      " tls_config: {server_name: n, min_version: TLS12, insecure_skip_verify: true},"
      " basic_auth: {username: u, password_file: '" +
          folder.write("secret", " pass\n") + "'}}");
  const auto sent = at::send(*to);
  CHECK(sent.request().proxy->url == "http://p:1");
  CHECK_FALSE(sent.request().follow_redirects);
  CHECK(sent.request().tls->server_name == "n");
  CHECK(sent.request().tls->least == http::TlsVersion::Tls12);
  CHECK_FALSE(sent.request().tls->verify);
  CHECK(sent.request().username == "u");
  CHECK(sent.request().password == "pass");
}

TEST_CASE("http config: secrets come from one place, and are looked up at each sending") {
  CHECK(at::errors("discord", "webhook_url: 'http://h', webhook_url_file: x") == 1);
  CHECK(at::errors("discord", "webhook_url: 'http://h', webhook_url_env: X") == 1);
  const auto unset = at::receiver("discord", "webhook_url_env: LAPWING_TEST_NOT_SET");
  const auto sent = at::send(*unset);
  CHECK(sent.requests.empty());
  CHECK(sent.result->outcome == DeliveryOutcome::Retry);
  CHECK(sent.result->error.find("LAPWING_TEST_NOT_SET") != std::string::npos);
}
