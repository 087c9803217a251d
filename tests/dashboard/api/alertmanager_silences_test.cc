#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

constexpr std::string_view kId = "00000000-0000-4000-8000-000000000001";
constexpr std::string_view kBody =
    R"({"matchers":[{"name":"alertname","value":"DiskFull","isRegex":false,"isEqual":true}],)"
    R"("startsAt":"2023-11-14T22:00:00Z","endsAt":"2023-11-14T23:30:00Z",)"
    R"("createdBy":"me","comment":"a change"})";

std::string path(std::string_view id) { return "/api/v2/silence/" + std::string(id); }

TEST_CASE("silences: made, listed, shown, ended, as Alertmanager does") {
  testing::Fixture fixture;
  const http::Response made = fixture.ask("POST", "/api/v2/silences", kBody);
  CHECK(made.status == 200);
  CHECK(made.body == "{\"silenceID\":\"" + std::string(kId) + "\"}\n");
  const std::string expected =
      R"({"id":"00000000-0000-4000-8000-000000000001","status":{"state":"active"},)"
      R"("updatedAt":"2023-11-14T22:13:20.000Z","comment":"a change","createdBy":"me",)"
      R"("endsAt":"2023-11-14T23:30:00.000Z","matchers":[{"isEqual":true,"isRegex":false,)"
      R"("name":"alertname","value":"DiskFull"}],"startsAt":"2023-11-14T22:13:20.000Z"})";
  CHECK(fixture.ask("GET", "/api/v2/silences").body == "[" + expected + "]\n");
  CHECK(fixture.ask("GET", path(kId)).body == expected + "\n");
  CHECK(fixture.ask("DELETE", path(kId)).status == 200);
  CHECK(fixture.ask("GET", path(kId)).body.find("\"state\":\"expired\"") != std::string::npos);
}

TEST_CASE("silences: a filter asks for matchers that the silence has") {
  testing::Fixture fixture;
  fixture.ask("POST", "/api/v2/silences", kBody);
  const auto found = [&](const std::string& filter) {
    return fixture.ask("GET", "/api/v2/silences?filter=" + filter).body != "[]\n";
  };
  CHECK(found("alertname%3DDiskFull"));
  CHECK(found("alertname%3D~%22Disk.*%22"));
  CHECK_FALSE(found("alertname%3DOther"));
  CHECK_FALSE(found("instance%3Da"));
  CHECK(fixture.ask("GET", "/api/v2/silences?filter=bad").status == 400);
}

TEST_CASE("silences: wrong requests get Alertmanager's codes") {
  testing::Fixture fixture;
  CHECK(fixture.ask("GET", path("nope")).status == 422);
  CHECK(fixture.ask("DELETE", path("nope")).status == 422);
  CHECK(fixture.ask("GET", path(kId)).status == 404);
  CHECK(fixture.ask("DELETE", path(kId)).status == 404);
  const http::Response no_json = fixture.ask("POST", "/api/v2/silences", "x");
  CHECK(no_json.status == 400);
  CHECK(no_json.body.starts_with(R"({"code":400,"message":"parsing silence body)"));
  CHECK(fixture.ask("POST", "/api/v2/silences", "{}").body ==
        R"({"code":602,"message":"comment in body is required"})");
  std::string unknown(kBody);
  unknown.insert(1, R"("id":"not-a-uuid",)");
  CHECK(fixture.ask("POST", "/api/v2/silences", unknown).status == 404);
  std::string past(kBody);
  past.replace(past.find("2023-11-14T23:30"), 16, "2023-11-14T22:05");
  const http::Response late = fixture.ask("POST", "/api/v2/silences", past);
  CHECK(late.status == 400);
  CHECK(late.body == "\"Failed to create silence: end time can't be in the past\"\n");
  CHECK(fixture.ask("POST", "/api/v2/silences", std::string(70'000, ' ')).status == 413);
}

TEST_CASE("silences: a page of another site makes none") {
  testing::Fixture fixture;
  const http::Response refused =
      fixture.ask("POST", "/api/v2/silences", kBody,
                  {{"Host", "127.0.0.1:5279"}, {"Origin", "https://elsewhere.example"}});
  CHECK(refused.status == 403);
  CHECK(fixture.ask("GET", "/api/v2/silences").body == "[]\n");
}

}  // namespace
}  // namespace lapwing::dashboard
