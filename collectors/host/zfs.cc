#include "collectors/host/zfs.h"

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "agent/base/file.h"
#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/named_metrics.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

// Types of kstat's values (sys/kstat.h of OpenZFS).
constexpr std::uint64_t kInt64 = 3;
constexpr std::uint64_t kUint64 = 4;
constexpr std::uint64_t kString = 7;

struct File {
  std::string_view file;
  std::string_view prefix;
};
constexpr File kFiles[] = {
    {"abdstats", "node_zfs_abd_"},
    {"arcstats", "node_zfs_arc_"},
    {"dbufstats", "node_zfs_dbuf_"},
    {"dmu_tx", "node_zfs_dmu_tx_"},
    {"dnodestats", "node_zfs_dnode_"},
    {"fm", "node_zfs_fm_"},
    {"vdev_cache_stats", "node_zfs_vdev_cache_"},
    {"vdev_mirror_stats", "node_zfs_vdev_mirror_"},
    {"xuio_stats", "node_zfs_xuio_"},
    {"zfetchstats", "node_zfs_zfetch_"},
    {"zil", "node_zfs_zil_"},
};
// A module that prints names without end is not ours to follow.
constexpr std::size_t kMetricLimit = 2048;

constexpr MetricInfo kState{"node_zfs_zpool_state",
                            "Whether the pool is in the state.",
                            MetricType::Gauge,
                            {"state", "zpool"}};
constexpr std::string_view kStates[] = {"online",  "degraded", "faulted",  "offline",
                                        "removed", "unavail",  "suspended"};

class ZfsCollector final : public Collector {
 public:
  explicit ZfsCollector(const FactoryInput& input)
      : folder_(input.context.paths.in_proc("spl/kstat/zfs")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto names = list_folder(folder_);
    if (!names) return names.error();
    for (const File& file : kFiles) {
      const std::string path = folder_ + "/" + std::string(file.file);
      const auto content = read_file(path);
      if (!content) continue;  // each came with some version of OpenZFS
      if (auto parsed = parse_kernel_statistics(*content, rows_); !parsed)
        return std::move(parsed).in(path);
      for (const KernelStatistic& row : rows_)
        if (row.text.empty()) write(file.prefix, row, {}, {}, out);
    }
    for (const std::string& name : *names)
      if (auto pool = write_pool(folder_ + "/" + name, name, out); !pool) return pool;
    if (out.size() == 0) return no_data(folder_ + " has no statistics");
    return {};
  }

 private:
  void write(std::string_view prefix, const KernelStatistic& row,
             const std::vector<std::string>& label_names,
             std::initializer_list<std::string_view> labels, MetricWriter& out) {
    key_.assign(prefix).append(row.name);
    auto found = metrics_.find(key_);
    if (!found.known) {
      if (metrics_.size() >= kMetricLimit) return out.warn("too many statistics of ZFS");
      found.info = &metrics_.add(key_, std::string(prefix) + clean_name(row.name),
                                 "Statistic " + std::string(row.name) + " of ZFS.",
                                 MetricType::Unknown, label_names);
    }
    out.sample(*found.info, labels, row.number);
  }

  Result<void> write_pool(const std::string& pool, const std::string& name, MetricWriter& out) {
    const auto files = list_folder(pool);
    if (!files) return {};  // a file of the module's own
    for (const std::string& file : *files) {
      const bool io = file == "io";
      if (!io && !file.starts_with("objset-")) continue;
      const auto content = read_file(pool + "/" + file);
      if (!content) continue;  // the pool is being exported
      auto parsed = io ? parse_pool_io(*content, rows_) : parse_kernel_statistics(*content, rows_);
      if (!parsed) return std::move(parsed).in(pool + "/" + file);
      if (io)
        for (const KernelStatistic& row : rows_)
          write("node_zfs_zpool_", row, {"zpool"}, {name}, out);
      else
        write_data_set(name, out);
    }
    std::string state = text_of(pool + "/state");
    for (char& letter : state)
      if (letter >= 'A' && letter <= 'Z') letter = char(letter - 'A' + 'a');
    if (state.empty()) return {};
    for (const std::string_view one : kStates) out.sample(kState, {one, name}, one == state);
    return {};
  }

  void write_data_set(const std::string& pool, MetricWriter& out) {
    std::string_view data_set;
    for (const KernelStatistic& row : rows_)
      if (row.name == "dataset_name") data_set = row.text;
    for (const KernelStatistic& row : rows_)
      if (row.text.empty())
        write("node_zfs_zpool_dataset_", row, {"dataset", "zpool"}, {data_set, pool}, out);
  }

  const std::string folder_;
  std::vector<KernelStatistic> rows_;
  NamedMetrics metrics_;
  std::string key_;
};

}  // namespace

Result<void> parse_kernel_statistics(std::string_view content, std::vector<KernelStatistic>& out) {
  out.clear();
  Scanner scan(content);
  for (bool titled = false; !titled;) {
    Scanner line(scan.line());
    if (scan.failed()) return invalid("no line \"name type data\"");
    titled = line.word() == "name" && line.word() == "type" && line.word() == "data";
  }
  while (!scan.at_end()) {
    Scanner line(scan.line());
    KernelStatistic row;
    row.name = line.word();
    const std::uint64_t type = line.u64();
    line.skip_blanks();
    if (type == kInt64)
      row.number = double(line.i64());
    else if (type == kUint64)
      row.number = double(line.u64());
    else if (type == kString)
      row.text = line.rest();
    else if (!line.failed())
      continue;
    if (auto done = line.done(); !done) return std::move(done).error();
    if (type != kString || !row.text.empty()) out.push_back(row);
  }
  return {};
}

Result<void> parse_pool_io(std::string_view content, std::vector<KernelStatistic>& out) {
  out.clear();
  Scanner scan(content);
  scan.line();
  Scanner titles(scan.line());
  Scanner numbers(scan.line());
  if (auto done = scan.done(); !done) return done;
  for (titles.skip_blanks(); !titles.at_end(); titles.skip_blanks()) {
    KernelStatistic row;
    row.name = titles.word();
    row.number = double(numbers.u64());
    if (auto done = numbers.done(); !done) return done;
    out.push_back(row);
  }
  return {};
}

std::unique_ptr<Collector> make_zfs(const FactoryInput& input) {
  return std::make_unique<ZfsCollector>(input);
}

}  // namespace lapwing::collectors::host
