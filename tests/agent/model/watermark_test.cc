#include "agent/model/watermark.h"

#include <catch2/catch.hpp>

using namespace lapwing;

namespace {
const Timestamp kTick = from_millis(5'000);
}

TEST_CASE("watermark: a tick is complete when it was announced and all its sources committed") {
  Watermark watermark;
  watermark.expect(kTick);
  watermark.expect(kTick);
  CHECK_FALSE(watermark.complete(kTick));
  watermark.advance(kTick);
  watermark.commit(kTick);
  CHECK_FALSE(watermark.complete(kTick));
  watermark.commit(kTick);
  CHECK(watermark.complete(kTick));
  CHECK_FALSE(watermark.complete(kTick + 1s));
}

TEST_CASE("watermark: an older source that is late holds a later tick") {
  Watermark watermark;
  watermark.expect(kTick - 1s);
  watermark.advance(kTick);
  CHECK_FALSE(watermark.complete(kTick));
  watermark.commit(kTick - 1s);
  CHECK(watermark.complete(kTick));
}

TEST_CASE("watermark: listeners hear of it after the change, without a lock held") {
  Watermark watermark;
  int calls = 0;
  bool complete = false;
  watermark.on_change([&] {
    ++calls;
    complete = watermark.complete(kTick);
  });
  watermark.expect(kTick);
  watermark.advance(kTick);
  watermark.commit(kTick);
  CHECK(calls == 2);
  CHECK(complete);
}

TEST_CASE("watermark: a commit that nobody expected changes nothing") {
  Watermark watermark;
  watermark.commit(kTick);
  CHECK_FALSE(watermark.complete(kTick));
}
