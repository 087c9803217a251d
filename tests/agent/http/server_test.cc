// The server as peers see it: raw sockets on loopback.
#include "agent/http/server.h"

#include <catch2/catch.hpp>

#include <condition_variable>
#include <mutex>
#include <set>
#include <stdexcept>

#include "agent/http/gzip.h"
#include "tests/agent/http/raw_socket.h"

using namespace lapwing;
using namespace lapwing::http;
using lapwing::testing::RawSocket;

namespace {

/// A door that handlers wait at, for tests of full queues.
class Gate {
 public:
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_for_guests(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

struct Fixture {
  explicit Fixture(ServerOptions options = {}) {
    options.port = 0;
    auto listening = Server::listen(options, log, registry);
    REQUIRE(listening.ok());
    server = std::move(*listening);
    server->route("GET", "/hello", [](const Request&) { return text_response(200, "hello"); });
    server->route("POST", "/echo",
                  [](const Request& request) { return text_response(200, request.body); });
    server->route("GET", "/show/*", show);
    server->route("POST", "/show/*", show);
    server->route("GET", "/throws",
                  [](const Request&) -> Response { throw std::runtime_error("secret text"); });
    server->route("GET", "/long",
                  [](const Request&) { return json_response(200, std::string(100'000, 'x')); });
    server->route("GET", "/wait", [this](const Request&) {
      gate.wait();
      return text_response(200, "waited");
    });
    server->route("GET", "/huge", [](const Request&) {
      Response response = text_response(200, std::string(20u << 20, 'y'));
      response.content_type = "application/octet-stream";
      return response;
    });
    server->start();
  }
  ~Fixture() { gate.open(); }

  static Response show(const Request& request) {
    std::string text = request.method + " " + request.path + " from " + request.remote_address;
    for (const auto& argument : request.path_arguments) text += " [" + argument + "]";
    for (const auto& [name, value] : request.parameters)
      text += "\n" + name + "=" + (value.size() > 100 ? std::to_string(value.size()) : value);
    for (const auto& [name, value] : request.headers) text += "\n" + name + ": " + value;
    return text_response(200, text);
  }

  RawSocket connect() { return RawSocket::connect(server->port()); }
  double rejected(const std::string& reason) {
    return registry.counter("lapwing_http_rejected_total", "", {{"reason", reason}}).value();
  }

  Log log{LogLevel::Error, [this](LogLevel, std::string_view line) { logged += line; }};
  metrics::Registry registry;
  std::string logged;
  Gate gate;
  std::unique_ptr<Server> server;
};

std::string get(std::string_view path, std::string_view headers = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view headers = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace

TEST_CASE("server: a request is answered with length, type and nosniff") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  const auto answer = peer.ask(get("/hello"));
  CHECK(answer.status == 200);
  CHECK(answer.body == "hello");
  CHECK(answer.has("Content-Type: text/plain; charset=utf-8\r\n"));
  CHECK(answer.has("X-Content-Type-Options: nosniff\r\n"));
  CHECK(!answer.has("Keep-Alive"));
  CHECK(!answer.has("Connection"));
}

TEST_CASE("server: a connection serves many requests, also pipelined, in order") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  for (int i = 0; i < 20; ++i)
    CHECK(peer.ask(post("/echo", std::to_string(i))).body == std::to_string(i));
  std::string many;
  for (int i = 0; i < 50; ++i) many += post("/echo", "number " + std::to_string(i));
  REQUIRE(peer.send(many));
  for (int i = 0; i < 50; ++i) CHECK(peer.read_answer().body == "number " + std::to_string(i));
}

TEST_CASE("server: Connection: close and HTTP/1.0 end the connection after the answer") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  REQUIRE(peer.send(get("/hello", "Connection: close\r\n")));
  const std::string all = peer.read_all();
  CHECK(all.find("Connection: close\r\n") != std::string::npos);
  CHECK(all.substr(all.size() - 5) == "hello");
  RawSocket old = fixture.connect();
  REQUIRE(old.send("GET /hello HTTP/1.0\r\n\r\n"));
  CHECK(old.read_all().find("hello") != std::string::npos);
  RawSocket kept = fixture.connect();
  const std::string request = "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  CHECK(kept.ask(request).has("Connection: keep-alive\r\n"));
  CHECK(kept.ask(request).body == "hello");
}

TEST_CASE("server: a peer that has finished sending still gets its answer") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  REQUIRE(peer.send(get("/hello")));
  peer.finish_sending();
  CHECK(peer.read_all().find("\r\n\r\nhello") != std::string::npos);
}

TEST_CASE("server: HEAD has GET's head and no body") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  const auto answer = peer.ask("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n", true);
  CHECK(answer.status == 200);
  CHECK(answer.has("Content-Length: 5\r\n"));
  CHECK(!answer.has("Accept-Ranges"));
  CHECK(peer.ask(get("/hello")).body == "hello");
}

TEST_CASE("server: unknown paths are 404, wrong methods 405 with Allow") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  const auto missing = peer.ask(get("/nothing"));
  CHECK(missing.status == 404);
  CHECK(missing.has("Content-Type: text/plain"));
  const auto wrong = peer.ask(post("/hello", "x"));
  CHECK(wrong.status == 405);
  CHECK(wrong.has("Allow: GET, HEAD\r\n"));
  CHECK(peer.ask(get("/echo")).has("Allow: POST\r\n"));
}

TEST_CASE("server: path, parameters, headers and the true peer reach the handler") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  const auto answer = peer.ask(post("/show/a%20b?x=1&y=%26", "form=a+b&x=2",
                                    "REMOTE_ADDR: 6.6.6.6\r\nX-Forwarded-For: 7.7.7.7\r\n"
                                    "Content-Type: application/x-www-form-urlencoded\r\n"));
  CHECK(answer.body.find("POST /show/a b from 127.0.0.1 [a b]\nform=a b\nx=2\nx=1\ny=&\n") == 0);
  CHECK(answer.body.find("\nREMOTE_ADDR: 6.6.6.6\n") != std::string::npos);
}

TEST_CASE("server: queries and forms past cpp-httplib's 8 kB are taken") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  CHECK(peer.ask(get("/show/a?query=" + std::string(20'000, 'q'))).body.find("query=20000") !=
        std::string::npos);
  const auto answer = peer.ask(post("/show/a", "query=" + std::string(300'000, 'q'),
                                    "Content-Type: application/x-www-form-urlencoded\r\n"));
  CHECK(answer.body.find("query=300000") != std::string::npos);
  CHECK(peer.ask(get("/" + std::string(20'000, 'p'))).status == 404);
  CHECK(peer.ask(get("/hello", "X-Long: " + std::string(20'000, 'h') + "\r\n")).status == 200);
}

TEST_CASE("server: a thousand ranges and br change nothing") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  std::string ranges = "Range: bytes=0-1";
  for (int i = 0; i < 1000; ++i) ranges += ",0-1";
  const auto answer = peer.ask(get("/long", ranges + "\r\nAccept-Encoding: br\r\n"));
  CHECK(answer.status == 200);
  CHECK(answer.body.size() == 100'000);
}

TEST_CASE("server: large text is packed for those who accept gzip, small is not") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  const auto packed = peer.ask(get("/long", "Accept-Encoding: gzip, br\r\n"));
  CHECK(packed.has("Content-Encoding: gzip\r\n"));
  CHECK(packed.has("Vary: Accept-Encoding\r\n"));
  const auto text = gunzip(packed.body, 1 << 20);
  REQUIRE(text.ok());
  CHECK(*text == std::string(100'000, 'x'));
  const auto plain = peer.ask(get("/long"));
  CHECK(plain.body.size() == 100'000);
  CHECK(plain.has("Vary: Accept-Encoding\r\n"));
  CHECK(!peer.ask(get("/hello", "Accept-Encoding: gzip\r\n")).has("Content-Encoding"));
}

TEST_CASE("server: a handler's exception is 500, its text stays in the log") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  const auto answer = peer.ask(get("/throws"));
  CHECK(answer.status == 500);
  CHECK(!answer.has("EXCEPTION"));
  CHECK(!answer.has("secret"));
  CHECK(answer.body.find("secret") == std::string::npos);
  CHECK(fixture.logged.find("secret text") != std::string::npos);
  CHECK(peer.ask(get("/hello")).body == "hello");
}

TEST_CASE("server: a chunked body reaches the handler whole") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  const std::string head = "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(peer.ask(head + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n").body == "hello world");
  CHECK(peer.ask(get("/hello")).body == "hello");
}

TEST_CASE("server: a snappy body reaches the handler as it came, with its header") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  CHECK(peer.ask(post("/echo", "\x01\x02raw", "Content-Encoding: snappy\r\n")).body ==
        "\x01\x02raw");
  CHECK(peer.ask(post("/show/x", "raw", "Content-Encoding: snappy\r\n"))
            .body.find("Content-Encoding: snappy") != std::string::npos);
  CHECK(peer.ask(post("/echo", "x", "Content-Encoding: gzip\r\n")).status == 415);
}

TEST_CASE("server: heads and bodies past the limits are refused and counted, the peer reads it") {
  Fixture fixture({.body_limit_bytes = 100'000});
  RawSocket head = fixture.connect();
  CHECK(head.ask(get("/hello", "X: " + std::string(100'000, 'a') + "\r\n")).status == 431);
  RawSocket body = fixture.connect();
  // The body goes out too: the answer must not drown in the reset that an early close would send.
  CHECK(body.ask(post("/echo", std::string(1'000'000, 'b'))).status == 413);
  RawSocket bomb = fixture.connect();
  REQUIRE(bomb.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "4000\r\n" + std::string(0x4000, 'c') + "\r\n";
  for (int i = 0; i < 8; ++i) bomb.send(chunk);
  CHECK(bomb.read_answer().status == 413);
  CHECK(bomb.read_all().empty());
  CHECK(fixture.rejected("head_too_large") == 1);
  CHECK(fixture.rejected("body_too_large") == 2);
}

TEST_CASE("server: malformed requests are 400 and the connection ends") {
  Fixture fixture;
  for (const std::string& bytes :
       {std::string("nonsense\r\n\r\n"), get("/", "A: b\r\n folded\r\n"),
        get("/", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n")}) {
    RawSocket peer = fixture.connect();
    CHECK(peer.ask(bytes).status == 400);
    CHECK(peer.read_all().empty());
  }
  CHECK(fixture.rejected("malformed") == 3);
}

TEST_CASE("server: 100 Continue comes before a body that waits for it") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  REQUIRE(
      peer.send("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
                "Content-Length: 2\r\n\r\n"));
  CHECK(peer.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(peer.ask("hi").body == "hi");
}

TEST_CASE("server: slow heads and bodies are 408, silent connections are closed") {
  Fixture fixture({.head_timeout = 200ms, .body_timeout = 200ms, .idle_timeout = 200ms});
  RawSocket head = fixture.connect();
  RawSocket body = fixture.connect();
  RawSocket silent = fixture.connect();
  RawSocket idle = fixture.connect();
  REQUIRE(head.send("GET / HT"));
  REQUIRE(body.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"));
  CHECK(idle.ask(get("/hello")).body == "hello");
  CHECK(head.read_answer().status == 408);
  CHECK(body.read_answer().status == 408);
  CHECK(silent.read_all().empty());
  CHECK(idle.read_all().empty());
  CHECK(fixture.rejected("slow") == 2);
}

TEST_CASE("server: dripping bytes do not move the head's deadline") {
  Fixture fixture({.head_timeout = 100ms});
  RawSocket peer = fixture.connect();
  // One byte a poll of 5 ms: the whole head would take longer than its time.
  const std::string head = get("/hello", "X: " + std::string(20'000, 'a') + "\r\n");
  for (const char c : head) {
    pollfd readable{peer.fd(), POLLIN, 0};
    if (::poll(&readable, 1, 5) > 0 || !peer.send({&c, 1})) break;
  }
  CHECK(peer.read_answer().status == 408);
}

TEST_CASE("server: connections past the limits are told 503") {
  Fixture fixture({.connection_limit = 8, .connection_limit_per_peer = 4});
  std::vector<RawSocket> kept;
  for (int i = 0; i < 4; ++i) {
    kept.push_back(fixture.connect());
    CHECK(kept.back().ask(get("/hello")).status == 200);
  }
  RawSocket fifth = fixture.connect();
  const auto answer = fifth.read_answer();
  CHECK(answer.status == 503);
  CHECK(answer.has("Retry-After: 1\r\n"));
  CHECK(fixture.rejected("connections_per_peer") == 1);
  // A place that is given back can be taken again.
  kept.front().close();
  int status = 0;
  for (int i = 0; i < 1000 && status != 200; ++i) {
    status = fixture.connect().ask(get("/hello")).status;
    if (status != 200) ::poll(nullptr, 0, 5);  // The acceptor has yet to hear of the close.
  }
  CHECK(status == 200);
  Fixture small({.connection_limit = 1});
  RawSocket only = small.connect();
  CHECK(only.ask(get("/hello")).status == 200);
  CHECK(small.connect().read_answer().status == 503);
  CHECK(small.rejected("connections") == 1);
}

TEST_CASE("server: two hundred silent connections do not delay a request") {
  Fixture fixture({.connection_limit_per_peer = 500});
  std::vector<RawSocket> silent;
  for (int i = 0; i < 200; ++i) {
    silent.push_back(fixture.connect());
    REQUIRE(silent.back().send("GET /hel"));
  }
  CHECK(fixture.connect().ask(get("/hello")).body == "hello");
  for (RawSocket& peer : silent) CHECK(peer.ask("lo HTTP/1.1\r\nHost: h\r\n\r\n").body == "hello");
}

TEST_CASE("server: a full queue is 503 with Retry-After, the others are answered") {
  Fixture fixture({.workers = 1, .queue_limit = 1});
  RawSocket running = fixture.connect();
  REQUIRE(running.send(get("/wait")));
  fixture.gate.wait_for_guests(1);
  // One of the two waits in the queue, the other finds it full.
  RawSocket a = fixture.connect();
  RawSocket b = fixture.connect();
  REQUIRE(a.send(get("/hello")));
  REQUIRE(b.send(get("/hello")));
  pollfd either[2] = {{a.fd(), POLLIN, 0}, {b.fd(), POLLIN, 0}};
  REQUIRE(::poll(either, 2, lapwing::testing::kPatienceMillis) == 1);
  RawSocket& refused = either[0].revents != 0 ? a : b;
  RawSocket& queued = either[0].revents != 0 ? b : a;
  const auto answer = refused.read_answer();
  CHECK(answer.status == 503);
  CHECK(answer.has("Retry-After"));
  fixture.gate.open();
  CHECK(queued.read_answer().body == "hello");
  CHECK(running.read_answer().body == "waited");
  CHECK(fixture.rejected("queue") == 1);
}

TEST_CASE("server: bytes of all connections together are limited") {
  Fixture fixture({.buffer_limit_bytes = 300'000});
  std::vector<RawSocket> peers;
  int refused = 0;
  for (int i = 0; i < 4; ++i) {
    peers.push_back(fixture.connect());
    peers.back().send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n" +
                      std::string(150'000, 'x'));
    // The request that follows on another connection shows that the bytes have been read.
    fixture.connect().ask(get("/hello"));
  }
  for (RawSocket& peer : peers) {
    pollfd readable{peer.fd(), POLLIN, 0};
    if (::poll(&readable, 1, 200) > 0 && peer.read_answer().status == 503) ++refused;
  }
  CHECK(refused >= 1);
  CHECK(refused < 4);
  CHECK(fixture.rejected("memory") == refused);
}

TEST_CASE("server: an answer larger than the socket's buffers arrives whole") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  CHECK(peer.ask(get("/huge")).body == std::string(20u << 20, 'y'));
  CHECK(peer.ask(get("/hello")).body == "hello");
}

TEST_CASE("server: requests are counted by handler and status") {
  Fixture fixture;
  RawSocket peer = fixture.connect();
  peer.ask(get("/hello"));
  peer.ask(get("/show/x"));
  peer.ask(get("/nothing"));
  const auto count = [&](const char* handler, const char* code) {
    return fixture.registry
        .counter("lapwing_http_requests_total", "", {{"code", code}, {"handler", handler}})
        .value();
  };
  CHECK(count("/hello", "200") == 1);
  CHECK(count("/show/*", "200") == 1);
  CHECK(count("none", "404") == 1);
}

TEST_CASE("server: a port in use is Unavailable with what to do") {
  Fixture fixture;
  const auto second =
      Server::listen({.port = fixture.server->port()}, fixture.log, fixture.registry);
  REQUIRE(!second.ok());
  CHECK(second.error().kind == ErrorKind::Unavailable);
  CHECK(second.error().message ==
        "cannot listen on 127.0.0.1:" + std::to_string(fixture.server->port()) +
            ": Address already in use (another agent or program has it; "
            "choose another with --listen)");
}

TEST_CASE("server: stop lets a running handler finish and closes the rest") {
  Fixture fixture;
  RawSocket running = fixture.connect();
  RawSocket idle = fixture.connect();
  CHECK(idle.ask(get("/hello")).status == 200);
  REQUIRE(running.send(get("/wait")));
  fixture.gate.wait_for_guests(1);
  std::thread stopper([&] { fixture.server->stop(); });
  CHECK(idle.read_all().empty());
  fixture.gate.open();
  CHECK(running.read_answer().body == "waited");
  stopper.join();
  CHECK(!fixture.connect().connected());
  fixture.server->stop();
}

TEST_CASE("server: one that was never started is destroyed in peace") {
  Log log(LogLevel::Error, [](LogLevel, std::string_view) {});
  metrics::Registry registry;
  CHECK(Server::listen({.port = 0}, log, registry).ok());
}

TEST_CASE("server: IPv6 and all addresses can be listened on") {
  Log log(LogLevel::Error, [](LogLevel, std::string_view) {});
  metrics::Registry registry;
  auto server = Server::listen({.host = "", .port = 0}, log, registry);
  REQUIRE(server.ok());
  (*server)->route("GET", "/peer", [](const Request& request) {
    return text_response(200, request.remote_address);
  });
  (*server)->start();
  CHECK(RawSocket::connect((*server)->port()).ask(get("/peer")).body == "127.0.0.1");
}
