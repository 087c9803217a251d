// Any bytes as a DNS message: it is read or refused, and what is read is text that holds its size.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/base/utf8.h"
#include "collectors/probe/dns_check.h"
#include "collectors/probe/dns_message.h"

namespace probe = lapwing::collectors::probe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 65'535) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto message = probe::parse_dns_message(bytes);
  if (message) {
    std::size_t records = 0;
    for (const auto* section : {&message->answer, &message->authority, &message->additional})
      for (const probe::DnsRecord& record : *section) {
        ++records;
        if (!lapwing::is_utf8(record.text)) std::abort();
      }
    // A record has 11 bytes at least.
    if (records * 11 > size) std::abort();
    (void)probe::check_dns_answer(*message, {});
  }
  if (const auto query = probe::dns_query({.name = std::string(bytes.substr(0, 300))})) {
    const auto again = probe::parse_dns_message(*query);
    if (!again || again->is_answer) std::abort();
  }
  return 0;
}
