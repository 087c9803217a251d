#include "alerting/state_changes.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

StoredAlert alert(const std::string& rule, double value) {
  StoredAlert stored{rule, {}};
  stored.alert.labels = Labels{{"alertname", "A"}};
  stored.alert.value = value;
  return stored;
}

OutboxRow row(std::uint64_t version) {
  OutboxRow outbox;
  outbox.notification.key = {"team", 1, "{}:{}"};
  outbox.version = version;
  return outbox;
}

}  // namespace

TEST_CASE("state changes: none is empty, a time alone is not") {
  StateChanges changes;
  CHECK(changes.empty());
  changes.alive_at = from_millis(1);
  CHECK_FALSE(changes.empty());
  CHECK(changes.size() == 0);
}

TEST_CASE("state changes: a later removal takes what was put, a later row what was removed") {
  StateChanges changes;
  changes.alerts = {alert("r", 1), alert("s", 2)};
  changes.removed_outbox = {row(1).notification.key};
  StateChanges later;
  later.forgotten_alerts = {{"r", alert("r", 1).alert.labels}};
  later.outbox = {row(2)};
  changes.append(std::move(later));
  REQUIRE(changes.alerts.size() == 1);
  CHECK(changes.alerts[0].rule == "s");
  CHECK(changes.forgotten_alerts.size() == 1);
  CHECK(changes.removed_outbox.empty());
  CHECK(changes.outbox.size() == 1);
  CHECK(changes.size() == 3);
}

TEST_CASE("state changes: of one row the later stays, of history and time all and the last") {
  StateChanges changes;
  changes.outbox = {row(1)};
  changes.history = {{HistoryKind::Alerts, {}, "1"}};
  changes.alive_at = from_millis(1);
  StateChanges later;
  later.outbox = {row(2)};
  later.history = {{HistoryKind::Alerts, {}, "2"}};
  changes.append(later);
  CHECK(changes.alive_at == from_millis(1));
  later = {};
  later.alive_at = from_millis(2);
  changes.append(std::move(later));
  REQUIRE(changes.outbox.size() == 1);
  CHECK(changes.outbox[0].version == 2);
  CHECK(changes.history.size() == 2);
  CHECK(changes.alive_at == from_millis(2));
}
