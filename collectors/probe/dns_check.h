// What a DNS module asks of an answer: its code and its records. Pure.
#pragma once

#include "agent/base/result.h"
#include "collectors/probe/dns_message.h"
#include "collectors/probe/module.h"

namespace lapwing::collectors::probe {

/// Invalid with the first thing that is wrong.
Result<void> check_dns_answer(const DnsMessage& message, const DnsModule& module);

/// One section's records.
Result<void> check_records(const std::vector<DnsRecord>& records, const RecordCheck& check);

}  // namespace lapwing::collectors::probe
