// Probes of every kind against servers of our own on loopback.
#include "collectors/probe/prober.h"

#include <catch2/catch.hpp>

#include <future>

#include "agent/http/server.h"
#include "collectors/probe/dns_message.h"
#include "tests/agent/http/raw_socket.h"

using namespace lapwing;
using namespace lapwing::collectors::probe;
using lapwing::testing::RawServer;
using lapwing::testing::RawSocket;

namespace {

constexpr auto kPatience = std::chrono::seconds(20);

Modules modules_of(const std::string& yaml) {
  const auto tree = config::parse_yaml("t.yml", "modules:\n" + yaml);
  REQUIRE(tree.ok());
  config::Diagnostics diagnostics;
  config::Mapping root(*tree, "", diagnostics);
  Modules modules = read_modules(root);
  REQUIRE(diagnostics.result().ok());
  return modules;
}

struct Fixture {
  explicit Fixture(const std::string& modules = "  none: {prober: icmp}\n",
                   std::size_t concurrency_limit = 8)
      : client(std::in_place, log, registry),
        prober(
            std::in_place,
            ProberOptions{.modules = modules_of(modules), .concurrency_limit = concurrency_limit},
            Prober::Surroundings{clock, log, registry, [this](auto request, auto done) {
                                   client->send(std::move(request), std::move(done));
                                 }}) {}
  ~Fixture() {
    prober->stop();
    client.reset();
  }

  std::future<http::Response> ask(http::Pairs parameters, http::Pairs headers = {}) {
    http::Request request;
    request.method = "GET";
    request.parameters = std::move(parameters);
    request.headers = std::move(headers);
    auto promise = std::make_shared<std::promise<http::Response>>();
    prober->handle(request,
                   [promise](http::Response response) { promise->set_value(std::move(response)); });
    return promise->get_future();
  }
  http::Response probe(const std::string& module, const std::string& target,
                       http::Pairs headers = {}) {
    auto answer = ask({{"module", module}, {"target", target}}, std::move(headers));
    REQUIRE(answer.wait_for(kPatience) == std::future_status::ready);
    return answer.get();
  }

  SystemClock clock;
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  std::optional<http::Client> client;
  std::optional<Prober> prober;
};

struct WebServer {
  WebServer() {
    auto listening = http::Server::listen({.port = 0}, log, registry);
    REQUIRE(listening.ok());
    server = std::move(*listening);
    server->route("GET", "/",
                  [](const http::Request&) { return http::text_response(200, "hello"); });
    server->route("GET", "/away", [](const http::Request& request) {
      http::Response response = http::text_response(302, "moved");
      response.headers.emplace_back("Location", "/host?" + std::string(request.header("Host")));
      response.headers.emplace_back("Set-Cookie", "a=b; Path=/");
      return response;
    });
    server->route("GET", "/host", [](const http::Request& request) {
      return http::text_response(
          200, std::string(request.header("Host")) + " " + std::string(request.header("Cookie")));
    });
    server->start();
  }
  std::string at(const std::string& path) const {
    return "127.0.0.1:" + std::to_string(server->port()) + path;
  }
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  std::unique_ptr<http::Server> server;
};

bool has(const http::Response& response, const std::string& line) {
  const bool found = ("\n" + response.body).find("\n" + line + "\n") != std::string::npos;
  if (!found) UNSCOPED_INFO("no \"" << line << "\" in\n" << response.body);
  return found;
}

}  // namespace

TEST_CASE("prober: what cannot be asked is refused in blackbox_exporter's words") {
  Fixture fixture("  g: {prober: grpc}\n");
  CHECK(fixture.probe("nope", "x").status == 400);
  CHECK(fixture.probe("nope", "x").body == "Unknown module \"nope\"\n");
  CHECK(fixture.probe("http_2xx", "").body == "Target parameter is missing\n");
  CHECK(fixture.probe("g", "x").body == "Unknown prober \"grpc\"\n");
  const auto header = http::Pairs{{"X-Prometheus-Scrape-Timeout-Seconds", "soon"}};
  CHECK(fixture.probe("icmp", "x", header).status == 500);
}

TEST_CASE("prober: HTTP gives status, phases and sizes; the module is http_2xx unless named") {
  Fixture fixture;
  WebServer web;
  auto answer = fixture.ask({{"target", web.at("/")}});
  REQUIRE(answer.wait_for(kPatience) == std::future_status::ready);
  const http::Response page = answer.get();
  CHECK(page.status == 200);
  CHECK(page.content_type.starts_with("text/plain; version=0.0.4"));
  for (const char* line : {"probe_success 1", "probe_http_status_code 200", "probe_ip_protocol 4",
                           "probe_http_uncompressed_body_length 5", "probe_http_content_length 5",
                           "probe_http_version 1.1", "probe_http_redirects 0", "probe_http_ssl 0",
                           "probe_http_duration_seconds{phase=\"tls\"} 0"})
    CHECK(has(page, line));
  CHECK(page.body.find("probe_http_duration_seconds{phase=\"transfer\"} ") != std::string::npos);
}

TEST_CASE("prober: redirects are followed with cookies, or counted where they are not") {
  Fixture fixture(
      "  cookie: {prober: http, http: {fail_if_body_not_matches_regexp: ['127.*a=b']}}\n"
      "  stay: {prober: http, http: {follow_redirects: false, valid_status_codes: [302]}}\n");
  WebServer web;
  const http::Response followed = fixture.probe("cookie", web.at("/away"));
  CHECK(has(followed, "probe_success 1"));
  CHECK(has(followed, "probe_http_redirects 1"));
  const http::Response stayed = fixture.probe("stay", web.at("/away"));
  CHECK(has(stayed, "probe_success 1"));
  CHECK(has(stayed, "probe_http_redirects 1"));
  CHECK(has(stayed, "probe_http_status_code 302"));
  CHECK(has(stayed, "probe_http_uncompressed_body_length 0"));
}

TEST_CASE("prober: a body past the limit fails and keeps its status; nobody there has none") {
  Fixture fixture("  small: {prober: http, http: {body_size_limit: 4}}\n");
  WebServer web;
  const http::Response cut = fixture.probe("small", web.at("/"));
  CHECK(has(cut, "probe_success 0"));
  CHECK(has(cut, "probe_http_status_code 200"));
  const http::Response nobody = fixture.probe("http_2xx", "127.0.0.1:1");
  CHECK(has(nobody, "probe_success 0"));
  CHECK(has(nobody, "probe_http_status_code 0"));
  CHECK(has(nobody, "probe_http_duration_seconds{phase=\"connect\"} 0"));
}

TEST_CASE("prober: debug=true tells what happened, what would be shown, and the module") {
  Fixture fixture;
  WebServer web;
  auto answer = fixture.ask({{"target", web.at("/none")}, {"debug", "true"}});
  REQUIRE(answer.wait_for(kPatience) == std::future_status::ready);
  const std::string body = answer.get().body;
  CHECK(body.starts_with("Logs for the probe:\ntime="));
  CHECK(body.find("Invalid HTTP response status code: 404") != std::string::npos);
  CHECK(body.find("\n\n\nMetrics that would have been returned:\n# HELP") != std::string::npos);
  CHECK(body.find("\n\n\nModule configuration:\nprober: http") != std::string::npos);
}

TEST_CASE("prober: TCP connects, talks, and blames the regex where it is to blame") {
  Fixture fixture(
      "  greet: {prober: tcp, tcp: {query_response: [{expect: '^220 (\\w+)', send: 'HI $1'}, "
      "{expect: '^BYE', labels: [{name: said, value: bye}]}]}}\n");
  RawServer good(1, [](RawSocket& peer) {
    peer.send("220 mail ready\r\n");
    if (peer.read_until("\n") == "HI mail\n") peer.send("BYE\r\n");
  });
  const http::Response page = fixture.probe("greet", "127.0.0.1:" + std::to_string(good.port()));
  CHECK(has(page, "probe_success 1"));
  CHECK(has(page, "probe_expect_info{said=\"bye\"} 1"));
  CHECK(has(page, "probe_failed_due_to_regex 0"));
  RawServer bad(1, [](RawSocket& peer) { peer.send("500 no\r\n"); });
  const http::Response failed = fixture.probe("greet", "127.0.0.1:" + std::to_string(bad.port()));
  CHECK(has(failed, "probe_success 0"));
  CHECK(has(failed, "probe_failed_due_to_regex 1"));
  const http::Response refused = fixture.probe("tcp_connect", "127.0.0.1:1");
  CHECK(has(refused, "probe_success 0"));
  CHECK(refused.body.find("regex") == std::string::npos);
  CHECK(refused.body.find("probe_ip_addr_hash 3668918509") != std::string::npos);
}

TEST_CASE("prober: a silent peer costs the module's timeout and no more") {
  Fixture fixture("  wait: {prober: tcp, timeout: 200ms, tcp: {query_response: [{expect: x}]}}\n");
  std::promise<void> over;
  RawServer silent(1, [&](RawSocket&) { over.get_future().wait(); });
  const http::Response page = fixture.probe("wait", "127.0.0.1:" + std::to_string(silent.port()));
  over.set_value();
  CHECK(has(page, "probe_success 0"));
  CHECK(has(page, "probe_failed_due_to_regex 0"));
}

TEST_CASE("prober: DNS over UDP counts records and reads the serial") {
  Fixture fixture(
      "  soa: {prober: dns, dns: {query_name: example.org, query_type: SOA}}\n"
      "  other: {prober: dns, timeout: 200ms, dns: {query_name: example.org, query_type: A}}\n");
  UniqueFd socket(::socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof here;
  REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&here), size) == 0);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&here), &size);
  const std::string target = "127.0.0.1:" + std::to_string(ntohs(here.sin_port));
  const auto answer_one = [&](bool wrong_id) {
    std::array<char, 512> bytes{};
    sockaddr_in peer{};
    socklen_t peer_size = sizeof peer;
    const ssize_t count = ::recvfrom(socket.get(), bytes.data(), bytes.size(), 0,
                                     reinterpret_cast<sockaddr*>(&peer), &peer_size);
    std::string answer(bytes.data(), std::size_t(count));
    if (wrong_id) answer[0] = char(answer[0] ^ 1);
    answer[2] = char(0x81);
    answer[7] = 1;
    answer += std::string("\xc0\x0c\0\6\0\1\0\0\0\x3c\0\x1a\1n\xc0\x0c\xc0\x0c", 18);
    answer += std::string("\0\0\0\x2a\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4", 20);
    ::sendto(socket.get(), answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&peer),
             peer_size);
  };
  auto page = fixture.ask({{"module", "soa"}, {"target", target}});
  answer_one(false);
  REQUIRE(page.wait_for(kPatience) == std::future_status::ready);
  const http::Response found = page.get();
  for (const char* line : {"probe_success 1", "probe_dns_answer_rrs 1", "probe_dns_serial 42",
                           "probe_dns_query_succeeded 1"})
    CHECK(has(found, line));
  auto forged = fixture.ask({{"module", "other"}, {"target", target}});
  answer_one(true);
  REQUIRE(forged.wait_for(kPatience) == std::future_status::ready);
  const http::Response late = forged.get();
  CHECK(has(late, "probe_dns_query_succeeded 0"));
  // The deadline passed while the answer was awaited: that is where the time went.
  CHECK_FALSE(has(late, "probe_dns_duration_seconds{phase=\"request\"} 0"));
}

TEST_CASE("prober: DNS over TLS with who speaks none fails while connecting") {
  Fixture fixture(
      "  dot: {prober: dns, timeout: 20s, dns: {query_name: example.org, query_type: A, "
      "transport_protocol: tcp, dns_over_tls: true}}\n");
  RawServer server(1, [](RawSocket& peer) { peer.send("no TLS at all\r\n"); });
  const http::Response page = fixture.probe("dot", "127.0.0.1:" + std::to_string(server.port()));
  CHECK(has(page, "probe_success 0"));
  CHECK(has(page, "probe_dns_query_succeeded 0"));
  CHECK(has(page, "probe_dns_duration_seconds{phase=\"request\"} 0"));
  CHECK_FALSE(has(page, "probe_dns_duration_seconds{phase=\"connect\"} 0"));
}

TEST_CASE("prober: ICMP has its answer from loopback, or says which right is missing") {
  Fixture fixture;
  auto answer = fixture.ask({{"module", "icmp"}, {"target", "127.0.0.1"}, {"debug", "true"}});
  REQUIRE(answer.wait_for(kPatience) == std::future_status::ready);
  const std::string body = answer.get().body;
  if (body.find("CAP_NET_RAW") != std::string::npos) return;
  CHECK(body.find("\nprobe_success 1\n") != std::string::npos);
  CHECK(body.find("\nprobe_icmp_reply_hop_limit 64\n") != std::string::npos);
}

TEST_CASE("prober: one probe too many is refused; the others do not wait for it") {
  Fixture fixture("  wait: {prober: tcp, timeout: 10s, tcp: {query_response: [{expect: x}]}}\n", 1);
  std::promise<void> over;
  RawServer silent(1, [&](RawSocket& peer) {
    over.get_future().wait();
    peer.send("x\n");
  });
  auto first =
      fixture.ask({{"module", "wait"}, {"target", "127.0.0.1:" + std::to_string(silent.port())}});
  CHECK(fixture.probe("tcp_connect", "127.0.0.1:1").status == 503);
  over.set_value();
  REQUIRE(first.wait_for(kPatience) == std::future_status::ready);
  CHECK(has(first.get(), "probe_success 1"));
  CHECK(fixture.probe("tcp_connect", "127.0.0.1:1").status == 200);
}

TEST_CASE("prober: a scrape of our own host is an exchange without a network") {
  Fixture fixture;
  WebServer web;
  CHECK(Prober::is_own("http://probes.invalid/probe?x"));
  CHECK_FALSE(Prober::is_own("http://127.0.0.1/probe"));
  http::ClientRequest request;
  request.url = "http://probes.invalid/probe?module=http_2xx&target=http%3A%2F%2F" + web.at("%2F");
  request.headers = {{"X-Prometheus-Scrape-Timeout-Seconds", "5"}};
  std::promise<Result<http::ClientResponse>> promise;
  fixture.prober->exchange(request, [&](auto answer) { promise.set_value(std::move(answer)); });
  auto answer = promise.get_future();
  REQUIRE(answer.wait_for(kPatience) == std::future_status::ready);
  const auto response = answer.get();
  REQUIRE(response.ok());
  CHECK(response->body.find("probe_success 1") != std::string::npos);
  CHECK(response->header("content-type").starts_with("text/plain"));
}
