#include "agent/exposition/newest_batches.h"

#include <catch2/catch.hpp>
#include <thread>

namespace lapwing::exposition {
namespace {

std::shared_ptr<const SourceSnapshot> snapshot(const std::string& source, std::int64_t millis,
                                               Duration interval = 1s) {
  auto made = std::make_shared<SourceSnapshot>();
  made->source = source;
  made->time = from_millis(millis);
  made->interval = interval;
  return made;
}

}  // namespace

TEST_CASE("newest batches: a batch takes the place of its source's one before") {
  metrics::Registry registry;
  NewestBatches batches(registry);
  CHECK(batches.snapshots().empty());
  batches.publish(snapshot("disk", 1000));
  batches.publish(snapshot("cpu", 1000));
  const auto newer = snapshot("disk", 2000);
  batches.publish(newer);
  batches.publish(nullptr);
  const auto all = batches.snapshots();
  REQUIRE(all.size() == 2);
  CHECK(all[0]->source == "cpu");
  CHECK(all[1] == newer);
}

TEST_CASE("newest batches: a source past the limit is refused and counted") {
  metrics::Registry registry;
  NewestBatches batches(registry, 2);
  batches.publish(snapshot("a", 1000));
  batches.publish(snapshot("b", 1000));
  batches.publish(snapshot("c", 2000));
  CHECK(batches.snapshots().size() == 2);
  CHECK(registry.counter("lapwing_exposition_refused_batches_total", "").value() == 1);
  batches.publish(snapshot("b", 2000));
  CHECK(batches.snapshots().at(1)->time == from_millis(2000));
  CHECK(registry.counter("lapwing_exposition_refused_batches_total", "").value() == 1);
}

TEST_CASE("newest batches: at the limit a source that is shown no more gives way") {
  metrics::Registry registry;
  NewestBatches batches(registry, 2);
  batches.publish(snapshot("gone", 1000));
  batches.publish(snapshot("slow", 1000, 15s));
  batches.publish(snapshot("new", 9000));
  const auto all = batches.snapshots();
  REQUIRE(all.size() == 2);
  CHECK(all[0]->source == "new");
  CHECK(all[1]->source == "slow");
}

TEST_CASE("newest batches: a source is shown for three of its intervals") {
  const auto at = [](std::int64_t now) { return is_shown(*snapshot("a", 1000), from_millis(now)); };
  CHECK(at(1000));
  CHECK(at(4000));
  CHECK_FALSE(at(4001));
  CHECK(at(-50'000));  // the clock was set back
  CHECK(is_shown(*snapshot("a", 1000, 0s), from_millis(1'000'000)));
}

TEST_CASE("newest batches: threads may publish and read at once") {
  metrics::Registry registry;
  NewestBatches batches(registry);
  std::thread writer([&] {
    for (int i = 0; i < 500; ++i) batches.publish(snapshot("a", i));
  });
  for (int i = 0; i < 500; ++i) CHECK(batches.snapshots().size() <= 1);
  writer.join();
  CHECK(batches.snapshots().at(0)->time == from_millis(499));
}

}  // namespace lapwing::exposition
