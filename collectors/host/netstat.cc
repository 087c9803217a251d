#include "collectors/host/netstat.h"

#include <memory>
#include <string>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/filter.h"
#include "collectors/named_metrics.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

class NetstatCollector final : public Collector {
 public:
  explicit NetstatCollector(const FactoryInput& input)
      : netstat_(input.context.paths.in_proc("net/netstat")),
        snmp_(input.context.paths.in_proc("net/snmp")),
        snmp6_(input.context.paths.in_proc("net/snmp6")),
        shown_(input, "fields") {}

  Result<void> collect(MetricWriter& out) override {
    if (auto read = collect_file(netstat_, parse_protocol_lines, out); !read) return read;
    if (auto read = collect_file(snmp_, parse_protocol_lines, out); !read) return read;
    auto read = collect_file(snmp6_, parse_protocol_table, out);
    // A kernel without IPv6 has no such file.
    if (!read && read.error().kind != ErrorKind::NoData) return read;
    return {};
  }

 private:
  using Parse = Result<void> (*)(std::string_view, std::vector<ProtocolField>&);

  Result<void> collect_file(ProcFile& file, Parse parse, MetricWriter& out) {
    const auto content = file.read();
    if (!content) return content.error();
    fields_.clear();
    if (auto parsed = parse(*content, fields_); !parsed) return std::move(parsed).in(file.path());
    for (const ProtocolField& field : fields_)
      if (const MetricInfo* info = info_of(field)) out.sample(*info, field.value);
    return {};
  }

  const MetricInfo* info_of(const ProtocolField& field) {
    key_.assign(field.protocol).append("_").append(field.name);
    if (const auto found = metrics_.find(key_); found.known) return found.info;
    if (!shown_.matches(key_)) {
      metrics_.leave_out(key_);
      return nullptr;
    }
    return &metrics_.add(key_, "node_netstat_" + key_, "Protocol statistic " + key_ + ".",
                         MetricType::Unknown);
  }

  ProcFile netstat_;
  ProcFile snmp_;
  ProcFile snmp6_;
  Filter shown_;
  std::vector<ProtocolField> fields_;
  NamedMetrics metrics_;
  std::string key_;
};

}  // namespace

Result<void> parse_protocol_lines(std::string_view content, std::vector<ProtocolField>& out) {
  Scanner scan(content);
  if (scan.at_end()) return invalid("the file is empty");
  while (!scan.at_end()) {
    Scanner names(scan.line());
    Scanner values(scan.line());
    const std::string_view protocol = names.until(':');
    if (values.until(':') != protocol) return invalid("names and values of two protocols");
    for (names.skip_blanks(); !names.at_end(); names.skip_blanks()) {
      const std::string_view name = names.word();
      const double value = values.f64();
      if (values.failed()) return invalid(std::string(protocol) + ": fewer values than names");
      out.push_back({protocol, name, value});
    }
    if (names.failed() || scan.failed()) break;
  }
  return scan.done();
}

Result<void> parse_protocol_table(std::string_view content, std::vector<ProtocolField>& out) {
  Scanner scan(content);
  while (!scan.at_end()) {
    const std::string_view key = scan.word();
    const double value = scan.f64();
    if (!scan.at_end()) scan.expect("\n");
    // "Ip6InReceives": the protocol's name ends with its 6.
    const std::size_t six = key.find('6');
    if (six == std::string_view::npos || scan.failed()) continue;
    out.push_back({key.substr(0, six + 1), key.substr(six + 1), value});
  }
  return scan.done();
}

std::unique_ptr<Collector> make_netstat(const FactoryInput& input) {
  return std::make_unique<NetstatCollector>(input);
}

}  // namespace lapwing::collectors::host
