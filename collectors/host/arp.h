// arp: entries of the ARP table a device, from /proc/net/arp (proc(5)).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

using ArpEntries = std::map<std::string, std::uint64_t, std::less<>>;

/// Entries by device.
Result<ArpEntries> parse_arp(std::string_view proc_net_arp);

}  // namespace lapwing::collectors::host
