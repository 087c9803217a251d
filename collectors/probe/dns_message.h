// DNS messages, as far as a probe needs them (RFC 1035, 2782, 3596, 8659): one question out, whole
// answers in, records as the text that zone files and blackbox_exporter's checks have.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::probe {

inline constexpr std::uint16_t kDnsTypeSoa = 6;

struct DnsQuestion {
  std::uint16_t id = 0;
  std::string name;  ///< with or without its final dot
  std::uint16_t type = 1;
  std::uint16_t class_number = 1;
  bool recursion_desired = true;
};

/// The bytes to send; Invalid when the name is none.
Result<std::string> dns_query(const DnsQuestion& question);

struct DnsRecord {
  std::uint16_t type = 0;
  std::string text;                       ///< "a.\t60\tIN\tA\t192.0.2.1"
  std::optional<std::uint32_t> serial{};  ///< of SOA
};

struct DnsMessage {
  std::uint16_t id = 0;
  bool is_answer = false;
  int rcode = 0;
  std::vector<DnsRecord> answer;
  std::vector<DnsRecord> authority;
  std::vector<DnsRecord> additional;
};

/// Invalid when the message breaks off or its names run in circles.
Result<DnsMessage> parse_dns_message(std::string_view bytes);

/// "SOA" → 6; nothing for what is not known.
std::optional<std::uint16_t> dns_type_of(std::string_view name);
std::optional<std::uint16_t> dns_class_of(std::string_view name);
std::optional<int> dns_rcode_of(std::string_view name);
/// "NOERROR"; the number for what is not known.
std::string dns_rcode_text(int rcode);

}  // namespace lapwing::collectors::probe
