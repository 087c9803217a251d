#include "agent/http/proxy.h"

#include <catch2/catch.hpp>
#include <map>

using namespace lapwing::http;

namespace {

std::string with_no_proxy(const std::string& no_proxy, const std::string& url) {
  return proxy_for({.url = "http://p:1", .no_proxy = no_proxy}, url,
                   [](const char*) { return std::string("http://environment"); });
}

bool direct(const std::string& no_proxy, const std::string& url) {
  return with_no_proxy(no_proxy, url).empty();
}

}  // namespace

TEST_CASE("proxy: without options none, with a URL always") {
  const auto environment = [](const char*) { return std::string("http://environment"); };
  CHECK(proxy_for({}, "http://h/", environment) == "");
  CHECK(proxy_for({.url = "http://p:1"}, "http://127.0.0.1/", environment) == "http://p:1");
}

// As Go's httpproxy package documents and does.
TEST_CASE("proxy: no_proxy names hosts, domains, addresses and blocks") {
  CHECK_FALSE(direct("other", "http://h/"));
  CHECK(direct("h", "http://h:80/"));
  CHECK(direct("x, H ,y", "http://h/"));
  CHECK(direct("example.com", "http://a.example.com/"));
  CHECK(direct(".example.com", "http://a.example.com/"));
  CHECK_FALSE(direct(".example.com", "http://example.com/"));
  CHECK_FALSE(direct("example.com", "http://badexample.com/"));
  CHECK(direct("*.example.com", "http://a.example.com/"));
  CHECK(direct("*", "https://anything/"));
  CHECK(direct("h:443", "https://h/"));
  CHECK_FALSE(direct("h:443", "http://h/"));
  CHECK(direct("10.0.0.0/8", "http://10.9.8.7:1/"));
  CHECK_FALSE(direct("10.0.0.0/8", "http://11.0.0.1/"));
  CHECK(direct("10.0.0.1", "http://10.0.0.1/"));
  CHECK(direct("fe80::/10", "http://[fe90::1]/"));
  CHECK_FALSE(direct("0.0.0.0/0", "http://[fe90::1]/"));
  CHECK_FALSE(direct("10.0.0.0/99,10.0.0.0/x", "http://10.0.0.1/"));
}

TEST_CASE("proxy: loopback is called directly as soon as no_proxy is in use") {
  for (const char* url : {"http://localhost:1/", "http://127.3.2.1/", "http://[::1]:2/"})
    CHECK(direct("x", url));
}

TEST_CASE("proxy: the environment's proxies by scheme") {
  std::map<std::string, std::string> variables;
  const auto choose = [&](const char* url) {
    return proxy_for({.from_environment = true}, url, [&](const char* name) {
      const auto found = variables.find(name);
      return found == variables.end() ? std::string() : found->second;
    });
  };
  CHECK(choose("http://h/") == "");
  variables = {{"http_proxy", "p:1"}, {"HTTPS_PROXY", "https://q:2"}, {"NO_PROXY", "out"}};
  CHECK(choose("http://h/") == "http://p:1");
  CHECK(choose("https://h/") == "https://q:2");
  CHECK(choose("https://out/") == "");
  CHECK(choose("http://localhost/") == "");
}
