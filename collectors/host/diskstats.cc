#include "collectors/host/diskstats.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "agent/base/scanner.h"
#include "collectors/host/disk_identity.h"
#include "collectors/host/factories.h"
#include "collectors/host/filter.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

// The kernel counts sectors of this size, whatever the device's own is.
constexpr double kSectorBytes = 512;
constexpr double kMillisecondsPerSecond = 1000;
// What a device is changes rarely; udev may finish its entry after the device has come.
constexpr std::uint64_t kCollectionsBetweenLooks = 60;

struct DiskMetric {
  MetricInfo info;
  double factor;
  double divisor;
};

constexpr std::array<DiskMetric, kDiskCounterCount> kDiskMetrics = {
    DiskMetric{
        {"node_disk_reads_completed_total", "Reads completed.", MetricType::Counter, {"device"}},
        1,
        1},
    DiskMetric{{"node_disk_reads_merged_total",
                "Reads merged with others.",
                MetricType::Counter,
                {"device"}},
               1,
               1},
    DiskMetric{{"node_disk_read_bytes_total", "Bytes read.", MetricType::Counter, {"device"}},
               kSectorBytes,
               1},
    DiskMetric{{"node_disk_read_time_seconds_total",
                "Time spent on reads.",
                MetricType::Counter,
                {"device"}},
               1,
               kMillisecondsPerSecond},
    DiskMetric{
        {"node_disk_writes_completed_total", "Writes completed.", MetricType::Counter, {"device"}},
        1,
        1},
    DiskMetric{{"node_disk_writes_merged_total",
                "Writes merged with others.",
                MetricType::Counter,
                {"device"}},
               1,
               1},
    DiskMetric{{"node_disk_written_bytes_total", "Bytes written.", MetricType::Counter, {"device"}},
               kSectorBytes,
               1},
    DiskMetric{{"node_disk_write_time_seconds_total",
                "Time spent on writes.",
                MetricType::Counter,
                {"device"}},
               1,
               kMillisecondsPerSecond},
    DiskMetric{
        {"node_disk_io_now", "I/O operations in flight.", MetricType::Gauge, {"device"}}, 1, 1},
    DiskMetric{{"node_disk_io_time_seconds_total",
                "Time in which I/O was in flight.",
                MetricType::Counter,
                {"device"}},
               1,
               kMillisecondsPerSecond},
    DiskMetric{{"node_disk_io_time_weighted_seconds_total",
                "Time in which I/O was in flight, times operations.",
                MetricType::Counter,
                {"device"}},
               1,
               kMillisecondsPerSecond},
    DiskMetric{{"node_disk_discards_completed_total",
                "Discards completed.",
                MetricType::Counter,
                {"device"}},
               1,
               1},
    DiskMetric{{"node_disk_discards_merged_total",
                "Discards merged with others.",
                MetricType::Counter,
                {"device"}},
               1,
               1},
    DiskMetric{{"node_disk_discarded_sectors_total",
                "Sectors discarded.",
                MetricType::Counter,
                {"device"}},
               1,
               1},
    DiskMetric{{"node_disk_discard_time_seconds_total",
                "Time spent on discards.",
                MetricType::Counter,
                {"device"}},
               1,
               kMillisecondsPerSecond},
    DiskMetric{
        {"node_disk_flush_requests_total", "Flushes completed.", MetricType::Counter, {"device"}},
        1,
        1},
    DiskMetric{{"node_disk_flush_requests_time_seconds_total",
                "Time spent on flushes.",
                MetricType::Counter,
                {"device"}},
               1,
               kMillisecondsPerSecond},
};
class DiskstatsCollector final : public Collector {
 public:
  explicit DiskstatsCollector(const FactoryInput& input)
      : paths_(input.context.paths),
        file_(paths_.in_proc("diskstats")),
        excluded_(input, "device_exclude") {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    if (auto parsed = parse_disk_statistics(*content, disks_); !parsed)
      return std::move(parsed).in(file_.path());
    ++round_;
    for (const DiskStatistics& disk : disks_) {
      Known& known = known_disk(disk);
      if (!known.shown) continue;
      for (std::size_t i = 0; i < disk.counter_count; ++i) {
        const DiskMetric& metric = kDiskMetrics[i];
        out.sample(metric.info, {disk.device},
                   double(disk.counters[i]) * metric.factor / metric.divisor);
      }
      write_disk_identity({disk.device, disk.major, disk.minor}, known.identity, out);
    }
    std::erase_if(known_, [&](const auto& entry) { return entry.second.round != round_; });
    return {};
  }

 private:
  struct Known {
    bool shown = false;
    DiskIdentity identity{};
    std::uint64_t round = 0;
    std::uint64_t looked = 0;
  };

  Known& known_disk(const DiskStatistics& disk) {
    auto found = known_.find(disk.device);
    if (found == known_.end())
      found =
          known_.emplace(std::string(disk.device), Known{!excluded_.matches(disk.device)}).first;
    Known& known = found->second;
    known.round = round_;
    if (known.shown && (known.looked == 0 || round_ - known.looked >= kCollectionsBetweenLooks)) {
      known.identity = look_up_disk(paths_, {disk.device, disk.major, disk.minor});
      known.looked = round_;
    }
    return known;
  }

  const HostPaths paths_;
  ProcFile file_;
  Filter excluded_;
  std::vector<DiskStatistics> disks_;
  std::map<std::string, Known, std::less<>> known_;
  std::uint64_t round_ = 0;
};

}  // namespace

Result<void> parse_disk_statistics(std::string_view proc_diskstats,
                                   std::vector<DiskStatistics>& out) {
  out.clear();
  Scanner scan(proc_diskstats);
  while (!scan.at_end()) {
    Scanner line(scan.line());
    DiskStatistics disk;
    disk.major = line.word();
    disk.minor = line.word();
    disk.device = line.word();
    for (line.skip_blanks(); !line.at_end() && disk.counter_count < kDiskCounterCount;
         line.skip_blanks())
      disk.counters[disk.counter_count++] = line.u64();
    // Eleven since Linux 2.6.25; discards came with 4.18, flushes with 5.5.
    constexpr std::size_t kLeastCounters = 11;
    if (line.failed() || disk.counter_count < kLeastCounters)
      return invalid("device \"" + std::string(disk.device) + "\": expected at least 11 numbers");
    out.push_back(disk);
  }
  return scan.done();
}

std::unique_ptr<Collector> make_diskstats(const FactoryInput& input) {
  return std::make_unique<DiskstatsCollector>(input);
}

}  // namespace lapwing::collectors::host
