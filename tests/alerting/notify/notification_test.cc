#include "alerting/notify/notification.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

TEST_CASE("fingerprint: FNV-1a over names and values with 0xff behind each") {
  CHECK(fingerprint_text(fingerprint(Labels{})) == "cbf29ce484222325");
  // What Alertmanager 0.33 showed for these alerts.
  CHECK(fingerprint_text(fingerprint(Labels{{"alertname", "A"}})) == "d2c6efc389df0927");
  CHECK(fingerprint_text(fingerprint(
            Labels{{"alertname", "B"}, {"severity", "page"}, {"ü", "ö\n"}})) == "69f8bb7ae416b84a");
  CHECK(fingerprint(Labels{{"a", "bc"}}) != fingerprint(Labels{{"ab", "c"}}));
}

TEST_CASE("notification order: job, instance, then number of labels, names and values") {
  const Labels job_a{{"alertname", "Z"}, {"job", "a"}};
  const Labels job_b{{"alertname", "A"}, {"job", "b"}};
  const Labels none{{"alertname", "A"}};
  CHECK(notification_order(job_a, job_b));
  CHECK(notification_order(job_b, none));
  CHECK_FALSE(notification_order(none, job_a));
  CHECK(notification_order(none, Labels{{"alertname", "A"}, {"z", "1"}}));
  CHECK(notification_order(none, Labels{{"alertname", "B"}}));
  CHECK_FALSE(notification_order(none, none));
}

TEST_CASE("notification: survives its JSON") {
  Notification n;
  n.key = {"team \"x\"", 2, "{}:{a=\"b\"}"};
  n.group_labels = Labels{{"a", "b"}};
  n.created_at = from_millis(1'700'000'000'123);
  n.group_interval = 5min;
  n.firing = {1, 0xffffffffffffffffu};
  n.resolved = {3};
  n.reason = "first notification";
  n.alerts = {
      {Labels{{"a", "ü\n"}}, Labels{{"s", "t"}}, from_millis(5), from_millis(7), "http://g"}};
  const auto back = decode_notification(encode_notification(n));
  REQUIRE(back.ok());
  CHECK(back->key == n.key);
  CHECK(back->group_labels == n.group_labels);
  CHECK(back->created_at == n.created_at);
  CHECK(back->group_interval == n.group_interval);
  CHECK(back->firing == n.firing);
  CHECK(back->resolved == n.resolved);
  CHECK(back->reason == n.reason);
  REQUIRE(back->alerts.size() == 1);
  CHECK(back->alerts[0].labels == n.alerts[0].labels);
  CHECK(back->alerts[0].annotations == n.alerts[0].annotations);
  CHECK(back->alerts[0].ends_at == from_millis(7));
  CHECK(back->alerts[0].generator_url == "http://g");
}

TEST_CASE("notification: what all alerts have alike, and the receiver's name in data") {
  const std::vector<NotificationAlert> alerts = {
      {Labels{{"a", "1"}, {"b", "2"}}, Labels{{"s", "x"}}, {}, {}, ""},
      {Labels{{"a", "1"}, {"b", "3"}}, Labels{{"s", "x"}, {"t", "y"}}, {}, {}, ""}};
  CHECK(common_labels(alerts) == Labels{{"a", "1"}});
  CHECK(common_annotations(alerts) == Labels{{"s", "x"}});
  CHECK(common_labels({}).empty());
  CHECK(quoted_receiver("web.hook (a|b)") == R"(web\.hook \(a\|b\))");
}

TEST_CASE("notification: what is no notification is Corrupt") {
  for (const char* text : {"", "{}", "[1]", "{\"receiver\":\"a\",\"group_labels\":{}}", "{\"rec"})
    CHECK(decode_notification(text).error().kind == ErrorKind::Corrupt);
  CHECK_FALSE(decode_labels("{\"a\":1}").ok());
  CHECK(*decode_labels(encode_labels(Labels{{"a", "b"}})) == Labels{{"a", "b"}});
}
