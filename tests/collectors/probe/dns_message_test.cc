#include "collectors/probe/dns_message.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::probe;

namespace {

/// A message whose one question is example.org, at offset 12.
std::string message(int answers, const std::string& records, int rcode = 0) {
  std::string out("\x12\x34\x81", 3);
  out += char(0x80 | rcode);
  out += std::string("\0\1\0", 3) + char(answers) + std::string("\0\0\0\0", 4);
  return out + std::string("\7example\3org\0\0\1\0\1", 17) + records;
}

std::string record(int type, const std::string& data, const std::string& name = "\xc0\x0c") {
  std::string out = name + char(type >> 8) + char(type) + std::string("\0\1\0\0\0\x3c", 6);
  return out + char(data.size() >> 8) + char(data.size()) + data;
}

std::string text_of(int type, const std::string& data) {
  const auto parsed = parse_dns_message(message(1, record(type, data)));
  REQUIRE(parsed.ok());
  return parsed->answer.at(0).text;
}

}  // namespace

TEST_CASE("dns message: a question is as RFC 1035 has it, with or without the final dot") {
  const std::string expected("\x12\x34\1\0\0\1\0\0\0\0\0\0\1a\2bc\0\0\x1c\0\1", 22);
  for (const char* name : {"a.bc", "a.bc."})
    CHECK(*dns_query({0x1234, name, 28, 1, true}) == expected);
  CHECK(dns_query({.name = "."})->size() == 17);
}

TEST_CASE("dns message: what is no name cannot be asked for") {
  CHECK_FALSE(dns_query({.name = "a..b"}));
  CHECK_FALSE(dns_query({.name = ".a"}));
  CHECK_FALSE(dns_query({.name = std::string(64, 'x')}));
  std::string longest;
  for (int i = 0; i < 64; ++i) longest += "abc.";
  CHECK_FALSE(dns_query({.name = longest}));
}

TEST_CASE("dns message: records read as blackbox_exporter's checks see them") {
  CHECK(text_of(1, "\xc0\xa8\1\2") == "example.org.\t60\tIN\tA\t192.168.1.2");
  CHECK(text_of(28, std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16)) ==
        "example.org.\t60\tIN\tAAAA\t2001:db8::1");
  CHECK(text_of(15, std::string("\0\x0a\4mail\xc0\x0c", 9)) ==
        "example.org.\t60\tIN\tMX\t10 mail.example.org.");
  CHECK(text_of(16, "\3a\"b\2cd") == "example.org.\t60\tIN\tTXT\t\"a\\\"b\" \"cd\"");
  CHECK(text_of(33, std::string("\0\1\0\2\0\x50\1s\xc0\x0c", 10)) ==
        "example.org.\t60\tIN\tSRV\t1 2 80 s.example.org.");
  CHECK(text_of(200, "\1\xff") == "example.org.\t60\tIN\tTYPE200\t\\# 2 01ff");
}

TEST_CASE("dns message: SOA gives its serial") {
  const std::string data = std::string("\2ns\xc0\x0c\1m\xc0\x0c", 9) +
                           std::string("\0\0\0\7\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4", 20);
  const auto parsed = parse_dns_message(message(1, record(6, data), 3));
  REQUIRE(parsed.ok());
  CHECK(parsed->rcode == 3);
  CHECK(parsed->id == 0x1234);
  CHECK(parsed->is_answer);
  CHECK(parsed->answer[0].serial == 7u);
  CHECK(parsed->answer[0].text ==
        "example.org.\t60\tIN\tSOA\tns.example.org. m.example.org. 7 1 2 3 4");
}

TEST_CASE("dns message: what breaks off is Invalid, at any byte; circles end") {
  const std::string whole = message(1, record(1, "\1\2\3\4"));
  REQUIRE(parse_dns_message(whole).ok());
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(parse_dns_message(whole.substr(0, size)));
  CHECK_FALSE(parse_dns_message(message(1, record(1, "\1\2\3\4", "\xc0\x1d"))));
}

TEST_CASE("dns message: a record that reads past its end is Invalid, its text is always ASCII") {
  // Found by fuzzing: the tag of a CAA record was as long as it said, and as it was.
  CHECK(text_of(257, std::string("\0\5issueca", 9)) == "example.org.\t60\tIN\tCAA\t0 issue \"ca\"");
  CHECK(text_of(257, std::string("\0\2\xff\nca", 6)) ==
        "example.org.\t60\tIN\tCAA\t0 \\255\\010 \"ca\"");
  const std::string next = record(1, "\1\2\3\4");
  CHECK_FALSE(parse_dns_message(message(2, record(257, std::string("\0\x14issue", 7)) + next)));
  CHECK_FALSE(parse_dns_message(message(2, record(16, "\x10short") + next)));
  CHECK_FALSE(parse_dns_message(message(2, record(15, std::string("\0\x0a", 2)) + next)));
  CHECK(text_of(2, "") == "example.org.\t60\tIN\tNS\t\\# 0");
}

TEST_CASE("dns message: words for types, classes and codes") {
  CHECK(dns_type_of("SOA") == kDnsTypeSoa);
  CHECK(dns_class_of("CH") == 3);
  CHECK(dns_rcode_of("NXDOMAIN") == 3);
  CHECK(dns_rcode_text(2) == "SERVFAIL");
  CHECK_FALSE(dns_type_of("soa"));
  CHECK_FALSE(dns_rcode_of("FINE"));
}
