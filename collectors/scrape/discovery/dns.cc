#include "collectors/scrape/discovery/dns.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <array>
#include <utility>

#include "agent/base/utf8.h"

namespace lapwing::collectors::scrape {
namespace {

constexpr std::size_t kAnswerLimitBytes = 64 * 1024;
constexpr std::size_t kRecordLimit = 10'000;
constexpr int kTrySeconds = 2;
constexpr int kTries = 2;

ns_type record_type(DnsType type) {
  switch (type) {
    case DnsType::A:
      return ns_t_a;
    case DnsType::Aaaa:
      return ns_t_aaaa;
    case DnsType::Mx:
      return ns_t_mx;
    case DnsType::Ns:
      return ns_t_ns;
    case DnsType::Srv:
      break;
  }
  return ns_t_srv;
}

/// The bytes before the name in the record's data: MX has a preference, SRV priority, weight, port.
std::size_t name_offset(DnsType type) {
  return type == DnsType::Mx ? 2 : type == DnsType::Srv ? 6 : 0;
}

Result<std::string> name_at(const ns_msg& message, const ns_rr& record, std::size_t offset) {
  std::array<char, NS_MAXDNAME> name{};
  if (ns_rr_rdlen(record) <= offset ||
      ::ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), ns_rr_rdata(record) + offset,
                           name.data(), name.size()) < 0)
    return invalid("a record's name breaks off");
  std::string text(name.data());
  while (text.ends_with('.')) text.pop_back();
  if (!is_utf8(text)) return invalid("a record's name is not UTF-8");
  return text;
}

Result<DnsRecord> read_record(const ns_msg& message, const ns_rr& record, DnsType type) {
  DnsRecord read;
  if (type == DnsType::A || type == DnsType::Aaaa) {
    const bool v4 = type == DnsType::A;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (ns_rr_rdlen(record) != (v4 ? 4 : 16)) return invalid("an address of a wrong length");
    ::inet_ntop(v4 ? AF_INET : AF_INET6, ns_rr_rdata(record), text.data(), text.size());
    read.target = text.data();
    return read;
  }
  if (type == DnsType::Srv && ns_rr_rdlen(record) >= 6)
    read.port = std::uint16_t(ns_get16(ns_rr_rdata(record) + 4));
  Result<std::string> name = name_at(message, record, name_offset(type));
  if (!name) return std::move(name).error();
  read.target = *std::move(name);
  return read;
}

/// A resolver's state, closed at the end.
class Resolver {
 public:
  Resolver() : ready_(::res_ninit(&state_) == 0) {}
  ~Resolver() {
    if (ready_) ::res_nclose(&state_);
  }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  bool ready() const { return ready_; }
  struct __res_state& state() { return state_; }

 private:
  struct __res_state state_{};
  bool ready_;
};

std::string host_and_port(const std::string& host, std::uint16_t port) {
  return host.find(':') != std::string::npos ? fmt::format("[{}]:{}", host, port)
                                             : fmt::format("{}:{}", host, port);
}

}  // namespace

Result<std::vector<DnsRecord>> parse_dns_answer(std::span<const std::uint8_t> message,
                                                DnsType type) {
  ns_msg parsed{};
  if (message.size() > kAnswerLimitBytes ||
      ::ns_initparse(message.data(), int(message.size()), &parsed) != 0)
    return invalid("the DNS answer breaks off");
  std::vector<DnsRecord> records;
  for (int i = 0; i < int(ns_msg_count(parsed, ns_s_an)); ++i) {
    ns_rr record{};
    if (::ns_parserr(&parsed, ns_s_an, i, &record) != 0)
      return invalid("the DNS answer breaks off");
    if (ns_rr_type(record) != record_type(type) || ns_rr_class(record) != ns_c_in) continue;
    Result<DnsRecord> read = read_record(parsed, record, type);
    if (!read) return std::move(read).error();
    if (records.size() < kRecordLimit) records.push_back(*std::move(read));
  }
  return records;
}

TargetGroup dns_group(const DnsDiscovery& options, const std::string& name,
                      const std::vector<DnsRecord>& records) {
  TargetGroup group;
  for (const DnsRecord& record : records) {
    const bool srv = options.type == DnsType::Srv;
    const std::uint16_t port = srv ? record.port : options.port;
    TextPairs labels = target_at(host_and_port(record.target, port));
    labels.emplace_back("__meta_dns_name", name);
    labels.emplace_back("__meta_dns_srv_record_target", srv ? record.target + '.' : "");
    labels.emplace_back("__meta_dns_srv_record_port", srv ? std::to_string(record.port) : "");
    labels.emplace_back("__meta_dns_mx_record_target",
                        options.type == DnsType::Mx ? record.target + '.' : "");
    labels.emplace_back("__meta_dns_ns_record_target",
                        options.type == DnsType::Ns ? record.target + '.' : "");
    group.targets.push_back(std::move(labels));
  }
  return group;
}

Result<std::vector<DnsRecord>> DnsLookup::ask(const std::string& name) const {
  Resolver resolver;
  if (!resolver.ready()) return unavailable(name + ": the resolver cannot be set up");
  auto& state = resolver.state();
  state.retrans = kTrySeconds;
  state.retry = kTries;
  if (server_port_ != 0) {
    state.nscount = 1;
    state.nsaddr_list[0] = {};
    state.nsaddr_list[0].sin_family = AF_INET;
    state.nsaddr_list[0].sin_port = htons(server_port_);
    state.nsaddr_list[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  }
  std::vector<std::uint8_t> answer(kAnswerLimitBytes);
  const int size = ::res_nsearch(&state, name.c_str(), ns_c_in, record_type(options_.type),
                                 answer.data(), int(answer.size()));
  if (size >= 0) {
    answer.resize(std::min(std::size_t(size), answer.size()));
    return parse_dns_answer(answer, options_.type);
  }
  // The name is not there, or has no such record: that is an answer.
  if (state.res_h_errno == HOST_NOT_FOUND || state.res_h_errno == NO_DATA)
    return std::vector<DnsRecord>();
  return unavailable(fmt::format("{}: {}", name, ::hstrerror(state.res_h_errno)));
}

Found DnsLookup::refresh() {
  Found found;
  for (const std::string& name : options_.names) {
    const Result<std::vector<DnsRecord>> records = ask(name);
    if (records)
      known_[name] = dns_group(options_, name, *records);
    else
      found.trouble.push_back(records.error().message + "; its old targets stay");
    if (const auto known = known_.find(name); known != known_.end())
      found.groups.push_back(known->second);
  }
  return found;
}

}  // namespace lapwing::collectors::scrape
