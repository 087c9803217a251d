#include "collectors/host/meminfo_numa.h"

#include <memory>
#include <string>
#include <utility>

#include "agent/base/file.h"
#include "agent/base/scanner.h"
#include "collectors/host/counter_lines.h"
#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/named_metrics.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr std::string_view kNodePrefix = "node";
constexpr double kBytesPerKibibyte = 1024;

// "Active(anon)" becomes node_memory_numa_Active_anon.
std::string metric_name(std::string_view key) {
  std::string name = "node_memory_numa_";
  for (const char c : key)
    if (c != ')') name += c == '(' ? '_' : c;
  return name;
}

class MeminfoNumaCollector final : public Collector {
 public:
  explicit MeminfoNumaCollector(const FactoryInput& input)
      : folder_(input.context.paths.in_sys("devices/system/node")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto names = list_folder(folder_, kNodePrefix);
    if (!names) return names.error();
    for (const std::string& name : *names) {
      const std::string node = name.substr(kNodePrefix.size());
      if (!number_of(node)) continue;
      if (auto written = write_memory(folder_ + "/" + name + "/meminfo", node, out); !written)
        return written;
      if (auto written = write_counters(folder_ + "/" + name + "/numastat", node, out); !written)
        return written;
    }
    if (out.size() == 0) return no_data(folder_ + " has no node");
    return {};
  }

 private:
  Result<void> write_memory(const std::string& path, const std::string& node, MetricWriter& out) {
    const auto content = read_file(path);
    if (!content) return {};  // a node without memory, or one that went off line
    const auto fields = parse_node_memory(*content);
    if (!fields) return Error(fields.error()).in(path);
    for (const NodeMemoryField& field : *fields)
      out.sample(info_of(field.key, MetricType::Gauge), {node},
                 double(field.value) * (field.kibibytes ? kBytesPerKibibyte : 1));
    return {};
  }

  Result<void> write_counters(const std::string& path, const std::string& node, MetricWriter& out) {
    const auto content = read_file(path);
    if (!content) return {};
    const auto lines = parse_counter_lines(*content);
    if (!lines) return Error(lines.error()).in(path);
    for (const CounterLine& line : *lines)
      if (line.numbers.size() == 1)
        out.sample(info_of(line.name, MetricType::Counter), {node}, double(line.numbers[0]));
    return {};
  }

  const MetricInfo& info_of(std::string_view key, MetricType type) {
    if (const auto found = metrics_.find(key); found.known) return *found.info;
    return metrics_.add(key, metric_name(key) + (type == MetricType::Counter ? "_total" : ""),
                        "Field " + std::string(key) + " of the NUMA node.", type, {"node"});
  }

  const std::string folder_;
  NamedMetrics metrics_;
};

}  // namespace

Result<std::vector<NodeMemoryField>> parse_node_memory(std::string_view meminfo) {
  std::vector<NodeMemoryField> fields;
  Scanner scan(meminfo);
  if (scan.at_end()) return invalid("the file is empty");
  while (!scan.at_end()) {
    Scanner line(scan.line());
    NodeMemoryField field;
    line.expect("Node");
    line.u64();
    line.skip_blanks();
    field.key = line.until(':');
    field.value = line.u64();
    line.skip_blanks();
    field.kibibytes = line.accept("kB");
    if (auto done = line.done(); !done) return std::move(done).error();
    fields.push_back(field);
  }
  if (auto done = scan.done(); !done) return std::move(done).error();
  return fields;
}

std::unique_ptr<Collector> make_meminfo_numa(const FactoryInput& input) {
  return std::make_unique<MeminfoNumaCollector>(input);
}

}  // namespace lapwing::collectors::host
