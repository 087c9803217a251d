// bcache: cache sets, their backing devices and caches, from /sys/fs/bcache/UUID (the kernel's
// admin-guide/bcache.rst). Leaves out: priority_stats, whose reading walks all buckets, and the
// averages of the last minutes, hour and day, which queries over the totals give.
#include <memory>
#include <string>

#include "agent/base/file.h"
#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/size_text.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr double kNano = 1e-9;
constexpr double kMicro = 1e-6;

constexpr MetricInfo of_set(std::string_view name, std::string_view help,
                            MetricType type = MetricType::Gauge) {
  return {name, help, type, {"uuid"}};
}
constexpr MetricInfo of_backing(std::string_view name, std::string_view help,
                                MetricType type = MetricType::Gauge) {
  return {name, help, type, {"backing_device", "uuid"}};
}
constexpr MetricInfo of_cache(std::string_view name, std::string_view help,
                              MetricType type = MetricType::Gauge) {
  return {name, help, type, {"cache_device", "uuid"}};
}

// A file of one size or number.
struct Size {
  std::string_view file;
  MetricInfo info;
};

constexpr Size kSetSizes[] = {
    {"average_key_size", of_set("node_bcache_average_key_size_sectors", "Data of a key, sectors.")},
    {"btree_cache_size", of_set("node_bcache_btree_cache_size_bytes", "Memory of the btree.")},
    {"cache_available_percent",
     of_set("node_bcache_cache_available_percent", "Share of the cache that is not dirty.")},
    {"congested", of_set("node_bcache_congested", "How congested the cache is.")},
    {"root_usage_percent",
     of_set("node_bcache_root_usage_percent", "Share of the btree's root in use.")},
    {"tree_depth", of_set("node_bcache_tree_depth", "Depth of the btree.")},
    {"internal/active_journal_entries",
     of_set("node_bcache_active_journal_entries", "Journal entries newer than the index.")},
    {"internal/btree_nodes", of_set("node_bcache_btree_nodes", "Nodes of the btree.")},
    {"internal/cache_read_races",
     of_set("node_bcache_cache_read_races_total",
            "Reads whose bucket was used anew before they ended.", MetricType::Counter)},
};
constexpr MetricInfo kReadTime = of_set("node_bcache_btree_read_average_duration_seconds",
                                        "Average time of reading a node of the btree.");

constexpr Size kBackingSizes[] = {
    {"dirty_data", of_backing("node_bcache_dirty_data_bytes", "Dirty data in the cache.")},
    {"stats_total/bypassed",
     of_backing("node_bcache_bypassed_bytes_total", "Bytes past the cache.", MetricType::Counter)},
    {"stats_total/cache_hits",
     of_backing("node_bcache_cache_hits_total", "Hits.", MetricType::Counter)},
    {"stats_total/cache_misses",
     of_backing("node_bcache_cache_misses_total", "Misses.", MetricType::Counter)},
    {"stats_total/cache_bypass_hits",
     of_backing("node_bcache_cache_bypass_hits_total", "Hits of I/O that goes past the cache.",
                MetricType::Counter)},
    {"stats_total/cache_bypass_misses",
     of_backing("node_bcache_cache_bypass_misses_total", "Misses of I/O that goes past the cache.",
                MetricType::Counter)},
    {"stats_total/cache_miss_collisions",
     of_backing("node_bcache_cache_miss_collisions_total",
                "Insertions after a miss that a write came before.", MetricType::Counter)},
    {"stats_total/cache_readaheads",
     of_backing("node_bcache_cache_readaheads_total", "Readaheads.", MetricType::Counter)},
};

constexpr Size kRates[] = {
    {"target", of_backing("node_bcache_dirty_target_bytes", "Dirty data that is aimed at.")},
    {"rate", of_backing("node_bcache_writeback_rate", "Writeback, bytes a second.")},
    {"proportional", of_backing("node_bcache_writeback_rate_proportional_term",
                                "Proportional part of the writeback's control.")},
    {"integral", of_backing("node_bcache_writeback_rate_integral_term",
                            "Integral part of the writeback's control.")},
    {"change", of_backing("node_bcache_writeback_change", "Newest change of the writeback rate.")},
};

constexpr Size kCacheSizes[] = {
    {"io_errors", of_cache("node_bcache_io_errors", "Errors, which decay with time.")},
    {"metadata_written", of_cache("node_bcache_metadata_written_bytes_total",
                                  "Bytes written that are no data.", MetricType::Counter)},
    {"written", of_cache("node_bcache_written_bytes_total", "Bytes of data written to the cache.",
                         MetricType::Counter)},
};

void write_sizes(std::span<const Size> sizes, const std::string& folder,
                 std::initializer_list<std::string_view> labels, MetricWriter& out) {
  std::string path;
  for (const Size& one : sizes) {
    path.assign(folder).append("/").append(one.file);
    if (const auto value = parse_size(text_of(path))) out.sample(one.info, labels, *value);
  }
}

// The unit stands in the file's name, and which of them there is depends on the time it takes.
void write_read_time(const std::string& set, const std::string& uuid, MetricWriter& out) {
  const std::string start = set + "/internal/btree_read_average_duration_";
  if (const auto nanoseconds = number_in(start + "ns"))
    out.sample(kReadTime, {uuid}, *nanoseconds * kNano);
  else if (const auto microseconds = number_in(start + "us"))
    out.sample(kReadTime, {uuid}, *microseconds * kMicro);
}

// Lines such as "target: 20.4G".
void write_rates(const std::string& device, std::initializer_list<std::string_view> labels,
                 MetricWriter& out) {
  const auto content = read_file(device + "/writeback_rate_debug");
  if (!content) return;
  Scanner scan(*content);
  while (!scan.at_end()) {
    Scanner line(scan.line());
    const std::string_view name = line.until(':');
    if (line.failed()) continue;
    for (const Size& rate : kRates)
      if (rate.file == name)
        if (const auto value = parse_size(line.rest())) out.sample(rate.info, labels, *value);
  }
}

Result<void> write_sets(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("fs/bcache");
  const auto sets = list_folder(folder);
  if (!sets) return sets.error();
  for (const std::string& uuid : *sets) {
    const std::string set = folder + "/" + uuid;
    const auto devices = list_folder(set);
    if (!devices) continue;  // "register" is a file
    write_sizes(kSetSizes, set, {uuid}, out);
    write_read_time(set, uuid, out);
    for (const std::string& device : *devices) {
      const std::string place = set + "/" + device;
      if (device.starts_with("bdev")) {
        write_sizes(kBackingSizes, place, {device, uuid}, out);
        write_rates(place, {device, uuid}, out);
      } else if (device.starts_with("cache") && list_folder(place)) {
        write_sizes(kCacheSizes, place, {device, uuid}, out);
      }
    }
  }
  if (out.size() == 0) return no_data(folder + " has no cache set");
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_bcache(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_sets);
}

}  // namespace lapwing::collectors::host
