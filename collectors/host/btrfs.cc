// btrfs: sizes and commits of Btrfs file systems, from /sys/fs/btrfs/UUID (btrfs(5), ch-sysfs of
// its documentation). Leaves out: error counts a device, which older kernels give through an ioctl
// alone.
#include <memory>
#include <string>

#include "agent/base/file.h"
#include "collectors/host/counter_lines.h"
#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/host/stateless.h"

namespace lapwing::collectors::host {
namespace {

constexpr double kSectorBytes = 512;
constexpr double kMilli = 1e-3;

constexpr MetricInfo kInfo{
    "node_btrfs_info", "The file system's label.", MetricType::Gauge, {"label", "uuid"}};
constexpr MetricInfo kDeviceSize{
    "node_btrfs_device_size_bytes", "Size of the device.", MetricType::Gauge, {"device", "uuid"}};
constexpr Attribute kReserve[] = {{"allocation/global_rsv_size",
                                   1,
                                   {"node_btrfs_global_rsv_size_bytes",
                                    "Space that is kept for the file system itself.",
                                    MetricType::Gauge,
                                    {"uuid"}}}};
constexpr MetricInfo kReserved{"node_btrfs_reserved_bytes",
                               "Space that is promised to writes under way.",
                               MetricType::Gauge,
                               {"block_group_type", "uuid"}};
constexpr MetricInfo profile_gauge(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge, {"block_group_type", "mode", "uuid"}};
}
constexpr MetricInfo kSize = profile_gauge("node_btrfs_size_bytes", "Space of the profile.");
constexpr MetricInfo kUsed = profile_gauge("node_btrfs_used_bytes", "Space that is in use.");
constexpr MetricInfo kRatio =
    profile_gauge("node_btrfs_allocation_ratio", "Bytes on disk for a byte of data.");

struct Commit {
  std::string_view line;
  double factor;
  MetricInfo info;
};
constexpr Commit kCommits[] = {
    {"commits", 1, {"node_btrfs_commits_total", "Commits.", MetricType::Counter, {"uuid"}}},
    {"last_commit_ms",
     kMilli,
     {"node_btrfs_last_commit_seconds", "Time of the newest commit.", MetricType::Gauge, {"uuid"}}},
    {"max_commit_ms",
     kMilli,
     {"node_btrfs_max_commit_seconds", "Time of the longest commit.", MetricType::Gauge, {"uuid"}}},
    {"total_commit_ms",
     kMilli,
     {"node_btrfs_commit_seconds_total", "Time of all commits.", MetricType::Counter, {"uuid"}}},
};

void write_commits(const std::string& folder, const std::string& uuid, MetricWriter& out) {
  const auto content = read_file(folder + "/commit_stats");
  if (!content) return;
  const auto lines = parse_counter_lines(*content);
  if (!lines) return;
  for (const CounterLine& line : *lines)
    for (const Commit& commit : kCommits)
      if (commit.line == line.name && !line.numbers.empty())
        out.sample(commit.info, {uuid}, double(line.numbers[0]) * commit.factor);
}

// What a byte costs on disk: copies, or parity spread over the devices.
double ratio_of(const std::string& profile, double devices) {
  if (profile == "dup" || profile == "raid1" || profile == "raid10") return 2;
  if (profile == "raid1c3") return 3;
  if (profile == "raid1c4") return 4;
  if (profile == "raid5" && devices > 1) return devices / (devices - 1);
  if (profile == "raid6" && devices > 2) return devices / (devices - 2);
  return 1;
}

void write_group(const std::string& folder, const std::string& type, const std::string& uuid,
                 double devices, MetricWriter& out) {
  if (const auto bytes = number_in(folder + "/bytes_reserved"))
    out.sample(kReserved, {type, uuid}, *bytes);
  const auto profiles = list_folder(folder);
  if (!profiles) return;
  for (const std::string& profile : *profiles) {
    const auto total = number_in(folder + "/" + profile + "/total_bytes");
    const auto used = number_in(folder + "/" + profile + "/used_bytes");
    if (!total || !used) continue;  // a file of the group, not a profile's folder
    out.sample(kSize, {type, profile, uuid}, *total);
    out.sample(kUsed, {type, profile, uuid}, *used);
    out.sample(kRatio, {type, profile, uuid}, ratio_of(profile, devices));
  }
}

Result<void> write_file_systems(const HostPaths& paths, MetricWriter& out) {
  const std::string folder = paths.in_sys("fs/btrfs");
  const auto names = list_folder(folder);
  if (!names) return names.error();
  for (const std::string& name : *names) {
    const std::string place = folder + "/" + name;
    const auto groups = list_folder(place + "/allocation");
    if (!groups) continue;  // "features" is no file system
    out.sample(kInfo, {text_of(place + "/label"), name}, 1);
    write_attributes(kReserve, place, {name}, out);
    write_commits(place, name, out);
    double devices = 0;
    if (const auto listed = list_folder(place + "/devices")) {
      devices = double(listed->size());
      for (const std::string& device : *listed)
        if (const auto sectors = number_in(place + "/devices/" + device + "/size"))
          out.sample(kDeviceSize, {device, name}, *sectors * kSectorBytes);
    }
    for (const std::string& type : *groups)
      write_group(place + "/allocation/" + type, type, name, devices, out);
  }
  if (out.size() == 0) return no_data(folder + " has no file system");
  return {};
}

}  // namespace

std::unique_ptr<Collector> make_btrfs(const FactoryInput& input) {
  return std::make_unique<StatelessCollector>(input, write_file_systems);
}

}  // namespace lapwing::collectors::host
