#include "agent/http/gzip.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::http;

TEST_CASE("gzip: text comes back and takes less room") {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "node_cpu_seconds_total " + std::to_string(i) + "\n";
  const auto packed = gzip(text);
  REQUIRE(packed.ok());
  CHECK(packed->size() < text.size() / 2);
  const auto back = gunzip(*packed, text.size());
  REQUIRE(back.ok());
  CHECK(*back == text);
}

TEST_CASE("gzip: the empty text comes back") {
  const auto packed = gzip("");
  REQUIRE(packed.ok());
  const auto back = gunzip(*packed, 0);
  REQUIRE(back.ok());
  CHECK(back->empty());
}

TEST_CASE("gunzip: a bomb stops at the limit") {
  const auto packed = gzip(std::string(10'000'000, 'a'));
  REQUIRE(packed.ok());
  const auto back = gunzip(*packed, 1'000'000);
  REQUIRE(!back.ok());
  CHECK(back.error().kind == ErrorKind::Corrupt);
  CHECK(back.error().message.find("more than 1000000") != std::string::npos);
}

TEST_CASE("gunzip: truncated, malformed and empty input is Corrupt") {
  const auto packed = gzip("some text that is long enough to be cut");
  REQUIRE(packed.ok());
  CHECK(!gunzip(packed->substr(0, packed->size() - 6), 1000).ok());
  CHECK(!gunzip(packed->substr(0, 5), 1000).ok());
  CHECK(!gunzip("no gzip at all", 1000).ok());
  CHECK(!gunzip("", 1000).ok());
}

TEST_CASE("gzip: text-like types are compressible, pictures and event streams are not") {
  CHECK(is_compressible("application/json"));
  CHECK(is_compressible("text/plain; version=0.0.4"));
  CHECK(is_compressible("application/openmetrics-text; version=1.0.0"));
  CHECK(!is_compressible("image/png"));
  CHECK(!is_compressible("text/event-stream"));
}

TEST_CASE("gzip: a stream that comes in pieces is unpacked, and known to be whole at its end") {
  const std::string text(200'000, 'x');
  const std::string packed = *gzip(text) + *gzip("tail");
  Gunzip whole;
  std::string out;
  for (const char c : packed) {
    CHECK_FALSE((whole.complete() && out.empty()));
    REQUIRE(whole.append({&c, 1}, out, 1'000'000) == Gunzip::Outcome::Sound);
  }
  CHECK(out == text + "tail");
  CHECK(whole.complete());
  Gunzip cut;
  out.clear();
  CHECK(cut.append(std::string_view(packed).substr(0, packed.size() - 4), out, 1'000'000) ==
        Gunzip::Outcome::Sound);
  CHECK_FALSE(cut.complete());
}

TEST_CASE("gzip: a bomb ends at the limit, damage at once") {
  const std::string packed = *gzip(std::string(10'000'000, 'x'));
  Gunzip bomb;
  std::string out;
  CHECK(bomb.append(packed, out, 100'000) == Gunzip::Outcome::TooLarge);
  CHECK(out.size() < 300'000);
  Gunzip damaged;
  out.clear();
  CHECK(damaged.append("no gzip at all", out, 100'000) == Gunzip::Outcome::Damaged);
}
