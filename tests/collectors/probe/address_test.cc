#include "collectors/probe/address.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::probe;

namespace {

std::vector<Address> addresses(std::initializer_list<const char*> texts) {
  std::vector<Address> made;
  for (const char* text : texts) made.push_back(*literal_address(text));
  return made;
}

std::string chosen(const std::vector<Address>& from, const AddressOptions& options) {
  const auto address = choose(from, options);
  return address ? address->text() : "none";
}

}  // namespace

TEST_CASE("address: literals of both protocols, brackets or not; names are none") {
  CHECK(literal_address("192.0.2.1")->text() == "192.0.2.1");
  CHECK(literal_address("::1")->text() == "::1");
  CHECK(literal_address("[2001:db8::1]")->text() == "2001:db8::1");
  for (const char* text : {"", "localhost", "1.2.3", "[1.2.3.4]", "1.2.3.4:80", "[::1"})
    CHECK_FALSE(literal_address(text));
}

TEST_CASE("address: the first of the preferred protocol is chosen, else the last of the other") {
  const auto both = addresses({"192.0.2.1", "::1", "::2", "192.0.2.2"});
  CHECK(chosen(both, {.preferred = IpProtocol::Ip4}) == "192.0.2.1");
  CHECK(chosen(both, {.preferred = IpProtocol::Ip6}) == "::1");
  const auto ip4 = addresses({"192.0.2.1", "192.0.2.2"});
  CHECK(chosen(ip4, {.preferred = IpProtocol::Ip6}) == "192.0.2.2");
  CHECK(chosen(ip4, {.preferred = IpProtocol::Ip6, .fallback = false}) == "none");
  CHECK(chosen({}, {}) == "none");
}

TEST_CASE("address: the hash is that of blackbox_exporter") {
  CHECK(address_hash(*literal_address("127.0.0.1")) == 3'668'918'509u);
  CHECK(address_hash(*literal_address("127.0.0.2")) == 3'618'585'652u);
}

TEST_CASE("address: host and port are split, brackets go") {
  CHECK(split_host_port("h:80") == std::pair<std::string, std::uint16_t>("h", 80));
  CHECK(split_host_port("[::1]:53") == std::pair<std::string, std::uint16_t>("::1", 53));
  for (const char* text : {"h", "h:", "h:x", "h:70000", "::1:80", "h:80x", ""})
    CHECK_FALSE(split_host_port(text));
}

TEST_CASE("address: a port is set in either form") {
  auto address = *literal_address("::1");
  address.set_port(8080);
  CHECK(reinterpret_cast<const sockaddr_in6&>(address.storage).sin6_port == htons(8080));
}
