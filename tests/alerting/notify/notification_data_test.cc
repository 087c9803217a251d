#include "alerting/notify/notification_data.h"

#include <catch2/catch.hpp>

#include "alerting/template/json.h"
#include "alerting/template/template_set.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

Notification notification() {
  Notification n;
  n.key = {"team.x", 0, "{}:{alertname=\"A\"}"};
  n.group_labels = Labels{{"alertname", "A"}};
  n.reason = "new alerts added";
  n.alerts.push_back({Labels{{"alertname", "A"}, {"job", "j"}, {"instance", "1"}},
                      Labels{{"summary", "one"}},
                      from_millis(1'000'500),
                      {},
                      "http://p"});
  n.alerts.push_back({Labels{{"alertname", "A"}, {"job", "j"}, {"instance", "2"}},
                      Labels{{"summary", "two"}}, from_millis(1'000'000), from_millis(2'000'000),
                      ""});
  return n;
}

std::string expand(std::string_view text, const TemplateValue& data) {
  const auto out = NotificationTemplate::parse(text)->expand(TemplateSet(), data, {});
  return out ? *out : out.error().message;
}

}  // namespace

TEST_CASE("notification data: the fields of Alertmanager's model") {
  const TemplateValue data = notification_data(notification(), "http://am");
  CHECK(expand("{{ .Receiver }} {{ .Status }} {{ .ExternalURL }} {{ .GroupLabels }}", data) ==
        "team\\.x firing http://am alertname=A");
  CHECK(expand("{{ .CommonLabels }}|{{ .CommonAnnotations }}|{{ .NotificationReason }}", data) ==
        "alertname=A, job=j||new alerts added");
  CHECK(expand("{{ len .Alerts }} {{ len .Alerts.Firing }} {{ len .Alerts.Resolved }}", data) ==
        "2 1 1");
  CHECK(
      expand("{{ with index .Alerts 1 }}{{ .Status }} {{ .StartsAt.Unix }} {{ .EndsAt }}{{ end }}",
             data) == "resolved 1000 1970-01-01 00:33:20 +0000 UTC");
  CHECK(expand("{{ (index .Alerts 0).EndsAt }} {{ (index .Alerts 0).Fingerprint | len }}", data) ==
        "0001-01-01 00:00:00 +0000 UTC 16");
}

TEST_CASE("notification data: the methods of maps and pairs") {
  const TemplateValue data = notification_data(notification(), "");
  CHECK(expand("{{ range .CommonLabels.SortedPairs }}{{ .Name }}:{{ .Value }};{{ end }}", data) ==
        "alertname:A;job:j;");
  CHECK(expand("{{ .CommonLabels.Names }}{{ .CommonLabels.SortedPairs.Values }}", data) ==
        "[alertname job][A j]");
  CHECK(expand("{{ .CommonLabels.Remove .GroupLabels.Names }}", data) == "job=j");
  CHECK(expand("{{ stringSlice \"job\" | .CommonLabels.Remove }}", data) == "alertname=A");
  CHECK(expand("{{ .CommonLabels.Remove }}", data).find("want 1 got 0") != std::string::npos);
  CHECK(expand("{{ .CommonLabels.Remove 1 }}", data).find("[]string") != std::string::npos);
  CHECK(expand("{{ .CommonLabels.String }}", data) == "alertname=A, job=j");
}

TEST_CASE("notification data: only the first alerts when there is a limit") {
  const TemplateValue data = notification_data(notification(), "", 1);
  CHECK(expand("{{ len .Alerts }} {{ .CommonLabels.instance }}", data) == "1 1");
}

TEST_CASE("notification data: as JSON and back") {
  const TemplateValue data = notification_data(notification(), "http://am");
  const std::string json = template_json(data);
  CHECK(json.starts_with("{\"receiver\":\"team\\\\.x\",\"status\":\"firing\",\"alerts\":[{"));
  const auto again = notification_data_from_json(json);
  REQUIRE(again.ok());
  CHECK(template_json(*again) == json);
}

TEST_CASE("notification data: what is no notification is Invalid") {
  for (const char* text : {"", "[]", "{\"alerts\":[{\"startsAt\":\"soon\"}]}", "{"}) {
    CAPTURE(text);
    CHECK_FALSE(notification_data_from_json(text).ok());
  }
  CHECK(notification_data_from_json("{}").ok());
}
