#include "agent/http/router.h"

#include <catch2/catch.hpp>

using namespace lapwing::http;

namespace {

Handler named(std::string name) {
  return [name](const Request&) { return text_response(200, name); };
}

std::string answer(const Router::Match& match) {
  return match.handler == nullptr ? "" : (*match.handler)(Request()).body;
}

Router sample() {
  Router router;
  router.add("GET", "/", named("root"));
  router.add("GET", "/api/v1/query", named("get"));
  router.add("POST", "/api/v1/query", named("post"));
  router.add("GET", "/api/v1/label/*/values", named("label"));
  router.add("GET", "/api/v1/label/special/values", named("special"));
  router.add("GET", "/two/*/*", named("two"));
  return router;
}

}  // namespace

TEST_CASE("router: exact paths by method") {
  const Router router = sample();
  CHECK(answer(router.find("GET", "/")) == "root");
  CHECK(answer(router.find("GET", "/api/v1/query")) == "get");
  CHECK(answer(router.find("POST", "/api/v1/query")) == "post");
  CHECK(router.find("GET", "/api/v1/query").route == "/api/v1/query");
}

TEST_CASE("router: HEAD finds GET's handler") {
  CHECK(answer(sample().find("HEAD", "/api/v1/query")) == "get");
}

TEST_CASE("router: a wrong method names the right ones") {
  const Router router = sample();
  const auto match = router.find("DELETE", "/api/v1/query");
  CHECK(match.handler == nullptr);
  CHECK(match.allowed == "GET, HEAD, POST");
  CHECK(router.find("POST", "/two/a/b").allowed == "GET, HEAD");
}

TEST_CASE("router: unknown paths, also by a trailing slash or a missing one, find nothing") {
  const Router router = sample();
  for (const char* path : {"/nothing", "/api/v1/query/", "/api", "", "api", "*", "//"}) {
    const auto match = router.find("GET", path);
    CHECK(match.handler == nullptr);
    CHECK(match.allowed.empty());
    CHECK(match.route.empty());
  }
}

TEST_CASE("router: a star stands for one segment, decoded, never for none") {
  const Router router = sample();
  const auto match = router.find("GET", "/api/v1/label/a%20b/values");
  CHECK(answer(match) == "label");
  CHECK(match.arguments == std::vector<std::string>{"a b"});
  CHECK(match.route == "/api/v1/label/*/values");
  CHECK(router.find("GET", "/api/v1/label//values").handler == nullptr);
  CHECK(router.find("GET", "/api/v1/label/a/b/values").handler == nullptr);
  CHECK(router.find("GET", "/two/x/y").arguments == std::vector<std::string>{"x", "y"});
}

TEST_CASE("router: an encoded slash stays inside its segment") {
  const Router router = sample();
  CHECK(router.find("GET", "/api%2Fv1%2Fquery").handler == nullptr);
  CHECK(router.find("GET", "/api/v1/label/a%2Fb/values").arguments ==
        std::vector<std::string>{"a/b"});
}

TEST_CASE("router: an exact path comes before a pattern") {
  CHECK(answer(sample().find("GET", "/api/v1/label/special/values")) == "special");
}

TEST_CASE("router: adding again replaces the handler") {
  Router router = sample();
  router.add("GET", "/", named("new"));
  CHECK(answer(router.find("GET", "/")) == "new");
  CHECK(router.find("PUT", "/").allowed == "GET, HEAD");
}

TEST_CASE("router: a path's lane is that of its route, however it is written") {
  Router router = sample();
  router.add("GET", "/api/v1/query", named("get"), Lane::Queries);
  router.add("GET", "/api/v1/label/*/values", named("label"), Lane::Queries);
  CHECK(router.lane("/api/v1/query") == Lane::Queries);
  CHECK(router.lane("/api/v1/%71uery") == Lane::Queries);
  CHECK(router.lane("/api/v1/label/job/values") == Lane::Queries);
  CHECK(router.lane("/api/v1/label/special/values") == Lane::Quick);
  CHECK(router.lane("/") == Lane::Quick);
  CHECK(router.lane("/nothing") == Lane::Quick);
  CHECK(router.lane("") == Lane::Quick);
}
