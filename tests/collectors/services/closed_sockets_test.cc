#include "collectors/services/closed_sockets.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::services;

TEST_CASE("closed sockets: the queue is emptied the more often the more there is in it") {
  constexpr std::size_t kCapacity = 1000;
  const auto next = [&](Duration wait, std::size_t reports) {
    return ClosedSockets::next_wait(wait, reports, kCapacity);
  };
  CHECK(next(1s, 0) == 1s);
  CHECK(next(100ms, 0) == 200ms);
  CHECK(next(400ms, 100) == 400ms);  // enough room: as before
  CHECK(next(400ms, 500) == 200ms);  // a quarter is what it aims at
  CHECK(next(400ms, 1000) == 100ms);
  CHECK(next(20ms, 100'000) == ClosedSockets::kShortestWait);
  CHECK(next(800ms, 0) == ClosedSockets::kLongestWait);
}

TEST_CASE("closed sockets: nothing has come where nothing was waited for") {
  const SystemClock clock;
  auto sockets = ClosedSockets::start(clock);
  if (!sockets) {
    CHECK(sockets.error().kind != ErrorKind::Invalid);  // a kernel without the groups
    return;
  }
  CHECK((*sockets)->take().lost == 0);
}
