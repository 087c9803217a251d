#include "collectors/scrape/http_access.h"

#include <catch2/catch.hpp>
#include <deque>

#include "tests/support/fake_clock.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

struct Bed {
  std::unique_ptr<HttpAccess> access(HttpOptions options) {
    return std::make_unique<HttpAccess>(
        std::move(options),
        HttpAccess::Surroundings{clock,
                                 [this](http::ClientRequest request, http::ClientCallback done) {
                                   sent.emplace_back(std::move(request), std::move(done));
                                 }});
  }
  void answer(int status, std::string body) {
    REQUIRE_FALSE(sent.empty());
    http::ClientResponse response;
    response.status = status;
    response.body = std::move(body);
    sent.front().second(std::move(response));
    sent.pop_front();
  }

  testing::FakeClock clock{from_millis(1'000'000)};
  std::deque<std::pair<http::ClientRequest, http::ClientCallback>> sent;
};

std::string header(HttpAccess& access, std::string_view name) {
  http::ClientRequest request;
  const auto ready = access.prepare(request);
  if (!ready) return "error: " + ready.error().message;
  for (const auto& [key, value] : request.headers)
    if (key == name) return value;
  return "";
}

OAuth2Options oauth2() {
  OAuth2Options options;
  options.client_id = "me";
  options.client_secret.text = config::Secret("s&cret");
  options.scopes = {"a", "b"};
  options.token_url = "http://auth/token";
  return options;
}

}  // namespace

TEST_CASE("http access: options go into the request") {
  Bed bed;
  HttpOptions options;
  options.basic = true;
  options.username.text = config::Secret("u");
  options.password.text = config::Secret("p");
  options.follow_redirects = false;
  options.tls.server_name = "n";
  options.proxy.url = "http://proxy";
  options.headers = {{"X-A", {{config::Secret("1"), ""}, {config::Secret("2"), ""}}}};
  http::ClientRequest request;
  REQUIRE(bed.access(options)->prepare(request).ok());
  CHECK(request.basic);
  CHECK(request.username == "u");
  CHECK(request.password == "p");
  CHECK_FALSE(request.follow_redirects);
  CHECK(request.tls->server_name == "n");
  CHECK(request.proxy->url == "http://proxy");
  CHECK(request.headers == http::Pairs{{"X-A", "1"}, {"X-A", "2"}});
}

TEST_CASE("http access: a secret's file is read again when it has changed, blanks cut off") {
  const testing::TemporaryDirectory folder;
  Bed bed;
  HttpOptions options;
  options.authorization_type = "Bearer";
  options.authorization.file = folder.write("token", " one\n");
  const auto access = bed.access(options);
  CHECK(header(*access, "Authorization") == "Bearer one");
  folder.write("token", "second\n");
  CHECK(header(*access, "Authorization") == "Bearer one");  // looked at a moment ago
  bed.clock.advance(1s);
  CHECK(header(*access, "Authorization") == "Bearer second");
  std::filesystem::remove(folder / "token");
  bed.clock.advance(1s);
  CHECK(header(*access, "Authorization") ==
        "error: authorization: cannot read " + folder / "token");
}

TEST_CASE("http access: an OAuth 2.0 token is fetched ahead, used, and renewed before it ends") {
  Bed bed;
  HttpOptions options;
  options.oauth2 = oauth2();
  const auto access = bed.access(options);
  REQUIRE(bed.sent.size() == 1);
  CHECK(bed.sent[0].first.body == "grant_type=client_credentials&scope=a+b");
  CHECK(bed.sent[0].first.username == "me");
  CHECK(bed.sent[0].first.password == "s%26cret");
  CHECK(header(*access, "Authorization") == "error: waiting for the OAuth 2.0 token");
  CHECK(bed.sent.size() == 1);
  bed.answer(200, R"({"access_token":"t1","token_type":"bearer","expires_in":100})");
  CHECK(header(*access, "Authorization") == "Bearer t1");
  bed.clock.advance(80s);
  CHECK(header(*access, "Authorization") == "Bearer t1");
  bed.answer(200, R"({"access_token":"t2","expires_in":"100"})");
  CHECK(header(*access, "Authorization") == "Bearer t2");
  bed.clock.advance(200s);
  CHECK(header(*access, "Authorization") == "error: waiting for the OAuth 2.0 token");
}

TEST_CASE("http access: a token server that refuses is asked in the other way, and not at once") {
  Bed bed;
  HttpOptions options;
  options.oauth2 = oauth2();
  const auto access = bed.access(options);
  bed.answer(401, "");
  CHECK(header(*access, "Authorization") == "error: OAuth 2.0 token: HTTP status 401");
  CHECK(bed.sent.empty());
  bed.clock.advance(5s);
  (void)header(*access, "Authorization");
  REQUIRE(bed.sent.size() == 1);
  CHECK_FALSE(bed.sent[0].first.basic);
  CHECK(bed.sent[0].first.body ==
        "grant_type=client_credentials&scope=a+b&client_id=me&client_secret=s%26cret");
  bed.answer(200, "nonsense");
  CHECK(header(*access, "Authorization").find("has no access_token") != std::string::npos);
}
