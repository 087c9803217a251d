// One connection on a socket pair, at times that the test names.
#include "agent/http/connection.h"

#include <catch2/catch.hpp>

#include <sys/epoll.h>

#include "agent/http/event_stream.h"
#include "tests/agent/http/raw_socket.h"

using namespace lapwing;
using namespace lapwing::http;
using lapwing::testing::RawSocket;
using Phase = Connection::Phase;

namespace {

struct Fixture {
  explicit Fixture(ServerOptions given = {}) : options(std::move(given)) {
    int pair[2] = {-1, -1};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
    peer = std::make_unique<RawSocket>(UniqueFd(pair[0]));
    connection = std::make_unique<Connection>(UniqueFd(pair[1]), "10.0.0.1", options, metrics, 0s);
  }

  void receive(std::string_view bytes, Instant now) {
    REQUIRE(peer->send(bytes));
    connection->on_readable(scratch, now);
  }
  double rejected(const std::string& reason) {
    return registry.counter("lapwing_http_rejected_total", "", {{"reason", reason}}).value();
  }
  std::shared_ptr<StreamBuffer> begin_stream() {
    receive("GET / HTTP/1.1\r\nHost: h\r\n\r\n", 0s);
    connection->take_request();
    auto stream = std::make_shared<StreamBuffer>(mailbox, 1, 2u << 20);
    connection->begin_stream({"head\r\n\r\n", "", false}, stream, 0s);
    CHECK(peer->read_until("head\r\n\r\n") == "head\r\n\r\n");
    return stream;
  }

  ServerOptions options;
  metrics::Registry registry;
  ServerMetrics metrics{registry};
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
  std::unique_ptr<RawSocket> peer;
  std::unique_ptr<Connection> connection;
  std::vector<char> scratch = std::vector<char>(64 * 1024);
};

const std::string kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

}  // namespace

TEST_CASE("connection: reads, works, answers, and reads again") {
  Fixture fixture;
  Connection& connection = *fixture.connection;
  CHECK(connection.wanted_events() == (EPOLLIN | EPOLLRDHUP));
  fixture.receive(kGet, 1s);
  REQUIRE(connection.phase() == Phase::Ready);
  CHECK(connection.take_request().target == "/");
  CHECK(connection.phase() == Phase::Working);
  CHECK(connection.wanted_events() == EPOLLRDHUP);
  CHECK(connection.deadline() == Instant::max());
  connection.answer({"head", "body", true}, 2s);
  CHECK(fixture.peer->read_bytes(8) == "headbody");
  CHECK(connection.phase() == Phase::Reading);
  CHECK(connection.deadline() == 2s + 120s);
}

TEST_CASE("connection: deadlines are of the silence, the head and the body") {
  Fixture fixture;
  Connection& connection = *fixture.connection;
  CHECK(connection.deadline() == 10s);
  fixture.receive("POST / HTTP/1.1\r\n", 3s);
  CHECK(connection.deadline() == 13s);
  fixture.receive("Host: h\r\n", 9s);
  CHECK(connection.deadline() == 13s);
  fixture.receive("Content-Length: 100\r\n\r\n", 12s);
  CHECK(connection.deadline() == 72s);
  fixture.receive("half", 60s);
  CHECK(connection.deadline() == 72s);
  connection.on_time(71s);
  CHECK(connection.phase() == Phase::Reading);
  connection.on_time(72s);
  CHECK(connection.phase() == Phase::Lingering);
  CHECK(fixture.peer->read_answer().status == 408);
  CHECK(fixture.rejected("slow") == 1);
  connection.on_time(80s);
  CHECK(connection.phase() == Phase::Closed);
}

TEST_CASE("connection: idle time ends without a word") {
  Fixture fixture;
  fixture.receive("\r\n\r\n", 5s);  // Empty lines are no request and buy no time.
  fixture.connection->on_time(10s);
  CHECK(fixture.connection->phase() == Phase::Closed);
  CHECK(fixture.peer->read_all().empty());
  CHECK(fixture.rejected("slow") == 0);
}

TEST_CASE("connection: pipelined requests wait until the answer has gone") {
  Fixture fixture;
  fixture.receive(kGet + "GET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET", 0s);
  fixture.connection->take_request();
  fixture.connection->answer({"a", "", true}, 0s);
  REQUIRE(fixture.connection->phase() == Phase::Ready);
  CHECK(fixture.connection->take_request().target == "/2");
  fixture.connection->answer({"b", "", true}, 5s);
  CHECK(fixture.connection->phase() == Phase::Reading);
  CHECK(fixture.connection->deadline() == 15s);  // The third one has begun.
}

TEST_CASE("connection: after the last answer it lingers for the peer's close") {
  Fixture fixture;
  fixture.receive(kGet, 0s);
  fixture.connection->take_request();
  fixture.connection->answer({"a", "", false}, 0s);
  CHECK(fixture.connection->phase() == Phase::Lingering);
  CHECK(fixture.peer->read_all() == "a");
  fixture.receive(std::string(1000, 'x'), 1s);
  CHECK(fixture.connection->phase() == Phase::Lingering);
  fixture.peer->close();
  fixture.connection->on_readable(fixture.scratch, 1s);
  CHECK(fixture.connection->phase() == Phase::Closed);
}

TEST_CASE("connection: a large answer is written as the peer reads; one that stops is cut off") {
  Fixture fixture;
  Connection& connection = *fixture.connection;
  fixture.receive(kGet, 0s);
  connection.take_request();
  connection.answer({"", std::string(4u << 20, 'x'), true}, 0s);
  REQUIRE(connection.phase() == Phase::Writing);
  CHECK(connection.wanted_events() == EPOLLOUT);
  CHECK(connection.buffered_bytes() >= 4u << 20);
  CHECK(connection.deadline() == 60s);
  CHECK(fixture.peer->read_bytes(200'000).size() == 200'000);
  connection.on_writable(50s);
  CHECK(connection.deadline() == 110s);
  connection.on_writable(100s);  // Nothing was read: nothing gained.
  CHECK(connection.deadline() == 110s);
  connection.on_time(110s);
  CHECK(connection.phase() == Phase::Closed);
  CHECK(connection.buffered_bytes() < 1000);
  CHECK(fixture.rejected("slow_reader") == 1);
}

TEST_CASE("connection: a refusal gives the request's memory back") {
  Fixture fixture;
  fixture.receive(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n" + std::string(50'000, 'x'),
      0s);
  CHECK(fixture.connection->buffered_bytes() >= 50'000);
  fixture.connection->refuse(503, "memory", "too much", 0s);
  CHECK(fixture.connection->buffered_bytes() < 1000);
  const auto answer = fixture.peer->read_answer();
  CHECK(answer.status == 503);
  CHECK(answer.has("Retry-After: 1\r\n"));
  CHECK(fixture.rejected("memory") == 1);
}

TEST_CASE("connection: the peer's close while a request is under way closes") {
  Fixture fixture;
  fixture.receive("GET / HTT", 0s);
  fixture.peer->close();
  fixture.connection->on_readable(fixture.scratch, 0s);
  CHECK(fixture.connection->phase() == Phase::Closed);
  fixture.connection->answer({"late", "", true}, 1s);
  CHECK(fixture.connection->phase() == Phase::Closed);
}

TEST_CASE("connection: finish_soon makes the answer under way the last") {
  Fixture fixture;
  fixture.receive(kGet + kGet, 0s);
  fixture.connection->take_request();
  fixture.connection->finish_soon();
  fixture.connection->answer({"a", "", true}, 0s);
  CHECK(fixture.connection->phase() == Phase::Lingering);
}

TEST_CASE("connection: a stream's events are written when there is news") {
  Fixture fixture;
  const auto stream = fixture.begin_stream();
  CHECK(fixture.connection->phase() == Phase::Streaming);
  CHECK(fixture.connection->deadline() == 15s);
  stream->send("a");
  fixture.connection->on_stream_news(10s);
  CHECK(fixture.peer->read_until("\n\n") == "data: a\n\n");
  CHECK(fixture.connection->deadline() == 25s);
  fixture.connection->on_time(25s);
  CHECK(fixture.peer->read_until("\n\n") == ":\n\n");
  CHECK(fixture.connection->deadline() == 40s);
}

TEST_CASE("connection: a stream ends with its peer") {
  Fixture fixture;
  const auto stream = fixture.begin_stream();
  fixture.receive("what a stream's peer says is dropped", 0s);
  CHECK(stream->open());
  fixture.peer->close();
  fixture.connection->on_readable(fixture.scratch, 0s);
  CHECK(fixture.connection->phase() == Phase::Closed);
  CHECK(!stream->open());
  CHECK(!stream->send("x"));
}

TEST_CASE("connection: a stream's peer that reads nothing for the write timeout is cut off") {
  Fixture fixture;
  const auto stream = fixture.begin_stream();
  CHECK(stream->send(std::string(1u << 20, 'x')));
  fixture.connection->on_stream_news(0s);
  CHECK(fixture.connection->wanted_events() == (EPOLLIN | EPOLLOUT));
  fixture.connection->on_time(60s);
  CHECK(fixture.connection->phase() == Phase::Closed);
  CHECK(fixture.rejected("slow_reader") == 1);
  CHECK(!stream->open());
}

TEST_CASE("connection: a stream that overflowed is dropped at the next news") {
  Fixture fixture;
  const auto stream = fixture.begin_stream();
  CHECK(!stream->send(std::string(3u << 20, 'x')));
  fixture.connection->on_stream_news(0s);
  CHECK(fixture.connection->phase() == Phase::Closed);
  CHECK(fixture.rejected("slow_reader") == 1);
}

TEST_CASE("connection: a stream that nobody holds ends with the next comment") {
  Fixture fixture;
  fixture.begin_stream();
  fixture.connection->on_time(15s);
  CHECK(fixture.connection->phase() == Phase::Closed);
  CHECK(fixture.mailbox->streams == 0);
}
