// tapestats: SCSI tapes, from /sys/class/scsi_tape/stN/stats (Documentation/scsi/st.rst of the
// kernel).
#include <algorithm>
#include <memory>
#include <string>

#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo gauge(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge, {"device"}};
}
constexpr MetricInfo counter(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Counter, {"device"}};
}

constexpr Attribute kAttributes[] = {
    {"in_flight", 1, gauge("node_tape_io_now", "Operations under way.")},
    {"io_ns", 1e-9, counter("node_tape_io_time_seconds_total", "Time of all operations.")},
    {"other_cnt", 1,
     counter("node_tape_io_others_total", "Operations other than reads and writes.")},
    {"read_byte_cnt", 1, counter("node_tape_read_bytes_total", "Bytes read.")},
    {"read_cnt", 1, counter("node_tape_reads_completed_total", "Reads completed.")},
    {"read_ns", 1e-9, counter("node_tape_read_time_seconds_total", "Time of reads.")},
    {"resid_cnt", 1, counter("node_tape_residual_total", "Operations with bytes left over.")},
    {"write_byte_cnt", 1, counter("node_tape_written_bytes_total", "Bytes written.")},
    {"write_cnt", 1, counter("node_tape_writes_completed_total", "Writes completed.")},
    {"write_ns", 1e-9, counter("node_tape_write_time_seconds_total", "Time of writes.")},
};

// st0 among nst0, st0a, st0l, st0m, which are ways to use the same tape.
bool is_tape(std::string_view name) {
  return name.size() > 2 &&
         std::all_of(name.begin() + 2, name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<void> write_tapes(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("class/scsi_tape");
  const auto names = list_folder(folder, "st");
  if (!names) return names.error();
  if (names->empty()) return no_data(folder + " is empty");
  for (const std::string& name : *names)
    if (is_tape(name)) write_attributes(kAttributes, folder + "/" + name + "/stats", {name}, out);
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_tapestats(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_tapes);
}

}  // namespace lapwing::collectors::host
