#include "collectors/latency/tracker.h"

#include <catch2/catch.hpp>

#include "tests/collectors/latency/packets.h"

using namespace lapwing::collectors::latency;
using lapwing::testing::address;
using lapwing::testing::Conversation;

namespace {

const std::vector<Protocol> kAll = {Protocol::Http1, Protocol::Redis, Protocol::Postgres,
                                    Protocol::MySql, Protocol::Memcached};

struct Bed {
  explicit Bed(std::vector<Protocol> protocols = {}, TrackerLimits limits = {})
      : tracker(limits, 42, std::move(protocols)) {
    tracker.apply(
        {.listeners = {{{address(0, 0, 0, 0), 6379}, "redis"}}, .local = {}, .remotes = {}}, 0);
  }
  /// A connection whose handshake was seen.
  Conversation opened(std::uint16_t client_port = 40'000) {
    Conversation talk(tracker, 6379, client_port);
    talk.handshake();
    return talk;
  }
  const Endpoint& service() const {
    for (const auto& endpoint : tracker.endpoints().all())
      if (endpoint && endpoint->service == "redis") return *endpoint;
    throw std::logic_error("no service");
  }
  std::uint64_t turns() const { return service().histogram.count(); }
  std::int64_t microseconds() const {
    return std::int64_t(service().histogram.sum_nanoseconds / 1000);
  }
  std::uint64_t unclear(Unclear reason) const {
    return tracker.counts().unclear[std::size_t(reason)];
  }
  Tracker tracker;
};

}  // namespace

TEST_CASE("tracker: a turn is from the request's last payload to the answer's first") {
  Bed bed;
  Conversation talk = bed.opened();
  talk.client(100, "first half");
  talk.client(150, "second half");
  talk.server(450, "answer");
  talk.server(900, "more of it");
  CHECK(bed.turns() == 1);
  CHECK(bed.microseconds() == 300);
  talk.client(2000, "again");
  talk.server(2050, "answer");
  CHECK(bed.turns() == 2);
  CHECK(bed.microseconds() == 350);
  CHECK(bed.unclear(Unclear::JoinedMidway) == 0);
}

TEST_CASE("tracker: segments that come twice count once, at their first time") {
  Bed bed;
  Conversation talk = bed.opened();
  talk.client(100, "request");
  talk.again(false, 130, "request", 7);
  talk.server(200, "answer");
  talk.again(true, 230, "answer", 6);
  talk.again(false, 240, "request", 7);  // a retransmission after the answer begins no request
  talk.again(true, 250, "answer", 6);
  CHECK(bed.turns() == 1);
  CHECK(bed.microseconds() == 100);
  CHECK(bed.tracker.counts().repeated == 4);
}

TEST_CASE("tracker: an overlapping retransmission adds what is new") {
  Bed bed;
  Conversation talk = bed.opened();
  talk.client(100, "abc");
  talk.again(false, 120, "abcdef", 3);  // the second half is new
  talk.server(220, "x");
  CHECK(bed.microseconds() == 100);
}

TEST_CASE("tracker: a request out of order ends with what was missing") {
  Bed bed;
  Conversation talk = bed.opened();
  talk.lose(false, 5);
  talk.client(100, "world");
  talk.again(false, 140, "hello", 10);
  talk.server(240, "x");
  CHECK(bed.turns() == 1);
  CHECK(bed.microseconds() == 100);
  CHECK(bed.unclear(Unclear::Gap) == 1);
}

TEST_CASE("tracker: what the server says unasked is no turn") {
  Bed bed;
  Conversation talk = bed.opened();
  talk.server(10, "220 welcome");
  talk.client(100, "HELO");
  talk.server(150, "250 ok");
  talk.server(5000, "by the way");
  CHECK(bed.turns() == 1);
  CHECK(bed.unclear(Unclear::ServerFirst) == 1);
}

TEST_CASE("tracker: connections seen midway are counted and measured") {
  Bed bed;
  Conversation talk(bed.tracker);
  talk.server(10, "end of an answer");
  talk.client(100, "request");
  talk.server(150, "answer");
  CHECK(bed.turns() == 1);
  CHECK(bed.unclear(Unclear::JoinedMidway) == 1);
  CHECK(bed.unclear(Unclear::ServerFirst) == 0);
}

TEST_CASE("tracker: a request before the answer has arrived is counted as pipelined") {
  Bed bed;
  Conversation talk = bed.opened();
  talk.client(0, "one");
  talk.server(10, "answer");
  talk.client(20, "two");  // acknowledges all
  CHECK(bed.unclear(Unclear::Pipelined) == 0);
  talk.server(30, "answer");
  Segment eager;
  eager.source = eager.destination = address(127, 0, 0, 1);
  eager.source_port = 40'000;
  eager.destination_port = 6379;
  eager.sequence = 0xffffff00 + 6;
  eager.acknowledgement = 5006;  // not yet the second answer
  eager.flags = kAck;
  eager.payload_length = 5;
  bed.tracker.take(eager, 1'000'040'000, 1);
  CHECK(bed.unclear(Unclear::Pipelined) == 1);
}

TEST_CASE("tracker: half-open connections take no place, whatever their number") {
  Bed bed;
  for (int port = 1024; port < 60'000; ++port) bed.opened(std::uint16_t(port));
  CHECK(bed.tracker.connections() == 0);
  Conversation talk = bed.opened(60'001);
  talk.client(0, "x");
  CHECK(bed.tracker.connections() == 1);
  CHECK(bed.unclear(Unclear::JoinedMidway) == 0);
}

TEST_CASE("tracker: connections end with both FINs or one RST, and idle ones by themselves") {
  Bed bed;
  Conversation talk = bed.opened();
  talk.client(0, "x");
  talk.end(false);
  CHECK(bed.tracker.connections() == 1);
  talk.server(50, "y");  // after its client has said all
  CHECK(bed.turns() == 1);
  talk.end(true);
  CHECK(bed.tracker.connections() == 0);
  Conversation other(bed.tracker, 6379, 40'001);
  other.client(0, "x");
  other.end(true, kRst);
  CHECK(bed.tracker.connections() == 0);
  Conversation idle(bed.tracker, 6379, 40'002);
  idle.client(0, "x");
  for (std::int64_t second = 1; second < 910; ++second) bed.tracker.tidy(second);
  CHECK(bed.tracker.connections() == 0);
}

TEST_CASE("tracker: the same four numbers again are another connection") {
  Bed bed;
  Conversation talk = bed.opened();
  talk.client(0, "request");
  Segment again;
  again.source = again.destination = address(127, 0, 0, 1);
  again.source_port = 6379;
  again.destination_port = 40'000;
  again.sequence = 77;
  again.acknowledgement = 99;
  again.flags = kSyn | kAck;
  bed.tracker.take(again, 0, 1);
  CHECK(bed.tracker.connections() == 0);
}

TEST_CASE("tracker: more connections than places are refused and counted") {
  Bed bed({}, {.connections = 8, .requests = 8});
  for (int port = 1; port <= 20; ++port) {
    Conversation talk(bed.tracker, 6379, std::uint16_t(40'000 + port));
    talk.client(0, "x");
  }
  CHECK(bed.tracker.connections() == 8);
  CHECK(bed.tracker.counts().refused_connections == 12);
  // Ten seconds later the idle ones make room.
  Conversation late(bed.tracker, 6379, 50'000);
  late.second = 11;
  late.client(0, "x");
  late.server(100, "y");
  CHECK(bed.turns() == 1);
}

TEST_CASE("tracker: a wall clock that is set back makes no turn") {
  Bed bed;
  Conversation talk(bed.tracker);
  talk.client(1000, "x");
  talk.server(500, "y");
  CHECK(bed.turns() == 0);
  CHECK(bed.unclear(Unclear::ClockSet) == 1);
}

TEST_CASE("tracker: TLS and HTTP/2 are turns, and said to be") {
  Bed bed(kAll);
  Conversation tls = bed.opened();
  tls.client(0, std::string("\x16\x03\x01\x02\x00\x01", 6));
  tls.server(100, std::string("\x16\x03\x03", 3));
  Conversation frames = bed.opened(40'001);
  frames.client(0, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  frames.server(100, "....");
  CHECK(bed.turns() == 2);
  CHECK(bed.unclear(Unclear::Tls) == 1);
  CHECK(bed.unclear(Unclear::Http2) == 1);
}

TEST_CASE("tracker: pipelined requests of a protocol that is read are matched one to one") {
  Bed bed(kAll);
  Conversation talk = bed.opened();
  talk.client(0, "*1\r\n$4\r\nPING\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n");
  talk.client(50, "*1\r\n$4\r\nPING\r\n");
  talk.server(100, "+PONG\r\n$-1\r\n");
  talk.server(200, "+PONG\r\n");
  CHECK(bed.turns() == 3);
  CHECK(bed.microseconds() == 100 + 100 + 150);
  CHECK(bed.tracker.requests_under_way() == 0);
  std::uint64_t pings = 0;
  for (const Operation& operation : bed.service().operations.all())
    if (operation.method == "PING") pings = operation.outcomes[std::size_t(Outcome::Ok)];
  CHECK(pings == 2);
}

TEST_CASE("tracker: where the protocol is lost turns go on, until the next request") {
  Bed bed(kAll);
  Conversation talk = bed.opened();
  talk.client(0, "*1\r\n$4\r\nPING\r\n");
  talk.server(100, "+PONG\r\n");
  talk.client(200, "*1\r\n$4\r\n");
  talk.client(210, ")nonsense\r\n");
  talk.server(300, "-ERR\r\n");
  CHECK(bed.unclear(Unclear::LostStep) == 1);
  CHECK(bed.turns() == 2);
  CHECK(bed.microseconds() == 100 + 90);
  talk.client(400, "*1\r\n$4\r\nPING\r\n");
  talk.server(420, "+PONG\r\n");
  CHECK(bed.turns() == 3);
  CHECK(bed.unclear(Unclear::LostStep) == 1);
}

TEST_CASE("tracker: payload past the capture costs step only where it has a meaning") {
  Bed bed(kAll);
  Conversation talk = bed.opened();
  const std::string value(5000, 'v');
  talk.cut(false, 0, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$5000\r\n" + value + "\r\n", 200);
  talk.server(100, "+OK\r\n");
  CHECK(bed.unclear(Unclear::LostStep) == 0);
  CHECK(bed.turns() == 1);
  std::string many;
  for (int i = 0; i < 100; ++i) many += "*1\r\n$4\r\nPING\r\n";
  talk.cut(false, 200, many, 200);
  CHECK(bed.unclear(Unclear::LostStep) == 1);
}

TEST_CASE("tracker: blocking commands are counted and not timed") {
  Bed bed(kAll);
  Conversation talk = bed.opened();
  talk.client(0, "*3\r\n$5\r\nBLPOP\r\n$1\r\na\r\n$1\r\n0\r\n");
  talk.server(9'000'000, "*-1\r\n");
  CHECK(bed.turns() == 0);
  CHECK(bed.unclear(Unclear::Blocking) == 1);
  talk.client(9'000'100, "*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\na\r\n");
  talk.server(9'000'200, "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n");
  talk.server(9'900'200, "*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n");
  CHECK(bed.turns() == 0);
  CHECK(bed.unclear(Unclear::Subscription) == 1);
}

TEST_CASE("tracker: requests without an answer at a connection's end are counted") {
  Bed bed(kAll);
  Conversation talk = bed.opened();
  talk.client(0, "*1\r\n$4\r\nPING\r\n");
  talk.end(false, kRst);
  CHECK(bed.service().operations.all().at(1).outcomes[std::size_t(Outcome::None)] == 1);
  CHECK(bed.tracker.requests_under_way() == 0);
}

TEST_CASE("tracker: a service that goes takes its connections along, requests and all") {
  Bed bed(kAll);
  Conversation talk = bed.opened();
  talk.client(0, "*1\r\n$4\r\nPING\r\n");
  bed.tracker.apply({}, 1);
  bed.tracker.tidy(2);
  CHECK(bed.tracker.connections() == 1);
  bed.tracker.tidy(1 + Endpoints::kKeptSeconds);
  CHECK(bed.tracker.connections() == 0);
  CHECK(bed.tracker.requests_under_way() == 0);
}
