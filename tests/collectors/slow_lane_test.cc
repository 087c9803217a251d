#include "collectors/slow_lane.h"

#include <catch2/catch.hpp>
#include <future>
#include <memory>
#include <vector>

using namespace lapwing::collectors;

namespace {
constexpr std::chrono::seconds kLongEnough{20};
}

TEST_CASE("slow lane: work runs, then its end is told") {
  SlowLane lane;
  int steps = 0;
  std::promise<int> done;
  lane.submit([&] { ++steps; }, [&] { done.set_value(steps); });
  auto result = done.get_future();
  REQUIRE(result.wait_for(kLongEnough) == std::future_status::ready);
  CHECK(result.get() == 1);
}

TEST_CASE("slow lane: work that hangs is left behind, and as many others as there are go on") {
  struct Gate {
    std::promise<void> opened;
    std::shared_future<void> open{opened.get_future()};
  };
  const auto gate = std::make_shared<Gate>();
  auto ended = std::make_shared<std::promise<void>>();
  bool told = false;
  {
    SlowLane lane;
    std::vector<std::shared_ptr<SlowLane::Ticket>> stuck;
    for (std::size_t i = 0; i < SlowLane::kThreadLimit; ++i) {
      const auto begun = std::make_shared<std::promise<void>>();
      stuck.push_back(lane.submit(
          [gate, begun, ended, i] {
            begun->set_value();
            gate->open.wait();
            if (i == 0) ended->set_value();
          },
          [&told] { told = true; }));
      REQUIRE(begun->get_future().wait_for(kLongEnough) == std::future_status::ready);
    }
    const auto queued = lane.submit([] {}, [] {});
    CHECK_FALSE(lane.leave_behind(queued));
    for (const auto& ticket : stuck) CHECK(lane.leave_behind(ticket));
    CHECK(lane.left_behind() == SlowLane::kThreadLimit);
    std::promise<void> done;
    lane.submit([] {}, [&] { done.set_value(); });
    CHECK(done.get_future().wait_for(kLongEnough) == std::future_status::ready);
  }
  gate->opened.set_value();
  CHECK(ended->get_future().wait_for(kLongEnough) == std::future_status::ready);
  CHECK_FALSE(told);
}
