// ipvs: the kernel's load balancer, from /proc/net/ip_vs and ip_vs_stats
// (net/netfilter/ipvs/ip_vs_ctl.c of the kernel).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

/// Connections, packets in and out, bytes in and out.
using BalancerTotals = std::array<std::uint64_t, 5>;
Result<BalancerTotals> parse_balancer_totals(std::string_view ip_vs_stats);

struct BalancerBackend {
  std::string protocol;  ///< TCP, UDP, SCTP, or FWM: chosen by a firewall mark
  std::string local_address;
  std::string local_port;
  std::string local_mark;  ///< of FWM, in hexadecimal
  std::string remote_address;
  std::string remote_port;
  std::uint64_t weight = 0;
  std::uint64_t active = 0;
  std::uint64_t inactive = 0;
};
Result<std::vector<BalancerBackend>> parse_balancer_backends(std::string_view ip_vs);

}  // namespace lapwing::collectors::host
