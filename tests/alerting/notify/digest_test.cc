#include "alerting/notify/digest.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr Timestamp kDigestTime = from_millis(1'700'000'000'000);

Notification group(const char* name, std::vector<NotificationAlert> alerts) {
  Notification notification;
  notification.key = {"team", 2, name};
  notification.group_labels = Labels{{"alertname", name}, {"job", "j"}};
  notification.alerts = std::move(alerts);
  notification.created_at = kDigestTime;
  notification.idempotency_key = name;
  return notification;
}

}  // namespace

TEST_CASE("digest: each alert once, firing ones first, labels that all groups share") {
  const NotificationAlert ended{Labels{{"alertname", "A"}}, {}, kDigestTime, kDigestTime + 1s, ""};
  const NotificationAlert firing{Labels{{"alertname", "B"}}, {}, kDigestTime, {}, ""};
  const Notification a = group("A", {ended, firing});
  const Notification b = group("B", {firing});
  const Notification* parts[] = {&a, &b};
  const Notification digest = make_digest(parts);
  CHECK(digest.key == DeliveryKey{"team", 2, std::string(kDigestGroupKey)});
  CHECK(digest.group_labels == Labels{{"job", "j"}});
  REQUIRE(digest.alerts.size() == 2);
  CHECK(digest.alerts[0].labels == firing.labels);
  CHECK(digest.any_firing());
  CHECK(digest.idempotency_key == make_digest(parts).idempotency_key);
  const Notification* other[] = {&b};
  CHECK(digest.idempotency_key != make_digest(other).idempotency_key);
}

TEST_CASE("digest: it lists no more alerts than its limit") {
  std::vector<NotificationAlert> alerts;
  for (std::size_t i = 0; i <= kDigestAlertLimit; ++i)
    alerts.push_back({Labels{{"i", std::to_string(i)}}, {}, kDigestTime, {}, ""});
  const Notification a = group("A", std::move(alerts));
  const Notification* parts[] = {&a};
  CHECK(make_digest(parts).alerts.size() == kDigestAlertLimit);
}
