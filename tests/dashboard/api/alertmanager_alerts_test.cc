#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

/// A fires, B is inhibited by it, C is in a muted group of another receiver.
alerting::NotifyStatus example() {
  const Timestamp at = testing::kNow;
  const auto alert = [&](std::string fingerprint, Labels labels, std::string receiver) {
    alerting::NotifyAlert one;
    one.fingerprint = std::move(fingerprint);
    one.labels = std::move(labels);
    one.starts_at = at - 1min;
    one.ends_at = at + 3min;
    one.updated_at = at;
    one.receivers = {std::move(receiver)};
    return one;
  };
  alerting::NotifyStatus status;
  status.alerts = {alert("b000000000000000", {{"alertname", "B"}}, "hook"),
                   alert("a000000000000000", {{"alertname", "A"}}, "hook"),
                   alert("c000000000000000", {{"alertname", "C"}, {"team", "night"}}, "other")};
  status.alerts[0].inhibited_by = {"a000000000000000"};
  status.alerts[1].annotations = {{"summary", "s"}};
  status.alerts[1].generator_url = "http://g/";
  status.groups = {{"hook", {{"alertname", "A"}}, {}, {1}},
                   {"hook", {{"alertname", "B"}}, {}, {0}},
                   {"other", {{"alertname", "C"}}, {"always"}, {2}}};
  return status;
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
  return n;
}

TEST_CASE("notified alerts: by fingerprint, in Alertmanager's shape") {
  testing::Fixture fixture;
  fixture.around.notify = example();
  const std::string body = fixture.ask("GET", "/api/v2/alerts").body;
  CHECK(body.starts_with(
      R"([{"annotations":{"summary":"s"},"endsAt":"2023-11-14T22:16:20.000Z",)"
      R"("fingerprint":"a000000000000000","receivers":[{"name":"hook"}],)"
      R"("startsAt":"2023-11-14T22:12:20.000Z","status":{"inhibitedBy":[],"mutedBy":[],)"
      R"("silencedBy":[],"state":"active"},"updatedAt":"2023-11-14T22:13:20.000Z",)"
      R"("generatorURL":"http://g/","labels":{"alertname":"A"}},{"annotations":{},)"));
  CHECK(count(body, "suppressed") == 1);
}

TEST_CASE("notified alerts: filters") {
  testing::Fixture fixture;
  fixture.around.notify = example();
  const auto shown = [&](const std::string& query) {
    return count(fixture.ask("GET", "/api/v2/alerts?" + query).body, "fingerprint");
  };
  CHECK(shown("") == 3);
  CHECK(shown("filter=alertname%3D%22A%22") == 1);
  CHECK(shown("filter=alertname%3D~%22A%7CC%22&filter=team%3Dnight") == 1);
  CHECK(shown("active=false") == 1);
  CHECK(shown("inhibited=false") == 2);
  CHECK(shown("receiver=o.*") == 1);
  CHECK(shown("receiver=o") == 0);
  CHECK(fixture.ask("GET", "/api/v2/alerts?filter=bad").status == 400);
  CHECK(fixture.ask("GET", "/api/v2/alerts?receiver=%5B").status == 400);
}

TEST_CASE("alert groups: a muted one is suppressed and says by what") {
  testing::Fixture fixture;
  fixture.around.notify = example();
  const std::string all = fixture.ask("GET", "/api/v2/alerts/groups").body;
  CHECK(count(all, "\"receiver\":{\"name\"") == 3);
  CHECK(count(all, "\"mutedBy\":[\"always\"],\"silencedBy\":[],\"state\":\"suppressed\"") == 1);
  CHECK(count(fixture.ask("GET", "/api/v2/alerts/groups?muted=false").body, "fingerprint") == 2);
  // What a route mutes is active by itself.
  CHECK(count(fixture.ask("GET", "/api/v2/alerts/groups?active=false").body, "fingerprint") == 1);
  CHECK(count(fixture.ask("GET", "/api/v2/alerts/groups?receiver=other").body, "fingerprint") == 1);
}

TEST_CASE("posted alerts: times are filled in, the sound ones are taken") {
  testing::Fixture fixture;
  const http::Response mixed = fixture.ask(
      "POST", "/api/v2/alerts",
      R"([{"labels":{"alertname":"X","empty":""},"annotations":{"s":"t"},"generatorURL":"http://g/"},)"
      R"({"labels":{}}])");
  CHECK(mixed.status == 400);
  CHECK(mixed.body == "\"at least one label pair required\"\n");
  REQUIRE(fixture.around.posted.size() == 1);
  const alerting::AlertNotice& notice = fixture.around.posted[0];
  CHECK(notice.labels == Labels{{"alertname", "X"}});
  CHECK(notice.annotations == Labels{{"s", "t"}});
  CHECK(notice.starts_at == testing::kNow);
  CHECK(notice.ends_at == testing::kNow + 7min);  // resolve_timeout
  CHECK(
      fixture
          .ask(
              "POST", "/api/v2/alerts",
              R"([{"labels":{"a":"b"},"startsAt":"2023-11-14T22:00:00.5Z","endsAt":"2023-11-14T22:10:00Z"}])")
          .status == 200);
  CHECK(fixture.around.posted[0].starts_at == parse_rfc3339("2023-11-14T22:00:00.5Z").value());
}

TEST_CASE("posted alerts: wrong bodies get Alertmanager's codes and post nothing") {
  testing::Fixture fixture;
  const auto status = [&](std::string_view body) {
    return fixture.ask("POST", "/api/v2/alerts", body).status;
  };
  CHECK(status("x") == 400);
  CHECK(status("{}") == 400);
  CHECK(status(R"([{"annotations":{}}])") == 422);
  CHECK(
      status(
          R"([{"labels":{"a":"b"},"startsAt":"2024-01-01T00:00:00Z","endsAt":"2023-01-01T00:00:00Z"}])") ==
      400);
  CHECK(status("[]") == 200);
  CHECK(fixture.around.posted.empty());
}

TEST_CASE("posted alerts: a label that is no text, a time that is none: the body is none") {
  testing::Fixture fixture;
  for (const char* const body :
       {R"([{"labels":{"a":1}}])", R"([{"labels":{"a":"b"},"endsAt":"soon"}])"}) {
    const http::Response refused = fixture.ask("POST", "/api/v2/alerts", body);
    CHECK(refused.status == 400);
    CHECK(refused.body.starts_with(R"({"code":400,"message":"parsing alerts body)"));
  }
  CHECK(fixture.around.posted.empty());
}

}  // namespace
}  // namespace lapwing::dashboard
