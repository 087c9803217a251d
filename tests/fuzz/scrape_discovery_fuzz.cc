// What comes from target files, HTTP lists and DNS servers: the first byte says which.
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "agent/base/utf8.h"
#include "collectors/scrape/discovery/dns.h"
#include "collectors/scrape/discovery/group.h"

namespace {

namespace scrape = lapwing::collectors::scrape;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const std::vector<scrape::TargetGroup>& groups) {
  for (const scrape::TargetGroup& group : groups) {
    for (const scrape::TextPairs& target : group.targets) {
      require(target.at(0).first == scrape::kAddressLabel);
      require(lapwing::is_utf8(target.at(0).second));
    }
    for (const auto& [name, value] : group.labels)
      require(!name.empty() && lapwing::is_utf8(name) && lapwing::is_utf8(value));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::uint8_t> rest(data + 1, size - 1);
  const std::string_view text(reinterpret_cast<const char*>(rest.data()), rest.size());
  if (data[0] == 'j') {
    const auto groups = scrape::parse_target_groups_json(text);
    if (groups) check(*groups);
  } else if (data[0] == 'y') {
    const auto groups = scrape::parse_target_groups_yaml("fuzz.yml", text);
    if (groups) check(*groups);
    if (!groups) require(!groups.error().message.empty());
  } else {
    for (const auto type : {scrape::DnsType::A, scrape::DnsType::Aaaa, scrape::DnsType::Srv,
                            scrape::DnsType::Mx, scrape::DnsType::Ns}) {
      const auto records = scrape::parse_dns_answer(rest, type);
      if (records)
        check({scrape::dns_group({.names = {"n"}, .type = type, .port = 1}, "n", *records)});
    }
  }
  return 0;
}
