#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

TEST_CASE("federate: the newest samples by name, external labels and an empty instance behind") {
  testing::Fixture fixture;
  const http::Response page =
      fixture.ask("GET", "/federate?match[]=requests_total&match[]=up&match[]={job=\"web\"}");
  CHECK(page.status == 200);
  CHECK(page.content_type.starts_with("text/plain; version=0.0.4"));
  CHECK(page.body ==
        "# TYPE requests_total untyped\n"
        "requests_total{code=\"200\",job=\"web\",instance=\"\",site=\"berlin\"} 600 1700000000000\n"
        "requests_total{code=\"500\",job=\"web\",instance=\"\",site=\"berlin\"} 10 1700000000000\n"
        "# TYPE up untyped\n"
        "up{instance=\"host-a\",job=\"node\",site=\"berlin\"} 1 1700000000000\n");
}

TEST_CASE("federate: ended and old series are left out") {
  testing::Fixture fixture;
  fixture.store.add({{"__name__", "ended"}}, testing::kNow - 60s, 1);
  fixture.store.add({{"__name__", "ended"}}, testing::kNow - 30s, kStaleMarker);
  fixture.store.add({{"__name__", "old"}}, testing::kNow - 301s, 1);
  CHECK(fixture.ask("GET", "/federate?match[]=ended&match[]=old").body.empty());
}

TEST_CASE("federate: names that need quotes are escaped as the scraper takes them") {
  testing::Fixture fixture;
  fixture.store.add({{"__name__", "a.b"}, {"c.d", "e\"\n"}}, testing::kNow, 2.5e-7);
  const char* const target = "/federate?match[]={\"a.b\"}";
  CHECK(fixture.ask("GET", target).body ==
        "# TYPE a_b untyped\n"
        "a_b{c_d=\"e\\\"\\n\",instance=\"\",job=\"outside\",site=\"berlin\"} 2.5e-07 "
        "1700000000000\n");
  CHECK(fixture.ask("GET", target, "", {{"Accept", "text/plain;escaping=allow-utf-8"}}).body ==
        "# TYPE \"a.b\" untyped\n"
        "{\"a.b\",\"c.d\"=\"e\\\"\\n\",instance=\"\",job=\"outside\",site=\"berlin\"} 2.5e-07 "
        "1700000000000\n");
}

TEST_CASE("federate: a broken selector is 400, none is an empty page") {
  testing::Fixture fixture;
  CHECK(fixture.ask("GET", "/federate?match[]={").status == 400);
  CHECK(fixture.ask("GET", "/federate").body.empty());
}

}  // namespace
}  // namespace lapwing::dashboard
