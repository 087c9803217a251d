#include "agent/http/workers.h"

#include <catch2/catch.hpp>

#include <poll.h>

#include <future>

#include "agent/http/event_stream.h"

using namespace lapwing;
using namespace lapwing::http;

namespace {

struct Fixture {
  Fixture() {
    router.add("GET", "/x",
               [](const Request& request) { return text_response(200, request.remote_address); });
    router.add("GET", "/hold", [this](const Request&) {
      entered.set_value();
      release.get_future().wait();
      return text_response(200, "");
    });
    router.add("GET", "/stream", [](const Request&) {
      Response response;
      response.on_stream = [](std::shared_ptr<EventStream>) { throw 1; };
      return response;
    });
    router.add("GET", "/later", [this](const Request&) {
      Response response;
      response.later = [this](Respond given) { respond = std::move(given); };
      return response;
    });
    router.add("GET", "/never", [](const Request&) {
      Response response;
      response.later = [](const Respond&) { throw 1; };
      return response;
    });
    workers.emplace(options, router, mailbox, metrics, clock, log);
  }

  Job job(ConnectionId id, std::string target) {
    Job made;
    made.connection = id;
    made.request.method = "GET";
    made.request.target = std::move(target);
    made.request.headers = {{"Host", "h"}};
    made.request.body = "12345";
    made.peer = "10.0.0.9";
    made.arrived = clock.monotonic();
    return made;
  }
  std::vector<Letter> letters() {
    pollfd entry{mailbox->fd(), POLLIN, 0};
    CHECK(::poll(&entry, 1, 10'000) == 1);
    return mailbox->collect();
  }

  ServerOptions options{.workers = 1, .query_workers = 1, .queue_limit = 2, .query_queue_limit = 1};
  SystemClock clock;
  metrics::Registry registry;
  ServerMetrics metrics{registry};
  std::string logged;
  Log log{LogLevel::Error, [this](LogLevel, std::string_view line) { logged += line; }};
  Router router;
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
  Respond respond;
  std::promise<void> entered;
  std::promise<void> release;
  std::optional<Workers> workers;
};

}  // namespace

TEST_CASE("workers: an answer comes back under its connection's name") {
  Fixture fixture;
  fixture.workers->start();
  CHECK(fixture.workers->submit(fixture.job(42, "/x")));
  const auto letters = fixture.letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].connection == 42);
  CHECK(letters[0].answer.body == "10.0.0.9");
  CHECK(fixture.mailbox->request_bytes == 0);
}

TEST_CASE("workers: the queue is bounded and its bytes are counted") {
  Fixture fixture;
  CHECK(fixture.workers->submit(fixture.job(1, "/x")));
  CHECK(fixture.workers->submit(fixture.job(2, "/x")));
  CHECK(fixture.mailbox->request_bytes == 10);
  CHECK(!fixture.workers->submit(fixture.job(3, "/x")));
  CHECK(fixture.mailbox->request_bytes == 10);
}

TEST_CASE("workers: queries that are stuck or wait hold up no other request") {
  Fixture fixture;
  fixture.workers->start();
  Job stuck = fixture.job(1, "/hold");
  stuck.lane = Lane::Queries;
  CHECK(fixture.workers->submit(std::move(stuck)));
  fixture.entered.get_future().wait();
  const auto query = [&] {
    Job waits = fixture.job(2, "/x");
    waits.lane = Lane::Queries;
    return fixture.workers->submit(std::move(waits));
  };
  CHECK(query());
  CHECK_FALSE(query());
  const auto gauge = [&](const char* name) {
    return fixture.registry.gauge(name, "", {{"lane", "queries"}}).value();
  };
  CHECK(gauge("lapwing_http_running_requests") == 1);
  CHECK(gauge("lapwing_http_waiting_requests") == 1);
  CHECK(fixture.workers->submit(fixture.job(3, "/x")));
  const auto letters = fixture.letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].connection == 3);
  fixture.release.set_value();
}

TEST_CASE("workers: stop tells of a handler that still runs, and takes nothing more") {
  Fixture fixture;
  fixture.workers->start();
  CHECK(fixture.workers->submit(fixture.job(1, "/hold")));
  fixture.entered.get_future().wait();
  CHECK(!fixture.workers->stop(0ms));
  CHECK(!fixture.workers->submit(fixture.job(2, "/x")));
  fixture.release.set_value();
  CHECK(fixture.workers->stop(10s));
}

TEST_CASE("workers: a stream whose handler throws is closed and its connection told") {
  Fixture fixture;
  fixture.workers->start();
  CHECK(fixture.workers->submit(fixture.job(1, "/stream")));
  std::vector<Letter> letters;
  while (letters.size() < 2)
    for (Letter& letter : fixture.letters()) letters.push_back(std::move(letter));
  REQUIRE(letters[0].stream != nullptr);
  CHECK(!letters[0].stream->open());
  CHECK(letters[1].answer.head.empty());
  CHECK(fixture.logged.find("/stream") != std::string::npos);
}

TEST_CASE("workers: an answer that comes later keeps no worker") {
  Fixture f;
  f.workers->start();
  REQUIRE(f.workers->submit(f.job(1, "/later")));
  REQUIRE(f.workers->submit(f.job(2, "/x")));
  const auto first = f.letters();
  REQUIRE(first.size() == 1);
  CHECK(first[0].connection == 2);
  std::thread other([&] {
    f.respond(text_response(202, "at last"));
    f.respond(text_response(203, "again"));
  });
  other.join();
  const auto second = f.letters();
  REQUIRE(second.size() == 1);
  CHECK(second[0].connection == 1);
  CHECK(second[0].answer.head.starts_with("HTTP/1.1 202"));
  CHECK(second[0].answer.body == "at last");
}

TEST_CASE("workers: a late answer finds nobody when the workers are gone") {
  Fixture f;
  f.workers->start();
  REQUIRE(f.workers->submit(f.job(1, "/later")));
  REQUIRE(f.workers->submit(f.job(2, "/x")));
  f.letters();
  f.workers.reset();
  f.respond(text_response(200, ""));
  CHECK(f.mailbox->collect().empty());
}

TEST_CASE("workers: a handler that fails before it promised an answer gives 500") {
  Fixture f;
  f.workers->start();
  REQUIRE(f.workers->submit(f.job(1, "/never")));
  const auto letters = f.letters();
  REQUIRE(letters.size() == 1);
  CHECK(letters[0].answer.head.starts_with("HTTP/1.1 500"));
}
