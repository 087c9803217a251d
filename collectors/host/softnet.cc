#include "collectors/host/softnet.h"

#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/hex_table.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

struct Column {
  std::size_t index;
  MetricInfo info;
};

// Kernels have added columns at the end: what a row lacks is left out.
constexpr Column kColumns[] = {
    {0, {"node_softnet_processed_total", "Packets processed.", MetricType::Counter, {"cpu"}}},
    {1, {"node_softnet_dropped_total", "Packets dropped.", MetricType::Counter, {"cpu"}}},
    {2,
     {"node_softnet_times_squeezed_total",
      "Times that the budget ran out before the packets.",
      MetricType::Counter,
      {"cpu"}}},
    {8,
     {"node_softnet_cpu_collision_total",
      "Collisions on the device's lock while sending.",
      MetricType::Counter,
      {"cpu"}}},
    {9,
     {"node_softnet_received_rps_total",
      "Times that another CPU handed packets over.",
      MetricType::Counter,
      {"cpu"}}},
    {10,
     {"node_softnet_flow_limit_count_total",
      "Times that the flow limit was reached.",
      MetricType::Counter,
      {"cpu"}}},
    {11,
     {"node_softnet_backlog_len", "Packets that wait in the backlog.", MetricType::Gauge, {"cpu"}}},
};
constexpr std::size_t kCpuColumn = 12;

class SoftnetCollector final : public Collector {
 public:
  explicit SoftnetCollector(const FactoryInput& input)
      : file_(input.context.paths.in_proc("net/softnet_stat")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    const auto rows = parse_hex_rows(*content);
    if (!rows) return Error(rows.error()).in(file_.path());
    for (std::size_t line = 0; line < rows->size(); ++line) {
      const HexRow& row = (*rows)[line];
      // Offline CPUs have no line, so the number counts where the kernel tells it.
      const std::string cpu = std::to_string(row.size() > kCpuColumn ? row[kCpuColumn] : line);
      for (const Column& column : kColumns)
        if (column.index < row.size()) out.sample(column.info, {cpu}, double(row[column.index]));
    }
    return {};
  }

 private:
  ProcFile file_;
};

}  // namespace

std::unique_ptr<Collector> make_softnet(const FactoryInput& input) {
  return std::make_unique<SoftnetCollector>(input);
}

}  // namespace lapwing::collectors::host
