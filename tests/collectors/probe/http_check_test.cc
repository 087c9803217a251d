#include "collectors/probe/http_check.h"

#include <catch2/catch.hpp>

#include "agent/http/gzip.h"

using namespace lapwing;
using namespace lapwing::collectors::probe;

namespace {

const http::Pairs kHeaders = {{"X-A", "one"}, {"x-a", "two"}, {"Content-Length", "12"}};

HttpVerdict judge(const HttpModule& module, int status = 200, bool tls = false,
                  std::string_view body = "hello", bool whole = true) {
  return check_http_answer({status, "HTTP/1.1", kHeaders, body, whole, true, tls}, module);
}
std::vector<Regex> regexes(const char* pattern) { return {*Regex::create(pattern)}; }
HeaderMatch header(const char* name, const char* pattern, bool allow_missing = false) {
  return {name, *Regex::create(pattern), allow_missing};
}

}  // namespace

TEST_CASE("http check: 2xx is valid unless statuses are named") {
  CHECK(judge({}).success);
  CHECK(judge({}, 299).success);
  CHECK_FALSE(judge({}, 301).success);
  CHECK(judge({.valid_status_codes = {301, 404}}, 404).success);
  CHECK_FALSE(judge({.valid_status_codes = {301}}, 200).success);
}

TEST_CASE("http check: what the body must and must not match") {
  const auto bad = judge({.fail_if_body_matches = regexes("ell")});
  CHECK_FALSE(bad.success);
  CHECK(bad.failed_due_to_regex);
  CHECK(judge({.fail_if_body_matches = regexes("bye")}).success);
  CHECK(judge({.fail_if_body_not_matches = regexes("ell")}).success);
  CHECK(judge({.fail_if_body_not_matches = regexes("bye")}).failed_due_to_regex);
}

TEST_CASE("http check: a wrong status is not blamed on a regex") {
  CHECK_FALSE(judge({.fail_if_body_matches = regexes("ell")}, 500).failed_due_to_regex);
}

TEST_CASE("http check: headers compare without case, any value counts, missing ones fail") {
  CHECK(judge({.fail_if_header_matches = {header("x-A", "two")}}).failed_due_to_regex);
  CHECK(judge({.fail_if_header_not_matches = {header("X-A", "two")}}).success);
  CHECK_FALSE(judge({.fail_if_header_not_matches = {header("X-A", "three")}}).success);
  CHECK_FALSE(judge({.fail_if_header_matches = {header("X-B", "x")}}).success);
  CHECK(judge({.fail_if_header_matches = {header("X-B", "x", true)}}).success);
}

TEST_CASE("http check: TLS can be wanted or not") {
  CHECK_FALSE(judge({.fail_if_ssl = true}, 200, true).success);
  CHECK(judge({.fail_if_ssl = true}).success);
  CHECK_FALSE(judge({.fail_if_not_ssl = true}).success);
  CHECK(judge({.fail_if_not_ssl = true}, 200, true).success);
}

TEST_CASE("http check: versions are named as Go names them") {
  CHECK(judge({.valid_http_versions = {"HTTP/1.1"}}).success);
  CHECK_FALSE(judge({.valid_http_versions = {"HTTP/2.0"}}).success);
  CHECK(check_http_answer({200, "HTTP/2", kHeaders, "", true, true, true},
                          {.valid_http_versions = {"HTTP/2.0"}})
            .success);
  CHECK(protocol_number("HTTP/1.1") == 1.1);
  CHECK(protocol_number("HTTP/2") == 2);
  CHECK(protocol_number("") == 0);
}

TEST_CASE("http check: a body that was cut fails, with or without a regex on it") {
  CHECK_FALSE(judge({}, 200, false, "", false).success);
  CHECK(judge({.fail_if_body_matches = regexes("x")}, 200, false, "", false).failed_due_to_regex);
}

TEST_CASE("http check: a body of another packing is not blamed on a regex") {
  const HttpModule module{.fail_if_body_matches = regexes("x")};
  const auto verdict =
      check_http_answer({200, "HTTP/1.1", kHeaders, "x", true, false, false}, module);
  CHECK_FALSE(verdict.success);
  CHECK_FALSE(verdict.failed_due_to_regex);
}

TEST_CASE("http check: bodies are unpacked as the module says, whatever the headers say") {
  const std::string packed = *http::gzip("hello");
  CHECK(unpack_body(Compression::Gzip, packed, 100) == "hello");
  CHECK_FALSE(unpack_body(Compression::Gzip, "hello", 100));
  CHECK_FALSE(unpack_body(Compression::Gzip, packed, 4));
  CHECK_FALSE(unpack_body(Compression::Deflate, "\xff", 100));
  CHECK_FALSE(unpack_body(Compression::Brotli, "hello", 100));
  CHECK(unpack_body(Compression::Identity, packed, 1) == packed);
}

TEST_CASE("http check: dates in HTTP's three forms") {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"})
    CHECK(parse_http_date(text) == 784'111'777.0);
  for (const char* text : {"", "yesterday", "Sun, 06 Nov 1994 08:49:37"})
    CHECK_FALSE(parse_http_date(text));
}

TEST_CASE("http check: a length that is not told is -1") {
  CHECK(content_length(kHeaders, 200) == 12);
  CHECK(content_length({}, 200) == -1);
  CHECK(content_length(kHeaders, 204) == 0);
  CHECK(content_length({{"Content-Length", "x"}}, 200) == -1);
}
