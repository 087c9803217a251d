#include "agent/import/sample_text.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>

using namespace lapwing;
using namespace lapwing::import;

namespace {

/// The identity as labels are printed, or the error.
std::string parsed(std::string_view identity) {
  const auto labels = parse_identity(identity);
  return labels ? labels->to_string() : "error: " + labels.error().message;
}

std::string identity_of(std::string_view line) {
  const auto length = identity_length(line);
  return length ? std::string(line.substr(0, *length)) : "error: " + length.error().message;
}

/// The value at the front of the text; NaN with the text unread when there is none.
double number(const std::string& text, std::size_t* used = nullptr) {
  const std::string line = text + "\n";
  const char* at = line.data();
  double value = std::nan("");
  const bool found = read_number(at, line.data() + line.size(), value);
  if (used != nullptr) *used = found ? std::size_t(at - line.data()) : 0;
  return value;
}

std::int64_t millis(const std::string& text) {
  const std::string line = text + "\n";
  const char* at = line.data();
  Timestamp time = kNever;
  REQUIRE(read_seconds(at, line.data() + line.size(), time));
  CHECK(*at == '\n');
  return to_millis(time);
}

}  // namespace

TEST_CASE("sample text: an identity ends where its labels end, quotes minded") {
  CHECK(identity_of("up 1 2") == "up");
  CHECK(identity_of("up{} 1") == "up{}");
  CHECK(identity_of(R"(up{a="} \" {"} 1 2)") == R"(up{a="} \" {"})");
  CHECK(identity_of(R"({"my up",a="b"} 1)") == R"({"my up",a="b"})");
  CHECK(identity_of("up {a=\"b\"} 1") == "up {a=\"b\"}");
  CHECK(identity_of("up") == "error: a series without a value");
  CHECK(identity_of("up{a=\"b\" 1") == "error: labels without a closing }");
  CHECK(identity_of("up{a=\"b} 1") == "error: a quote that does not end");
  CHECK(identity_of(R"(up{a="b\)") == "error: a quote that does not end");
}

TEST_CASE("sample text: identities become labels") {
  CHECK(parsed("up") == "up");
  CHECK(parsed("up{}") == "up");
  CHECK(parsed(R"(up{b="2",a="1",})") == R"(up{a="1", b="2"})");
  CHECK(parsed(R"(up { a = "1" , b = "2" })") == R"(up{a="1", b="2"})");
  CHECK(parsed(R"(up{a="\\ \" \n \x"})") == R"(up{a="\\ \" \n \\x"})");
  CHECK(parsed(R"(up{a=""})") == "up");
  CHECK(parsed(R"(ns:up_2{a="ü"})") == R"(ns:up_2{a="ü"})");
  CHECK(parse_identity(R"({"my.up","l.1"="x"})")->metric_name() == "my.up");
  CHECK(parse_identity(R"({"my.up","l.1"="x"})")->get("l.1") == "x");
  CHECK(parse_identity(R"({__name__="up"})")->metric_name() == "up");
}

TEST_CASE("sample text: wrong identities say what is wrong") {
  CHECK(parsed("") == "error: no metric name");
  CHECK(parsed("{}") == "error: no metric name");
  CHECK(parsed("{a=\"1\"}") == "error: no metric name");
  CHECK(parsed("2up") == "error: \"2up\" is no metric name (others need quotes)");
  CHECK(parsed("up{1a=\"\"}") == "error: \"1a\" is no label name (others need quotes)");
  CHECK(parsed("up{a:b=\"\"}") == "error: \"a:b\" is no label name (others need quotes)");
  CHECK(parsed("up{a}") == "error: no = behind the label a");
  CHECK(parsed("up{a=1}") == "error: no quote before the value of the label a");
  CHECK(parsed("up{a=\"1\" b=\"2\"}") == "error: neither , nor } behind a label");
  CHECK(parsed("up{a=\"1\",a=\"2\"}") == "error: the label a is there twice");
  CHECK(parsed("up{\"down\"}") == "error: two metric names");
  CHECK(parsed("up{__name__=\"down\"}") == "error: two metric names");
  CHECK(parsed("up{,}") == "error: \"\" is no label name (others need quotes)");
  CHECK(parsed("up{\"\"=\"1\"}") == "error: a label without a name");
  CHECK(parsed("up{a=\"\xff\"}") == "error: label a: a text that is not UTF-8");
  CHECK(parsed("up{}x") == "error: text behind the labels");
  CHECK(parsed("up{a=\"1\"") == "error: neither , nor } behind a label");
}

TEST_CASE("sample text: numbers are read as strtod reads them, bit for bit") {
  for (const char* text : {"0",
                           "-0",
                           "1",
                           "+1",
                           "12.5",
                           ".5",
                           "5.",
                           "1e3",
                           "1E+3",
                           "1e-3",
                           "2.116026368e+09",
                           "9007199254740993",
                           "0.1",
                           "123456789012345678901234567890",
                           "1e400",
                           "-1e400",
                           "4.9e-324",
                           "2.2250738585072011e-308",
                           "1e-400",
                           "1.7976931348623157e308",
                           "9.725e-06",
                           "0.30000000000000004",
                           "1e22",
                           "1e23",
                           "9007199254740992e22",
                           "00012"}) {
    INFO(text);
    std::size_t used = 0;
    const double value = number(text, &used);
    CHECK(used == std::string_view(text).size());
    CHECK(std::bit_cast<std::uint64_t>(value) ==
          std::bit_cast<std::uint64_t>(std::strtod(text, nullptr)));
  }
  CHECK(std::isinf(number("+Inf")));
  CHECK(number("-Inf") < 0);
  std::size_t used = 0;
  CHECK(std::isnan(number("NaN", &used)));
  CHECK(used == 3);
}

TEST_CASE("sample text: any double that is printed comes back bit for bit") {
  std::mt19937_64 random(11);
  std::size_t wrong = 0;
  for (int i = 0; i < 20'000; ++i) {
    double value = std::bit_cast<double>(random());
    if (i % 3 == 1) value = double(std::int64_t(random() >> (random() % 60))) / 1000;
    if (!std::isfinite(value)) continue;
    for (const char* format : {"%.17g", "%.15g", "%.3f", "%.6e"}) {
      char text[400];
      std::snprintf(text, sizeof text, format, value);
      if (std::bit_cast<std::uint64_t>(number(text)) !=
          std::bit_cast<std::uint64_t>(std::strtod(text, nullptr)))
        ++wrong;
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("sample text: what is no number is none") {
  for (const char* text : {"", "-", "x", ".", "e3", "1e", "1e+", "--1", "nul"}) {
    INFO(text);
    std::size_t used = 9;
    number(text, &used);
    CHECK(used == 0);
  }
  std::size_t used = 0;
  CHECK(number("12_5", &used) == 12);
  CHECK(used == 2);
}

TEST_CASE("sample text: times go to the nearest millisecond") {
  CHECK(millis("0") == 0);
  CHECK(millis("1795164512") == 1'795'164'512'000);
  CHECK(millis("1795164512.1") == 1'795'164'512'100);
  CHECK(millis("1795164512.109") == 1'795'164'512'109);
  CHECK(millis("1795164512.1094") == 1'795'164'512'109);
  CHECK(millis("1795164512.1096") == 1'795'164'512'110);
  CHECK(millis("1795164512.109999999") == 1'795'164'512'110);
  CHECK(millis("1.795164512109e9") == 1'795'164'512'109);
  CHECK(millis("-1.5") == -1500);
  CHECK(millis("1e300") > 253'402'300'800'000);
  CHECK(millis("99999999999999999999") > 253'402'300'800'000);
  CHECK(millis("-1e300") > 253'402'300'800'000);
  for (const std::string text : {"x\n", "\n", "NaN\n", "-\n"}) {
    const char* at = text.data();
    Timestamp time;
    CHECK_FALSE(read_seconds(at, text.data() + text.size(), time));
  }
}
