#include "collectors/host/arp.h"

#include <memory>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kEntries{
    "node_arp_entries", "Entries of the ARP table.", MetricType::Gauge, {"device"}};

class ArpCollector final : public Collector {
 public:
  explicit ArpCollector(const FactoryInput& input)
      : file_(input.context.paths.in_proc("net/arp")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    const auto entries = parse_arp(*content);
    if (!entries) return Error(entries.error()).in(file_.path());
    for (const auto& [device, count] : *entries) out.sample(kEntries, {device}, double(count));
    return {};
  }

 private:
  ProcFile file_;
};

}  // namespace

Result<ArpEntries> parse_arp(std::string_view proc_net_arp) {
  ArpEntries entries;
  Scanner scan(proc_net_arp);
  scan.line();
  while (!scan.at_end()) {
    Scanner line(scan.line());
    for (int skipped = 0; skipped < 5; ++skipped) line.word();
    const std::string_view device = line.word();
    if (auto done = line.done(); !done) return std::move(done).error();
    ++entries[std::string(device)];
  }
  if (auto done = scan.done(); !done) return std::move(done).error();
  return entries;
}

std::unique_ptr<Collector> make_arp(const FactoryInput& input) {
  return std::make_unique<ArpCollector>(input);
}

}  // namespace lapwing::collectors::host
