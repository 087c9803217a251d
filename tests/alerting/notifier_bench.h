// A Notifier on a temporary state.db, with receivers whose answers the test gives.
#pragma once

#include <catch2/catch.hpp>

#include "alerting/notifier.h"
#include "tests/alerting/notify/plan.h"
#include "tests/support/temporary_directory.h"

namespace lapwing::alerting::testing {

using lapwing::testing::notify_plan;

inline constexpr Timestamp kNotifierStart = from_millis(1'700'000'000'000);

inline constexpr std::string_view kPlan = R"(
route: {receiver: team, group_wait: 0s, group_interval: 1m}
receivers: [{name: team, webhook_configs: [{url: 'http://h/'}]}]
)";

/// A receiver whose answers the test gives.
struct NotifierBench {
  lapwing::testing::TemporaryDirectory folder;
  Log log{LogLevel::Error, [](LogLevel, std::string_view) {}};
  metrics::Registry registry;
  std::vector<std::string> bodies;
  std::vector<http::ClientCallback> waiting;
  int woken = 0;
  Timestamp now = kNotifierStart;
  std::unique_ptr<Notifier> notifier;

  NotifierBench() { start(); }

  void start() {
    notifier.reset();
    auto store = StateStore::open(folder / "state.db", now, log);
    REQUIRE(store.ok());
    StoredState state = store->take_loaded();
    notifier = std::make_unique<Notifier>(
        [this](http::ClientRequest request, http::ClientCallback done) {
          bodies.push_back(request.body);
          waiting.push_back(std::move(done));
        },
        std::move(*store), std::move(state), log, registry);
    notifier->on_wake([this] { ++woken; });
    notifier->apply({notify_plan(kPlan), "http://lapwing"});
  }

  void alert(Timestamp ends_at) {
    RuleUpdate update;
    update.notices = {{Labels{{"alertname", "A"}}, {}, kNotifierStart, ends_at, ""}};
    REQUIRE(notifier->post(std::move(update)));
  }

  void answer(int status) {
    REQUIRE_FALSE(waiting.empty());
    http::ClientResponse response;
    response.status = status;
    auto done = std::move(waiting.front());
    waiting.erase(waiting.begin());
    done(response);
  }

  /// With a disk that works at once.
  Timestamp step(Duration wait = {}) {
    now += wait;
    notifier->step(now);
    notifier->step_state(now);
    const Timestamp next = notifier->step(now);
    notifier->step_state(now);
    return next;
  }
};

}  // namespace lapwing::alerting::testing
