#include "collectors/host/meminfo.h"

#include <memory>
#include <string>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/named_metrics.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr double kBytesPerKibibyte = 1024;

// "Active(anon)" in kB becomes node_memory_Active_anon_bytes.
std::string metric_name(const MemoryField& field) {
  std::string name = "node_memory_";
  for (const char c : field.key) {
    if (c == '(')
      name += '_';
    else if (c != ')')
      name += c;
  }
  if (field.kibibytes) name += "_bytes";
  return name;
}

class MeminfoCollector final : public Collector {
 public:
  explicit MeminfoCollector(const FactoryInput& input)
      : file_(input.context.paths.in_proc("meminfo")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    if (auto parsed = parse_memory_fields(*content, fields_); !parsed)
      return std::move(parsed).in(file_.path());
    for (const MemoryField& field : fields_)
      out.sample(info_of(field), double(field.value) * (field.kibibytes ? kBytesPerKibibyte : 1));
    return {};
  }

 private:
  const MetricInfo& info_of(const MemoryField& field) {
    if (const auto found = metrics_.find(field.key); found.known) return *found.info;
    return metrics_.add(field.key, metric_name(field),
                        "Field " + std::string(field.key) + " of /proc/meminfo.",
                        MetricType::Gauge);
  }

  ProcFile file_;
  std::vector<MemoryField> fields_;
  NamedMetrics metrics_;
};

}  // namespace

Result<void> parse_memory_fields(std::string_view proc_meminfo, std::vector<MemoryField>& out) {
  out.clear();
  Scanner scan(proc_meminfo);
  if (scan.at_end()) return invalid("the file is empty");
  while (!scan.at_end()) {
    MemoryField field;
    field.key = scan.until(':');
    field.value = scan.u64();
    scan.skip_blanks();
    field.kibibytes = scan.accept("kB");
    if (!scan.at_end()) scan.expect("\n");
    if (!scan.failed()) out.push_back(field);
  }
  return scan.done();
}

std::unique_ptr<Collector> make_meminfo(const FactoryInput& input) {
  return std::make_unique<MeminfoCollector>(input);
}

}  // namespace lapwing::collectors::host
