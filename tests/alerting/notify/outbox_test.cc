#include "alerting/notify/outbox.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr Timestamp kStart = from_millis(1'700'000'000'000);

Notification to(const std::string& receiver, const std::string& group) {
  Notification notification;
  notification.key = {receiver, 0, group};
  notification.group_interval = 5min;
  return notification;
}

const DeliveryResult kAway{DeliveryOutcome::Retry, "refused"};
const DeliveryResult kRefused{DeliveryOutcome::Rejected, "400"};

}  // namespace

TEST_CASE("outbox: what is delivered leaves") {
  Outbox outbox;
  REQUIRE(outbox.accept(to("a", "g"), kStart));
  const auto sendings = outbox.take_due(kStart);
  REQUIRE(sendings.size() == 1);
  CHECK(outbox.take_due(kStart).empty());
  CHECK(outbox.next() == kNever);
  CHECK(outbox.finish({"a", 0, "g"}, sendings[0].version, {}, kStart));
  CHECK(outbox.size() == 0);
}

TEST_CASE("outbox: a receiver that is away is tried again, ever more rarely") {
  Outbox outbox;
  outbox.accept(to("a", "g"), kStart);
  Timestamp now = kStart;
  Duration last{};
  for (int attempt = 1; attempt < 12; ++attempt) {
    const auto sendings = outbox.take_due(now);
    REQUIRE(sendings.size() == 1);
    CHECK_FALSE(outbox.finish({"a", 0, "g"}, sendings[0].version, kAway, now));
    const Duration wait = outbox.next() - now;
    CHECK(wait >= kFirstRetry * 4 / 5);
    CHECK(wait <= kLongestRetry);
    if (attempt < 6) CHECK(wait > last);
    last = wait;
    now = outbox.next();
  }
  CHECK(outbox.find({"a", 0, "g"})->attempts == 11);
  CHECK(outbox.find({"a", 0, "g"})->last_error == "refused");
}

TEST_CASE("outbox: what is refused waits for the group's interval") {
  Outbox outbox;
  outbox.accept(to("a", "g"), kStart);
  outbox.finish({"a", 0, "g"}, outbox.take_due(kStart).at(0).version, kRefused, kStart);
  CHECK(outbox.next() == kStart + 5min);
}

TEST_CASE("outbox: one sending at a time to each integration") {
  Outbox outbox;
  outbox.accept(to("a", "g"), kStart);
  outbox.accept(to("a", "h"), kStart);
  outbox.accept(to("b", "g"), kStart);
  auto sendings = outbox.take_due(kStart);
  CHECK(sendings.size() == 2);
  outbox.finish({"a", 0, "g"}, 1, {}, kStart);
  CHECK(outbox.next() == kStart);
  sendings = outbox.take_due(kStart);
  REQUIRE(sendings.size() == 1);
  CHECK(sendings[0].notification.key.group_key == "h");
}

TEST_CASE("outbox: a newer notification takes the place, also while the older is under way") {
  Outbox outbox;
  outbox.accept(to("a", "g"), kStart);
  const auto first = outbox.take_due(kStart).at(0);
  Notification newer = to("a", "g");
  newer.firing = {7};
  outbox.accept(newer, kStart);
  CHECK_FALSE(outbox.finish({"a", 0, "g"}, first.version, {}, kStart));
  const auto second = outbox.take_due(kStart).at(0);
  CHECK(second.notification.firing == std::vector<std::uint64_t>{7});
  CHECK(outbox.finish({"a", 0, "g"}, second.version, {}, kStart));
}

TEST_CASE("outbox: rows of receivers that are gone can be taken out") {
  Outbox outbox;
  outbox.accept(to("a", "g"), kStart);
  outbox.accept(to("b", "g"), kStart);
  CHECK(outbox.waiting_for("a") == 1);
  CHECK(outbox.remove_unless([](const DeliveryKey& key) { return key.receiver == "b"; }).size() ==
        1);
  CHECK(outbox.size() == 1);
}
