#include "collectors/access_log/line_format.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::access_log;

namespace {

LineFormat format(const std::string& text, const JsonFields& fields = {}, double unit = 1) {
  auto made = LineFormat::create(text, fields, unit);
  REQUIRE(made.ok());
  return *std::move(made);
}

const std::string kLine =
    R"(192.0.2.7 - bob [10/Oct/2026:13:55:36 +0000] "GET /a?b=\x22c HTTP/1.1" 404 12 "-" "curl/8")";

}  // namespace

TEST_CASE("line format: combined and common read method and status") {
  AccessRecord record;
  REQUIRE(format("combined").parse(kLine, record));
  CHECK(record.method == "GET");
  CHECK(record.status == 404);
  CHECK(record.seconds < 0);
  CHECK_FALSE(format("common").parse(kLine, record));
  REQUIRE(format("common").parse(kLine.substr(0, kLine.find(" \"-\"")), record));
  CHECK(record.status == 404);
}

TEST_CASE("line format: $request_time at the end, and anywhere in a format of one's own") {
  AccessRecord record;
  REQUIRE(format("combined_timed").parse(kLine + " 0.137", record));
  CHECK(record.seconds == 0.137);
  const LineFormat own = format("[$host] rt=${request_time}s $request_method '$status'|");
  CHECK(own.tells_duration());
  CHECK(own.tells_host());
  REQUIRE(own.parse("[shop.example] rt=1.5s POST '201'|", record));
  CHECK(record.host == "shop.example");
  CHECK(record.method == "POST");
  CHECK(record.status == 201);
  CHECK(record.seconds == 1.5);
}

TEST_CASE("line format: Apache's directives, its units and its escaped quotes") {
  AccessRecord record;
  const LineFormat apache =
      format(R"(%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i" %D)");
  REQUIRE(apache.parse(R"(shop:443 ::1 - - [10/Oct/2026:13:55:36 +0000] "GET /\" HTTP/1.0" 200 5 )"
                       R"("-" "a \"b\" c" 2500)",
                       record));
  CHECK(record.host == "shop");
  CHECK(record.method == "GET");
  CHECK(record.seconds == Approx(0.0025));
  REQUIRE(format("%!200,304{X}i %s %{ms}T 5%%").parse("- 304 12 5%", record));
  CHECK(record.seconds == Approx(0.012));
}

TEST_CASE("line format: JSON by the usual names and by one's own, in any order") {
  AccessRecord record;
  REQUIRE(format("json").parse(
      R"({"nested":{"status":1,"x":["}"]},"status":"503","request":"PUT /x HTTP/2.0",)"
      R"( "request_time":0.25,"host":"h","e":"\"","n":null})",
      record));
  CHECK(record.status == 503);
  CHECK(record.method == "PUT");
  CHECK(record.seconds == 0.25);
  CHECK(record.host == "h");
  const LineFormat own =
      format("json", {.method = "m", .status = "code", .duration = "took"}, 1e-3);
  REQUIRE(own.parse(R"({"took":12,"m":"GET","code":200,"status":"up"})", record));
  CHECK(record.seconds == Approx(0.012));
  CHECK(record.status == 200);
}

TEST_CASE("line format: lines of another form, empty or cut, are not of it") {
  AccessRecord record;
  const LineFormat combined = format("combined");
  CHECK_FALSE(combined.parse("", record));
  CHECK_FALSE(combined.parse("nonsense", record));
  for (std::size_t size = 0; size < kLine.size(); ++size)
    CHECK_FALSE(combined.parse(kLine.substr(0, size), record));
  CHECK_FALSE(format("$status.").parse("20x.", record));
  CHECK_FALSE(format("$status $request_time").parse("200 fast", record));
  for (const char* text : {"", "[]", "{", "{\"status\":200", "{\"a\":1}", "{\"status\":}"})
    CHECK_FALSE(format("json").parse(text, record));
}

TEST_CASE("line format: a request that was none has its status; '-' is no time") {
  AccessRecord record;
  REQUIRE(format("\"$request\" $status $request_time").parse(R"("\x16\x03" 400 -)", record));
  CHECK(record.method.empty());
  CHECK(record.status == 400);
  CHECK(record.seconds < 0);
}

TEST_CASE("line format: what is no format, or cannot be read, is Invalid") {
  for (const char* text : {"", "combine", "$remote_addr", "%h %l", "$status$request"})
    CHECK_FALSE(LineFormat::create(text));
}
