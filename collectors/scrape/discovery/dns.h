// DnsLookup: targets that DNS names stand for (dns_sd_configs): A, AAAA, SRV, MX and NS records,
// asked through the C library's resolver (resolver(3): resolv.conf's servers and search list;
// /etc/hosts is not looked at, as in Prometheus).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "collectors/scrape/discovery/group.h"
#include "collectors/scrape/discovery/options.h"

namespace lapwing::collectors::scrape {

/// One answer to the question asked.
struct DnsRecord {
  std::string target;      ///< an address, or a name without its final dot
  std::uint16_t port = 0;  ///< of SRV alone
  bool operator==(const DnsRecord&) const = default;
};

/// The records of that type in a DNS message (RFC 1035, 2782, 3596); others are passed over.
/// Invalid when the message breaks off.
Result<std::vector<DnsRecord>> parse_dns_answer(std::span<const std::uint8_t> message,
                                                DnsType type);

/// The group that a name's records make.
TargetGroup dns_group(const DnsDiscovery& options, const std::string& name,
                      const std::vector<DnsRecord>& records);

/// Used by one thread at a time; waits for servers for up to some ten seconds a name.
class DnsLookup {
 public:
  /// `server_port`: asks 127.0.0.1 at this port instead of resolv.conf's servers (for tests).
  explicit DnsLookup(DnsDiscovery options, std::uint16_t server_port = 0)
      : options_(std::move(options)), server_port_(server_port) {}

  /// A name that does not exist has no targets; one whose servers do not answer keeps its old.
  Found refresh();

 private:
  Result<std::vector<DnsRecord>> ask(const std::string& name) const;

  const DnsDiscovery options_;
  const std::uint16_t server_port_;
  std::map<std::string, TargetGroup> known_;  // by name
};

}  // namespace lapwing::collectors::scrape
