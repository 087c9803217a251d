#include "alerting/notify/history.h"

#include <catch2/catch.hpp>

#include "agent/base/json_value.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr Timestamp kHistoryTime = from_millis(1'700'000'000'000);

}  // namespace

TEST_CASE("history: the newest of each kind are kept, newest first") {
  History history;
  for (std::size_t i = 0; i <= kHistoryLimit; ++i)
    history.add({HistoryKind::Alerts, kHistoryTime + Duration(i), std::to_string(i)});
  history.add({HistoryKind::DeadLetters, kHistoryTime, "dead"});
  CHECK(history.size(HistoryKind::Alerts) == kHistoryLimit);
  CHECK(history.of(HistoryKind::Alerts).front().body == std::to_string(kHistoryLimit));
  CHECK(history.of(HistoryKind::Alerts).back().body == "1");
  CHECK(history.of(HistoryKind::DeadLetters).size() == 1);
  CHECK(history.of(HistoryKind::Notifications).empty());
}

TEST_CASE("history: entries are JSON objects with what happened") {
  Alert alert;
  alert.state = AlertState::Inactive;
  alert.labels = Labels{{"alertname", "A"}};
  alert.value = 2.5;
  alert.fired_at = kHistoryTime;
  alert.resolved_at = kHistoryTime + 1s;
  const auto of_rule = parse_json(alert_entry(alert, kHistoryTime).body);
  REQUIRE(of_rule);
  CHECK(of_rule->string_at("state") == "resolved");
  CHECK(of_rule->string_at("resolvedAt") == "2023-11-14T22:13:21.000Z");
  CHECK(of_rule->find("activeAt") == nullptr);
  const AlertNotice notice{alert.labels, {}, kHistoryTime, kHistoryTime + 1min, ""};
  CHECK(parse_json(alert_entry(notice, kHistoryTime).body)->string_at("state") == "firing");
  CHECK(parse_json(alert_entry(notice, kHistoryTime + 1min).body)->string_at("state") ==
        "resolved");

  OutboxRow row;
  row.notification.key = {"team", 1, "{}:{}"};
  row.notification.alerts = {{alert.labels, {}, kHistoryTime, kHistoryTime + 1s, "", {9, 8, 1}}};
  row.attempts = 3;
  row.last_error = "refused";
  const auto told = parse_json(
      notification_entry(row.notification, {"delivered", "webhook", 2, "ok", "", 0}, kHistoryTime)
          .body);
  REQUIRE(told);
  CHECK(told->string_at("receiver") == "team");
  CHECK(told->string_at("receipt") == "ok");
  CHECK(told->find("alerts")->items.at(0).find("values")->find("peak")->number == 9);
  const auto dead = parse_json(dead_letter(row, "given up", kHistoryTime).body);
  REQUIRE(dead);
  CHECK(dead->string_at("why") == "given up");
  CHECK(dead->find("notification")->find("alerts")->items.size() == 1);
}
