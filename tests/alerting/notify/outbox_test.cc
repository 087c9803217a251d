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
  REQUIRE(outbox.accept(to("a", "g"), kStart) == Outbox::Acceptance::Taken);
  const auto sendings = outbox.take_due(kStart);
  REQUIRE(sendings.size() == 1);
  CHECK(outbox.take_due(kStart).empty());
  CHECK(outbox.next() == kNever);
  CHECK(outbox.finish({"a", 0, "g"}, sendings[0].parts.at(0).version, {}, kStart).gone);
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
    CHECK_FALSE(outbox.finish({"a", 0, "g"}, sendings[0].parts.at(0).version, kAway, now).gone);
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
  outbox.finish({"a", 0, "g"}, outbox.take_due(kStart).at(0).parts.at(0).version, kRefused, kStart);
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
  CHECK(sendings[0].told().key.group_key == "h");
}

TEST_CASE("outbox: a newer notification takes the place, also while the older is under way") {
  Outbox outbox;
  outbox.accept(to("a", "g"), kStart);
  const auto first = outbox.take_due(kStart).at(0);
  Notification newer = to("a", "g");
  newer.firing = {7};
  outbox.accept(newer, kStart);
  CHECK_FALSE(outbox.finish({"a", 0, "g"}, first.parts.at(0).version, {}, kStart).gone);
  const auto second = outbox.take_due(kStart).at(0);
  CHECK(second.told().firing == std::vector<std::uint64_t>{7});
  CHECK(outbox.finish({"a", 0, "g"}, second.parts.at(0).version, {}, kStart).gone);
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

TEST_CASE("outbox: the same news again leaves what waits as it is, other news keep its back-off") {
  Outbox outbox;
  Notification news = to("a", "g");
  news.idempotency_key = "1";
  outbox.accept(news, kStart);
  outbox.finish({"a", 0, "g"}, outbox.take_due(kStart).at(0).parts.at(0).version, kAway, kStart);
  const Timestamp again = outbox.next();
  CHECK(outbox.accept(news, kStart) == Outbox::Acceptance::Same);
  CHECK(outbox.find({"a", 0, "g"})->version == 1);
  news.idempotency_key = "2";
  CHECK(outbox.accept(news, kStart) == Outbox::Acceptance::Taken);
  CHECK(outbox.find({"a", 0, "g"})->version == 2);
  CHECK(outbox.next() == again);
}

TEST_CASE("outbox: what is not written down yet waits a second at most") {
  Outbox outbox;
  outbox.accept(to("a", "g"), kStart);
  outbox.seal(7, kStart);
  CHECK(outbox.take_due(kStart, {6, false}).empty());
  CHECK(outbox.next({6, false}) == kStart + kWriteWait);
  SECTION("until it is written") {
    const auto sendings = outbox.take_due(kStart, {7, false});
    REQUIRE(sendings.size() == 1);
    CHECK_FALSE(sendings[0].unwritten);
  }
  SECTION("until the disk fails") {
    const auto sendings = outbox.take_due(kStart, {6, true});
    REQUIRE(sendings.size() == 1);
    CHECK(sendings[0].unwritten);
  }
  SECTION("until the second is over") {
    const auto sendings = outbox.take_due(kStart + kWriteWait, {6, false});
    REQUIRE(sendings.size() == 1);
    CHECK(sendings[0].unwritten);
  }
}

TEST_CASE("outbox: a receiver that asks for a pause gets it, for all that waits for it") {
  Outbox outbox;
  outbox.accept(to("a", "g"), kStart);
  outbox.accept(to("a", "h"), kStart);
  const DeliveryResult busy{DeliveryOutcome::Retry, "429", 30s};
  outbox.finish({"a", 0, "g"}, outbox.take_due(kStart).at(0).parts.at(0).version, busy, kStart);
  CHECK(outbox.next() == kStart + 30s);
  CHECK(outbox.take_due(kStart + 29s).empty());
  CHECK(outbox.take_due(kStart + 30s).size() == 1);
}

TEST_CASE("outbox: a rate limit lets a burst through and then one at a time") {
  Outbox outbox;
  DeliveryOptions options;
  options.rate_limits = {{"a", 2, 10s}};
  outbox.apply(options);
  for (const char* group : {"f", "g", "h"}) outbox.accept(to("a", group), kStart);
  Timestamp now = kStart;
  for (int i = 0; i < 2; ++i) {
    const auto sendings = outbox.take_due(now);
    REQUIRE(sendings.size() == 1);
    outbox.finish(sendings[0].told().key, 1, {}, now);
  }
  CHECK(outbox.take_due(now).empty());
  CHECK(outbox.next() == kStart + 5s);
  CHECK(outbox.take_due(kStart + 4s).empty());
  CHECK(outbox.take_due(kStart + 5s).size() == 1);
}

TEST_CASE("outbox: what fails for long goes to the fallback once, and is given up in the end") {
  Outbox outbox;
  DeliveryOptions options;
  options.fallback_receiver = "b";
  options.fallback_after = 1min;
  options.give_up_after = 1h;
  outbox.apply(options);
  outbox.accept(to("a", "g"), kStart);
  const auto fail = [&](Timestamp now, const DeliveryResult& result) {
    const auto sendings = outbox.take_due(now);
    REQUIRE(sendings.size() == 1);
    return outbox.finish({"a", 0, "g"}, 1, result, now);
  };
  SECTION("when the receiver is away") {
    CHECK_FALSE(fail(kStart, kAway).fallback);
    CHECK(fail(kStart + 1min, kAway).fallback);
    CHECK_FALSE(fail(kStart + 2min, kAway).fallback);
    const auto last = fail(kStart + 1h, kAway);
    REQUIRE(last.dead);
    CHECK(last.dead->attempts == 4);
    CHECK(last.dead->last_error == "refused");
    CHECK(last.gone);
    CHECK(outbox.size() == 0);
  }
  SECTION("at once when it refuses") { CHECK(fail(kStart, kRefused).fallback); }
}

TEST_CASE("outbox: after a long outage all that waits is one digest") {
  Outbox outbox;
  for (const char* group : {"f", "g", "h"}) {
    Notification one = to("a", group);
    one.alerts = {{Labels{{"alertname", group}, {"job", "j"}}, {}, kStart, {}, ""}};
    outbox.accept(one, kStart);
  }
  outbox.accept(to("b", "x"), kStart);
  Timestamp now = kStart;
  for (const Timestamp end = kStart + 10min; now < end; now = outbox.next()) {
    for (const auto& sending : outbox.take_due(now)) {
      CHECK_FALSE(sending.digest);
      outbox.finish(sending.told().key, 1, kAway, now);
    }
  }
  const auto sendings = outbox.take_due(now);
  const auto digest = std::find_if(sendings.begin(), sendings.end(),
                                   [](const auto& one) { return one.digest.has_value(); });
  REQUIRE(digest != sendings.end());
  CHECK(digest->parts.size() == 3);
  CHECK(digest->told().alerts.size() == 3);
  for (const auto& part : digest->parts)
    CHECK(outbox.finish(part.notification.key, part.version, {}, now).gone);
  CHECK(outbox.waiting_for("a") == 0);
  CHECK(outbox.waiting_for("b") == 1);
}
