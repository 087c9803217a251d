#include "collectors/probe/dns_check.h"

#include <algorithm>

namespace lapwing::collectors::probe {

Result<void> check_records(const std::vector<DnsRecord>& records, const RecordCheck& check) {
  const auto finds = [](const DnsRecord& record) {
    return [&record](const Regex& regex) { return regex.finds(record.text); };
  };
  if (records.empty() && !check.fail_if_not_matches.empty())
    return invalid("fail_if_not_matches_regexp specified but no RRs returned");
  if (records.empty() && !check.fail_if_none_matches.empty())
    return invalid("fail_if_none_matches_regexp specified but no RRs returned");
  bool any_matches = false;
  bool all_match = true;
  for (const DnsRecord& record : records) {
    const auto in = [&](const std::vector<Regex>& regexes, auto&& quantifier) {
      return quantifier(regexes.begin(), regexes.end(), finds(record));
    };
    const auto any = [](auto from, auto to, auto test) { return std::any_of(from, to, test); };
    const auto all = [](auto from, auto to, auto test) { return std::all_of(from, to, test); };
    if (in(check.fail_if_matches, any))
      return invalid("At least one RR matched regexp: " + record.text);
    if (!in(check.fail_if_all_match, all)) all_match = false;
    if (!in(check.fail_if_not_matches, all))
      return invalid("At least one RR did not match regexp: " + record.text);
    if (in(check.fail_if_none_matches, any)) any_matches = true;
  }
  // As blackbox_exporter has it: what is called fail_if_all_match fails where not all do.
  if (!check.fail_if_all_match.empty() && !all_match) return invalid("Not all RRs matched regexp");
  if (!check.fail_if_none_matches.empty() && !any_matches)
    return invalid("None of the RRs did matched any regexp");
  return {};
}

Result<void> check_dns_answer(const DnsMessage& message, const DnsModule& module) {
  const std::vector<int>& valid = module.valid_rcodes;
  const bool sound = valid.empty()
                         ? message.rcode == 0
                         : std::find(valid.begin(), valid.end(), message.rcode) != valid.end();
  if (!sound)
    return invalid("Rcode is not one of the valid rcodes: " + dns_rcode_text(message.rcode));
  if (auto checked = check_records(message.answer, module.answer); !checked)
    return std::move(checked).in("Answer RRs validation failed");
  if (auto checked = check_records(message.authority, module.authority); !checked)
    return std::move(checked).in("Authority RRs validation failed");
  return check_records(message.additional, module.additional)
      .in("Additional RRs validation failed");
}

}  // namespace lapwing::collectors::probe
