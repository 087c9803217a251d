#include "collectors/probe/reactor.h"

#include <catch2/catch.hpp>

#include <sys/epoll.h>
#include <unistd.h>

#include <future>

using namespace lapwing;
using namespace lapwing::collectors::probe;

namespace {
constexpr auto kPatience = std::chrono::seconds(10);
}

TEST_CASE("reactor: tasks run in order on one thread, timers when they are due") {
  const SystemClock clock;
  Reactor reactor(clock);
  std::vector<int> tasks;
  std::vector<int> timers;
  std::promise<std::thread::id> timed;
  std::promise<void> ran;
  REQUIRE(reactor.post([&] {
    tasks.push_back(1);
    reactor.after(std::chrono::milliseconds(2), [&] {
      timers.push_back(2);
      timed.set_value(std::this_thread::get_id());
    });
    reactor.after(std::chrono::milliseconds(1), [&] { timers.push_back(1); });
    const auto cancelled = reactor.after(std::chrono::nanoseconds(1), [&] { timers.push_back(9); });
    reactor.cancel(cancelled);
  }));
  REQUIRE(reactor.post([&] {
    tasks.push_back(2);
    ran.set_value();
  }));
  auto thread = timed.get_future();
  auto task = ran.get_future();
  REQUIRE(thread.wait_for(kPatience) == std::future_status::ready);
  REQUIRE(task.wait_for(kPatience) == std::future_status::ready);
  CHECK(thread.get() != std::this_thread::get_id());
  CHECK(tasks == std::vector{1, 2});
  CHECK(timers == std::vector{1, 2});
}

TEST_CASE("reactor: a descriptor that is ready is told until it is forgotten") {
  const SystemClock clock;
  Reactor reactor(clock);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const UniqueFd in(ends[0]);
  const UniqueFd out(ends[1]);
  std::promise<int> done;
  int told = 0;
  REQUIRE(reactor.post([&] {
    reactor.watch(in.get(), EPOLLIN, [&](std::uint32_t) {
      if (++told < 3) return;
      reactor.forget(in.get());
      done.set_value(told);
    });
  }));
  REQUIRE(::write(out.get(), "x", 1) == 1);
  auto count = done.get_future();
  REQUIRE(count.wait_for(kPatience) == std::future_status::ready);
  CHECK(count.get() == 3);
}

TEST_CASE("reactor: after stop nothing is taken") {
  const SystemClock clock;
  Reactor reactor(clock);
  reactor.stop();
  CHECK_FALSE(reactor.post([] {}));
}
