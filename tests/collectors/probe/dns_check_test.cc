#include "collectors/probe/dns_check.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::probe;

namespace {
std::vector<Regex> regexes(const char* pattern) { return {*Regex::create(pattern)}; }
const std::vector<DnsRecord> kRecords = {{1, "a.\t1\tIN\tA\t192.0.2.1"},
                                         {1, "a.\t1\tIN\tA\t192.0.2.2"}};
}  // namespace

TEST_CASE("dns check: each rule says when it fails") {
  CHECK(check_records(kRecords, {}).ok());
  CHECK_FALSE(check_records(kRecords, {.fail_if_matches = regexes("2\\.2$")}));
  CHECK(check_records(kRecords, {.fail_if_matches = regexes("2\\.3$")}).ok());
  CHECK_FALSE(check_records(kRecords, {.fail_if_not_matches = regexes("2\\.2$")}));
  CHECK(check_records(kRecords, {.fail_if_not_matches = regexes("192")}).ok());
  CHECK_FALSE(check_records(kRecords, {.fail_if_none_matches = regexes("198")}));
  CHECK(check_records(kRecords, {.fail_if_none_matches = regexes("2\\.2$")}).ok());
}

TEST_CASE("dns check: fail_if_all_match fails where not all do, as in blackbox_exporter") {
  CHECK(check_records(kRecords, {.fail_if_all_match = regexes("192")}).ok());
  CHECK_FALSE(check_records(kRecords, {.fail_if_all_match = regexes("2\\.2$")}));
}

TEST_CASE("dns check: without records only what must match fails") {
  CHECK_FALSE(check_records({}, {.fail_if_not_matches = regexes(".")}));
  CHECK_FALSE(check_records({}, {.fail_if_none_matches = regexes(".")}));
  CHECK(check_records({}, {.fail_if_matches = regexes(".")}).ok());
}

TEST_CASE("dns check: the code must be NOERROR, or one of those named") {
  CHECK(check_dns_answer({.rcode = 0}, {}).ok());
  CHECK_FALSE(check_dns_answer({.rcode = 3}, {}));
  CHECK(check_dns_answer({.rcode = 3}, {.valid_rcodes = {0, 3}}).ok());
  const auto bad = check_dns_answer({.answer = kRecords}, {.answer = {regexes("."), {}, {}, {}}});
  CHECK(bad.error().message.starts_with("Answer RRs validation failed: At least one RR matched"));
}
