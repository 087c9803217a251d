// The client against our own server and against peers that misbehave.
#include "agent/http/client.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>
#include <future>
#include <mutex>

#include "agent/http/answer_limit.h"
#include "agent/http/gzip.h"
#include "agent/http/server.h"
#include "tests/agent/http/raw_socket.h"

using namespace lapwing;
using namespace lapwing::http;
using lapwing::testing::RawServer;
using lapwing::testing::RawSocket;

namespace {

struct Fixture {
  explicit Fixture(ClientOptions options = {}) : client(std::in_place, log, registry, options) {}

  double requests(const char* result) {
    return registry.counter("lapwing_http_client_requests_total", "", {{"result", result}}).value();
  }

  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  std::optional<Client> client;
};

/// Our own server, with a route that shows what has arrived.
struct Target {
  Target() {
    auto listening = Server::listen({.port = 0}, log, registry);
    REQUIRE(listening.ok());
    server = std::move(*listening);
    const auto show = [](const Request& request) {
      std::string text = request.method + " " + request.body;
      for (const auto& [name, value] : request.headers) text += "\n" + name + ": " + value;
      Response response = text_response(200, text);
      response.headers.emplace_back("X-Answer", "yes");
      return response;
    };
    for (const char* method : {"GET", "POST", "PUT", "DELETE"})
      server->route(method, "/show", show);
    server->route("GET", "/long",
                  [](const Request&) { return text_response(200, std::string(200'000, 'x')); });
    server->route("GET", "/fail", [](const Request&) { return text_response(503, "down"); });
    server->start();
  }
  std::string url(const std::string& path) {
    return "http://127.0.0.1:" + std::to_string(server->port()) + path;
  }

  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  std::unique_ptr<Server> server;
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Reads a request's head; serves the answer.
std::function<void(RawSocket&)> serve(std::string answer) {
  return [answer = std::move(answer)](RawSocket& peer) {
    peer.read_until("\r\n\r\n");
    peer.send(answer);
  };
}

std::string answer(std::string_view headers, std::string_view body) {
  return "HTTP/1.1 200 OK\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace

TEST_CASE("client: GET with headers, the answer with status, headers and body") {
  Fixture fixture;
  Target target;
  const auto response = fixture.client->exchange(
      {.url = target.url("/show"), .headers = {{"X-Mine", "a"}, {"X-Empty", ""}}});
  REQUIRE(response.ok());
  CHECK(response->status == 200);
  CHECK(response->header("x-answer") == "yes");
  CHECK(contains(response->body, "GET "));
  CHECK(contains(response->body, "\nX-Mine: a"));
  CHECK(contains(response->body, "\nX-Empty: "));
  CHECK(contains(response->body, "\nUser-Agent: lapwing/"));
  CHECK(contains(response->body, "\nAccept-Encoding: gzip"));
  CHECK(response->seconds > 0);
  CHECK(fixture.requests("answered") == 1);
}

TEST_CASE("client: bodies go out by POST and PUT, without Expect and a guessed type") {
  Fixture fixture;
  Target target;
  const std::string body = "a\0b" + std::string(200'000, 'c');
  for (const char* method : {"POST", "PUT"}) {
    const auto response =
        fixture.client->exchange({.method = method, .url = target.url("/show"), .body = body});
    REQUIRE(response.ok());
    CHECK(response->body.find(std::string(method) + " " + body) == 0);
    CHECK(!contains(response->body, "Expect"));
    CHECK(!contains(response->body, "Content-Type"));
  }
  const auto empty = fixture.client->exchange({.method = "POST", .url = target.url("/show")});
  REQUIRE(empty.ok());
  CHECK(contains(empty->body, "Content-Length: 0"));
  CHECK(fixture.client->exchange({.method = "DELETE", .url = target.url("/show")})
            ->body.find("DELETE ") == 0);
}

TEST_CASE("client: HEAD has headers and no body") {
  Fixture fixture;
  Target target;
  const auto response = fixture.client->exchange({.method = "HEAD", .url = target.url("/long")});
  REQUIRE(response.ok());
  CHECK(response->status == 200);
  CHECK(response->body.empty());
}

TEST_CASE("client: a status of failure is a response") {
  Fixture fixture;
  Target target;
  const auto response = fixture.client->exchange({.url = target.url("/fail")});
  REQUIRE(response.ok());
  CHECK(response->status == 503);
  CHECK(response->body == "down");
}

TEST_CASE("client: packed answers are unpacked, and asked for only when wanted") {
  Fixture fixture;
  Target target;
  const auto packed = fixture.client->exchange({.url = target.url("/long")});
  REQUIRE(packed.ok());
  CHECK(packed->header("Content-Encoding") == "gzip");
  CHECK(packed->body == std::string(200'000, 'x'));
  const auto plain =
      fixture.client->exchange({.url = target.url("/long"), .accept_compressed = false});
  REQUIRE(plain.ok());
  CHECK(plain->header("Content-Encoding") == "");
  CHECK(plain->body.size() == 200'000);
}

TEST_CASE("client: an answer too large is Unavailable, also when it is small on the wire") {
  Fixture fixture;
  Target target;
  for (const bool compressed : {true, false}) {
    const auto response = fixture.client->exchange({.url = target.url("/long"),
                                                    .response_limit_bytes = 100'000,
                                                    .accept_compressed = compressed});
    REQUIRE(!response.ok());
    CHECK(response.error().kind == ErrorKind::Unavailable);
    CHECK(contains(response.error().message, "the answer exceeds 100000 bytes"));
    CHECK(is_answer_too_large(response.error()));
  }
  CHECK(
      fixture.client->exchange({.url = target.url("/long"), .response_limit_bytes = 200'000}).ok());
}

TEST_CASE("client: an endless answer and endless headers are broken off") {
  Fixture fixture;
  RawServer body(1, [](RawSocket& peer) {
    peer.read_until("\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    const std::string piece(100'000, 'x');
    while (peer.send(piece)) {
    }
  });
  const auto endless =
      fixture.client->exchange({.url = body.url(), .response_limit_bytes = 1 << 20});
  REQUIRE(!endless.ok());
  CHECK(contains(endless.error().message, "exceeds"));
  RawServer head(1, [](RawSocket& peer) {
    peer.read_until("\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\n");
    const std::string line = "X: " + std::string(1000, 'x') + "\r\n";
    while (peer.send(line)) {
    }
  });
  CHECK(!fixture.client->exchange({.url = head.url()}).ok());
}

TEST_CASE("client: peers that close early, speak nonsense or are not there are Unavailable") {
  Fixture fixture;
  int closed_port = 0;
  {
    RawServer closing(1, [](RawSocket& peer) { peer.read_until("\r\n\r\n"); });
    closed_port = closing.port();
    CHECK(!fixture.client->exchange({.url = closing.url()}).ok());
  }
  RawServer half(1, serve("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"));
  CHECK(!fixture.client->exchange({.url = half.url()}).ok());
  RawServer nonsense(1, serve("SSH-2.0-OpenSSH_9.2\r\n"));
  CHECK(!fixture.client->exchange({.url = nonsense.url()}).ok());
  RawServer damaged(1, serve(answer("Content-Encoding: gzip\r\n", "this is not gzip")));
  CHECK(!fixture.client->exchange({.url = damaged.url()}).ok());
  const auto refused = fixture.client->exchange(
      {.url = "http://user:secret@127.0.0.1:" + std::to_string(closed_port) + "/p?token=secret"});
  REQUIRE(!refused.ok());
  CHECK(refused.error().kind == ErrorKind::Unavailable);
  CHECK(contains(refused.error().message,
                 "GET http://127.0.0.1:" + std::to_string(closed_port) + "/p: "));
  CHECK(!contains(refused.error().message, "secret"));
  CHECK(fixture.requests("failed") == 5);
}

TEST_CASE("client: a peer that is silent or drips runs into the timeout") {
  Fixture fixture;
  RawServer silent(1, [](RawSocket& peer) { peer.read_all(); });
  const auto response = fixture.client->exchange({.url = silent.url(), .timeout = 100ms});
  REQUIRE(!response.ok());
  CHECK(contains(response.error().message, "timed out"));
  RawServer drip(1, [](RawSocket& peer) {
    peer.read_until("\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    pollfd gone{peer.fd(), POLLRDHUP, 0};
    while (::poll(&gone, 1, 10) == 0 && peer.send("x")) {
    }
  });
  CHECK(!fixture.client->exchange({.url = drip.url(), .timeout = 150ms}).ok());
}

TEST_CASE("client: redirects are followed, ten at most, only to http and https") {
  Fixture fixture;
  Target target;
  const std::string to =
      "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: ";
  RawServer once(2, serve(to + target.url("/show") + "\r\n\r\n"));
  const auto followed = fixture.client->exchange({.url = once.url()});
  REQUIRE(followed.ok());
  CHECK(followed->status == 200);
  CHECK(followed->header("Location") == "");
  const auto stayed = fixture.client->exchange({.url = once.url(), .follow_redirects = false});
  REQUIRE(stayed.ok());
  CHECK(stayed->status == 302);
  CHECK(stayed->header("Location") == target.url("/show"));
  std::atomic<int> visits = 0;
  RawServer circle(20, [&](RawSocket& peer) {
    if (peer.read_until("\r\n\r\n").empty()) return;
    ++visits;
    peer.send(to + "/again\r\n\r\n");
  });
  CHECK(!fixture.client->exchange({.url = circle.url()}).ok());
  CHECK(visits == 11);
  RawServer file(1, serve(to + "file:///etc/passwd\r\n\r\n"));
  CHECK(!fixture.client->exchange({.url = file.url()}).ok());
}

TEST_CASE("client: credentials stay with their host and port") {
  Fixture fixture;
  std::mutex mutex;
  std::string second_head;
  RawServer second(3, [&](RawSocket& peer) {
    const std::lock_guard lock(mutex);
    second_head += peer.read_until("\r\n\r\n");
    peer.send(answer("Connection: close\r\n", "second"));
  });
  std::string first_head;
  RawServer first(3, [&](RawSocket& peer) {
    {
      const std::lock_guard lock(mutex);
      first_head += peer.read_until("\r\n\r\n");
    }
    peer.send("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: " +
              second.url() + "\r\n\r\n");
  });
  const auto by_name =
      fixture.client->exchange({.url = first.url(), .username = "me", .password = "secret"});
  REQUIRE(by_name.ok());
  CHECK(by_name->body == "second");
  REQUIRE(
      fixture.client->exchange({.url = first.url(), .headers = {{"Authorization", "Bearer token"}}})
          .ok());
  const std::string with_user = "http://me:secret@127.0.0.1:" + std::to_string(first.port()) + "/";
  REQUIRE(fixture.client->exchange({.url = with_user}).ok());
  const std::lock_guard lock(mutex);
  CHECK(contains(first_head, "Authorization: Basic bWU6c2VjcmV0"));
  CHECK(contains(first_head, "Authorization: Bearer token"));
  CHECK(contains(second_head, "GET / HTTP/1.1"));
  CHECK(!contains(second_head, "Authorization"));
}

TEST_CASE("client: another origin gets none of our headers but the open ones") {
  Fixture fixture;
  std::mutex mutex;
  std::string head;
  RawServer second(2, [&](RawSocket& peer) {
    const std::lock_guard lock(mutex);
    head = peer.read_until("\r\n\r\n");
    peer.send(answer("Connection: close\r\n", ""));
  });
  std::string kept;
  RawServer first(2, [&](RawSocket& peer) {
    const std::string asked = peer.read_until("\r\n\r\n");
    const bool again = contains(asked, "/again");
    if (again) {
      const std::lock_guard lock(mutex);
      kept = asked;
    }
    peer.send("HTTP/1.1 307 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: " +
              (again ? second.url() : "/again") + "\r\n\r\n");
  });
  REQUIRE(
      fixture.client
          ->exchange(
              {.url = first.url(),
               .headers = {{"Accept", "text/x"}, {"X-Api-Key", "secret"}, {"Cookie", "secret"}}})
          .ok());
  const std::lock_guard lock(mutex);
  CHECK(contains(kept, "X-Api-Key: secret"));
  CHECK(contains(head, "Accept: text/x"));
  CHECK(!contains(head, "secret"));
}

TEST_CASE("client: a redirect after POST asks with GET, 307 posts again") {
  Fixture fixture;
  Target target;
  const auto post_to = [&](const char* status) {
    RawServer first(1, [&](RawSocket& peer) {
      peer.read_until("\r\n\r\nbody");
      peer.send("HTTP/1.1 " + std::string(status) +
                " X\r\nContent-Length: 0\r\nConnection: close\r\nLocation: " + target.url("/show") +
                "\r\n\r\n");
    });
    const auto response =
        fixture.client->exchange({.method = "POST", .url = first.url(), .body = "body"});
    REQUIRE(response.ok());
    return response->body.substr(0, response->body.find('\n'));
  };
  CHECK(post_to("302") == "GET ");
  CHECK(post_to("303") == "GET ");
  CHECK(post_to("307") == "POST body");
}

TEST_CASE("client: a proxy is asked for the whole URL, with CONNECT and its headers for https") {
  Fixture fixture;
  std::mutex mutex;
  std::string head;
  RawServer proxy(2, [&](RawSocket& peer) {
    const std::lock_guard lock(mutex);
    head = peer.read_until("\r\n\r\n");
    peer.send(answer("Connection: close\r\n", "by proxy"));
  });
  const auto options = std::make_shared<const ProxyOptions>(
      ProxyOptions{.url = proxy.url(), .no_proxy = "other", .connect_headers = {{"X-C", "1"}}});
  const auto plain = fixture.client->exchange({.url = "http://target.test/x", .proxy = options});
  REQUIRE(plain.ok());
  CHECK(plain->body == "by proxy");
  {
    const std::lock_guard lock(mutex);
    CHECK(head.find("GET http://target.test/x HTTP/1.1") == 0);
    CHECK(!contains(head, "X-C"));
  }
  CHECK(!fixture.client->exchange({.url = "https://target.test/x", .proxy = options}).ok());
  const std::lock_guard lock(mutex);
  CHECK(head.find("CONNECT target.test:443 HTTP/1.1") == 0);
  CHECK(contains(head, "X-C: 1"));
}

TEST_CASE("client: a proxy in the environment is ignored") {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  Fixture fixture;
  Target target;
  CHECK(fixture.client->exchange({.url = target.url("/show")}).ok());
  ::unsetenv("http_proxy");
}

TEST_CASE("client: what cannot be sent is Invalid, told on the client's thread") {
  std::promise<std::thread::id> thread;  // Before the client: it must outlive the callback.
  Fixture fixture;
  fixture.client->send({.url = "ftp://h/"}, [&](Result<ClientResponse> result) {
    CHECK(!result.ok());
    CHECK(result.error().kind == ErrorKind::Invalid);
    thread.set_value(std::this_thread::get_id());
  });
  CHECK(thread.get_future().get() != std::this_thread::get_id());
}

TEST_CASE("client: past the queue's limit requests are Unavailable and counted") {
  Fixture fixture({.in_flight_limit = 1, .queue_limit = 2});
  std::promise<void> arrived;
  RawServer silent(1, [&](RawSocket& peer) {
    peer.read_until("\r\n\r\n");
    arrived.set_value();
    peer.read_all();
  });
  std::vector<std::future<Result<ClientResponse>>> answers;
  const auto send = [&] {
    auto promise = std::make_shared<std::promise<Result<ClientResponse>>>();
    answers.push_back(promise->get_future());
    fixture.client->send({.url = silent.url()}, [promise](Result<ClientResponse> result) {
      promise->set_value(std::move(result));
    });
  };
  send();
  arrived.get_future().wait();
  for (int i = 0; i < 3; ++i) send();
  CHECK(contains(answers[3].get().error().message, "too many requests are waiting"));
  CHECK(fixture.registry.counter("lapwing_http_client_rejected_total", "").value() == 1);
  fixture.client.reset();
  for (int i = 0; i < 3; ++i) {
    const auto result = answers[std::size_t(i)].get();
    REQUIRE(!result.ok());
    CHECK(result.error().kind == ErrorKind::Unavailable);
    CHECK(contains(result.error().message, "the agent is stopping"));
  }
}

TEST_CASE("client: a request whose time is over while it waits is not sent") {
  Fixture fixture({.in_flight_limit = 1});
  std::promise<void> arrived;
  RawServer silent(1, [&](RawSocket& peer) {
    peer.read_until("\r\n\r\n");
    arrived.set_value();
    peer.read_all();
  });
  fixture.client->send({.url = silent.url(), .timeout = 400ms}, [](Result<ClientResponse>) {});
  arrived.get_future().wait();
  const auto waited = fixture.client->exchange({.url = silent.url(), .timeout = 50ms});
  REQUIRE(!waited.ok());
  CHECK(contains(waited.error().message, "timed out while waiting"));
}

TEST_CASE("client: a callback may send again, and gets its answer") {
  std::promise<int> second;
  Fixture fixture;
  Target target;
  fixture.client->send({.url = target.url("/show")}, [&](Result<ClientResponse> first) {
    CHECK(first.ok());
    fixture.client->send({.url = target.url("/fail")}, [&](Result<ClientResponse> result) {
      second.set_value(result.ok() ? result->status : 0);
    });
  });
  CHECK(second.get_future().get() == 503);
}

TEST_CASE("client: a hundred at once are all answered") {
  std::atomic<int> good = 0;
  std::promise<void> all;
  std::atomic<int> left = 100;
  Fixture fixture;
  Target target;
  for (int i = 0; i < 100; ++i)
    fixture.client->send({.url = target.url("/show")}, [&](Result<ClientResponse> result) {
      if (result.ok() && result->status == 200) ++good;
      if (--left == 0) all.set_value();
    });
  all.get_future().wait();
  CHECK(good == 100);
}

TEST_CASE("client: one that never sent anything is destroyed in peace") {
  Fixture fixture;
  CHECK(fixture.requests("answered") == 0);
}
