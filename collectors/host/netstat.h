// netstat: protocol counters of /proc/net/{netstat,snmp,snmp6} that the setting `fields` names; by
// default node_exporter's, and Tcp_MaxConn, which its dashboards ask for.
#pragma once

#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::host {

struct ProtocolField {
  std::string_view protocol;  ///< "TcpExt", "Udp6"
  std::string_view name;      ///< "ListenDrops"
  double value = 0;
};

/// Pairs of lines: names, then values (/proc/net/netstat, /proc/net/snmp). Appends to `out`.
Result<void> parse_protocol_lines(std::string_view content, std::vector<ProtocolField>& out);
/// One field a line (/proc/net/snmp6). Appends to `out`.
Result<void> parse_protocol_table(std::string_view content, std::vector<ProtocolField>& out);

}  // namespace lapwing::collectors::host
