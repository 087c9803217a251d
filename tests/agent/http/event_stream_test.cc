// Event streams, alone and through the server.
#include "agent/http/event_stream.h"

#include <catch2/catch.hpp>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "agent/http/server.h"
#include "tests/agent/http/raw_socket.h"

using namespace lapwing;
using namespace lapwing::http;
using lapwing::testing::RawSocket;

namespace {

struct Fixture {
  explicit Fixture(ServerOptions options = {}) {
    options.port = 0;
    auto listening = Server::listen(options, log, registry);
    REQUIRE(listening.ok());
    server = std::move(*listening);
    server->route("GET", "/live", [this](const Request&) {
      Response response;
      response.on_stream = [this](std::shared_ptr<EventStream> stream) {
        stream->send("first");
        const std::lock_guard lock(mutex);
        streams.push_back(std::move(stream));
        opened.notify_all();
      };
      return response;
    });
    server->start();
  }

  RawSocket open() {
    RawSocket peer = RawSocket::connect(server->port(), 4096);
    peer.send("GET /live HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
    return peer;
  }
  std::shared_ptr<EventStream> stream() {
    std::unique_lock lock(mutex);
    opened.wait(lock, [this] { return !streams.empty(); });
    auto first = std::move(streams.front());
    streams.pop_front();
    return first;
  }

  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  std::mutex mutex;
  std::condition_variable opened;
  std::deque<std::shared_ptr<EventStream>> streams;
  std::unique_ptr<Server> server;
};

}  // namespace

TEST_CASE("event stream: text of an event, line breaks become data lines") {
  CHECK(event_text("{\"a\":1}") == "data: {\"a\":1}\n\n");
  CHECK(event_text("") == "data: \n\n");
  CHECK(event_text("a\nb\r\nc\rd") == "data: a\ndata: b\ndata: c\ndata: d\n\n");
}

TEST_CASE("event stream: what is queued is taken in order, with one letter for many events") {
  auto mailbox = std::make_shared<Mailbox>();
  StreamBuffer stream(mailbox, 7, 1000);
  CHECK(mailbox->streams == 1);
  CHECK(stream.send("a"));
  CHECK(stream.send("b"));
  const auto letters = mailbox->collect();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].connection == 7);
  CHECK(stream.take() == "data: a\n\ndata: b\n\n");
  CHECK(stream.take().empty());
  CHECK(stream.send("c"));
  CHECK(mailbox->collect().size() == 1);
}

TEST_CASE("event stream: bytes under way count against the limit until they are written") {
  auto mailbox = std::make_shared<Mailbox>();
  StreamBuffer stream(mailbox, 7, 20);
  CHECK(stream.send("12"));  // ten bytes with the frame
  stream.take();
  CHECK(stream.send("34"));
  stream.take();
  stream.written();
  CHECK(stream.send("56"));
  CHECK(!stream.send("a text that does not fit"));
  CHECK(!stream.open());
  CHECK(!stream.send("5"));
  CHECK(mailbox->streams == 0);
  CHECK(!mailbox->collect().empty());
}

TEST_CASE("event stream: an overflow is announced even when a letter is under way") {
  auto mailbox = std::make_shared<Mailbox>();
  StreamBuffer stream(mailbox, 7, 20);
  CHECK(stream.send("12"));
  CHECK(mailbox->collect().size() == 1);  // The acceptor is still writing and has not taken it.
  CHECK(!stream.send("a text that does not fit"));
  CHECK(mailbox->collect().size() == 1);
}

TEST_CASE("event stream: events reach the peer with the right head, at once") {
  Fixture fixture;
  RawSocket peer = fixture.open();
  const std::string head = peer.read_until("\r\n\r\n");
  CHECK(head.find("HTTP/1.1 200 OK\r\n") == 0);
  CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
  CHECK(head.find("Cache-Control: no-store\r\n") != std::string::npos);
  CHECK(head.find("Content-Length") == std::string::npos);
  CHECK(head.find("Content-Encoding") == std::string::npos);
  CHECK(peer.read_until("\n\n") == "data: first\n\n");
  const auto stream = fixture.stream();
  for (int i = 0; i < 100; ++i) {
    CHECK(stream->send(std::to_string(i)));
    CHECK(peer.read_until("\n\n") == "data: " + std::to_string(i) + "\n\n");
  }
}

TEST_CASE("event stream: a peer that does not read is cut off at its buffer's limit") {
  Fixture fixture({.event_buffer_limit_bytes = 100'000});
  RawSocket peer = fixture.open();
  const auto stream = fixture.stream();
  const std::string event(10'000, 'x');
  int sent = 0;
  while (sent < 10'000 && stream->send(event)) ++sent;
  CHECK(sent < 10'000);
  CHECK(!stream->open());
}

TEST_CASE("event stream: a comment comes when there is nothing to say") {
  Fixture fixture({.event_comment_interval = 30ms});
  RawSocket peer = fixture.open();
  const auto stream = fixture.stream();
  CHECK(peer.read_until("data: first\n\n") != "");
  CHECK(peer.read_until(":\n\n") == ":\n\n");
  CHECK(stream->send("on"));
  CHECK(peer.read_until("data: on\n\n") != "");
}

TEST_CASE("event stream: one that nobody holds any more is closed") {
  Fixture fixture({.event_comment_interval = 30ms});
  RawSocket peer = fixture.open();
  fixture.stream().reset();
  CHECK(peer.read_all().find("data: first\n\n") != std::string::npos);
}

TEST_CASE("event stream: past the limit it is 503") {
  Fixture fixture({.event_stream_limit = 1});
  RawSocket first = fixture.open();
  const auto stream = fixture.stream();
  RawSocket second = fixture.open();
  CHECK(second.read_answer().status == 503);
  CHECK(stream->send("still here"));
}

TEST_CASE("event stream: stopping the server closes it, the sender may live longer") {
  Fixture fixture;
  RawSocket peer = fixture.open();
  const auto stream = fixture.stream();
  fixture.server.reset();
  CHECK(!stream->send("x"));
}

TEST_CASE("event stream: HEAD tells the head and opens nothing") {
  Fixture fixture;
  RawSocket peer = RawSocket::connect(fixture.server->port());
  REQUIRE(peer.send("HEAD /live HTTP/1.1\r\nHost: h\r\n\r\n"));
  CHECK(peer.read_all().find("text/event-stream") != std::string::npos);
}
