// The epoll loop, turned by the test itself on one thread; the server's test has the threads.
#include "agent/http/acceptor.h"

#include <catch2/catch.hpp>

#include "agent/http/listener.h"
#include "tests/agent/http/raw_socket.h"
#include "tests/support/fake_clock.h"

using namespace lapwing;
using namespace lapwing::http;
using lapwing::testing::RawSocket;

namespace {

struct Fixture {
  explicit Fixture(ServerOptions given = {}) : options(std::move(given)) {
    Listeners listeners = open_listeners("127.0.0.1", 0).value();
    port = listeners.port;
    acceptor.emplace(
        options, std::move(listeners.sockets), mailbox,
        [this](ConnectionId id, RawRequest request, const std::string& peer) -> std::string_view {
          ids.push_back(id);
          requests.push_back(std::move(request));
          peers.push_back(peer);
          return takes ? "" : "queue";
        },
        metrics, clock, log);
  }

  ServerOptions options;
  testing::FakeClock clock;
  metrics::Registry registry;
  ServerMetrics metrics{registry};
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
  std::vector<ConnectionId> ids;
  std::vector<RawRequest> requests;
  std::vector<std::string> peers;
  bool takes = true;
  int port = 0;
  std::optional<Acceptor> acceptor;
};

const std::string kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

}  // namespace

TEST_CASE("acceptor: a whole request is submitted, its answer written") {
  Fixture fixture;
  RawSocket peer = RawSocket::connect(fixture.port);
  REQUIRE(peer.send(kGet));
  while (fixture.ids.empty()) CHECK(fixture.acceptor->turn());
  CHECK(fixture.peers[0] == "127.0.0.1");
  fixture.mailbox->post(
      {fixture.ids[0], {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", "x", true}, nullptr});
  CHECK(fixture.acceptor->turn());
  CHECK(peer.read_answer().body == "x");
  CHECK(fixture.registry.gauge("lapwing_http_connections", "").value() == 1);
}

TEST_CASE("acceptor: a peer that hangs up abandons the request that a worker has") {
  Fixture fixture;
  for (const bool half : {true, false}) {
    RawSocket peer = RawSocket::connect(fixture.port);
    const std::size_t number = fixture.requests.size();
    REQUIRE(peer.send(kGet));
    while (fixture.requests.size() == number) CHECK(fixture.acceptor->turn());
    const auto abandoned = fixture.requests[number].abandoned;
    REQUIRE(abandoned != nullptr);
    CHECK_FALSE(*abandoned);
    if (half)
      peer.finish_sending();
    else
      peer.close();
    while (!*abandoned) CHECK(fixture.acceptor->turn());
    // Who only finished sending still gets the answer.
    fixture.mailbox->post({fixture.ids[number],
                           {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", "x", false},
                           nullptr});
    CHECK(fixture.acceptor->turn());
    if (half) CHECK(peer.read_answer().body == "x");
  }
}

TEST_CASE("acceptor: an answer for a connection that has gone is dropped") {
  Fixture fixture;
  fixture.mailbox->post({12345, {"late", "", true}, nullptr});
  CHECK(fixture.acceptor->turn());
}

TEST_CASE("acceptor: deadlines are kept by the clock that it is given") {
  Fixture fixture;
  RawSocket peer = RawSocket::connect(fixture.port);
  REQUIRE(peer.send("GET /"));
  CHECK(fixture.acceptor->turn());
  CHECK(fixture.acceptor->turn());
  fixture.clock.advance(fixture.options.head_timeout);
  CHECK(fixture.acceptor->turn());
  CHECK(peer.read_answer().status == 408);
}

TEST_CASE("acceptor: a queue that takes nothing is 503") {
  Fixture fixture;
  fixture.takes = false;
  RawSocket peer = RawSocket::connect(fixture.port);
  REQUIRE(peer.send(kGet));
  while (fixture.ids.empty()) CHECK(fixture.acceptor->turn());
  CHECK(peer.read_answer().status == 503);
}

TEST_CASE("acceptor: stopping waits for the answer under way, at most its patience") {
  Fixture fixture;
  RawSocket peer = RawSocket::connect(fixture.port);
  REQUIRE(peer.send(kGet));
  while (fixture.ids.empty()) CHECK(fixture.acceptor->turn());
  fixture.acceptor->stop(5s);
  CHECK(fixture.acceptor->turn());
  SECTION("the answer comes") {
    fixture.mailbox->post({fixture.ids[0], {"HTTP/1.1 200 OK\r\n\r\n", "", true}, nullptr});
    CHECK(!fixture.acceptor->turn());
    CHECK(peer.read_all() == "HTTP/1.1 200 OK\r\n\r\n");
  }
  SECTION("the answer does not come") {
    fixture.clock.advance(5s);
    CHECK(!fixture.acceptor->turn());
    CHECK(peer.read_all().empty());
  }
}
