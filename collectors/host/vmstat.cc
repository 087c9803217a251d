#include "collectors/host/vmstat.h"

#include <memory>
#include <string>

#include "agent/base/regex.h"
#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/filter.h"
#include "collectors/named_metrics.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

class VmstatCollector final : public Collector {
 public:
  explicit VmstatCollector(const FactoryInput& input)
      : file_(input.context.paths.in_proc("vmstat")), shown_(input, "fields") {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    if (auto parsed = parse_virtual_memory_fields(*content, fields_); !parsed)
      return std::move(parsed).in(file_.path());
    for (const VirtualMemoryField& field : fields_)
      if (const MetricInfo* info = info_of(field.key)) out.sample(*info, double(field.value));
    return {};
  }

 private:
  const MetricInfo* info_of(std::string_view key) {
    if (const auto found = metrics_.find(key); found.known) return found.info;
    if (!shown_.matches(key)) {
      metrics_.leave_out(key);
      return nullptr;
    }
    const std::string name(key);
    return &metrics_.add(key, "node_vmstat_" + name, "Field " + name + " of /proc/vmstat.",
                         MetricType::Unknown);
  }

  ProcFile file_;
  Filter shown_;
  std::vector<VirtualMemoryField> fields_;
  NamedMetrics metrics_;
};

}  // namespace

Result<void> parse_virtual_memory_fields(std::string_view proc_vmstat,
                                         std::vector<VirtualMemoryField>& out) {
  out.clear();
  Scanner scan(proc_vmstat);
  if (scan.at_end()) return invalid("the file is empty");
  while (!scan.at_end()) {
    VirtualMemoryField field;
    field.key = scan.word();
    field.value = scan.u64();
    if (!scan.at_end()) scan.expect("\n");
    if (!scan.failed()) out.push_back(field);
  }
  return scan.done();
}

std::unique_ptr<Collector> make_vmstat(const FactoryInput& input) {
  return std::make_unique<VmstatCollector>(input);
}

}  // namespace lapwing::collectors::host
