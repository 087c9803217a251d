#include "collectors/services/cgroup_mounts.h"

#include "agent/base/file.h"
#include "agent/base/scanner.h"

namespace lapwing::collectors::services {
namespace {

// Where the agent sees a folder of the host's /sys.
std::string seen(const HostPaths& paths, const std::string& folder) {
  constexpr std::string_view kSys = "/sys/";
  if (!folder.starts_with(kSys)) return paths.in_root(folder.substr(1));
  return paths.in_sys(std::string_view(folder).substr(kSys.size()));
}

void add_controllers(CgroupMounts& mounts, std::string_view options, const std::string& folder) {
  while (!options.empty()) {
    const std::size_t end = std::min(options.find(','), options.size());
    mounts.controllers.try_emplace(std::string(options.substr(0, end)), folder);
    options.remove_prefix(std::min(end + 1, options.size()));
  }
}

}  // namespace

Result<CgroupMounts> parse_cgroup_mounts(std::string_view mountinfo) {
  CgroupMounts mounts;
  Scanner scan(mountinfo);
  while (!scan.at_end()) {
    Scanner line(scan.line());
    for (int skipped = 0; skipped < 4; ++skipped) line.word();
    const std::string folder(line.word());
    // Optional fields, as many as there are, end in a dash.
    while (!line.failed() && line.word() != "-") {
    }
    const std::string_view type = line.word();
    line.word();
    if (line.failed()) return invalid("a line of mountinfo is cut short");
    if (type == "cgroup2" && mounts.unified.empty()) mounts.unified = folder;
    if (type == "cgroup") add_controllers(mounts, line.word(), folder);
  }
  return mounts;
}

CgroupMounts read_cgroup_mounts(const HostPaths& paths) {
  // Those of the first process are the host's, whatever the agent's own name space shows.
  auto content = read_file(paths.in_proc("1/mountinfo"));
  if (!content) content = read_file(paths.in_proc("self/mountinfo"));
  if (!content) return {};
  auto mounts = parse_cgroup_mounts(*content);
  if (!mounts) return {};
  if (!mounts->unified.empty()) mounts->unified = seen(paths, mounts->unified);
  for (auto& [controller, folder] : mounts->controllers) folder = seen(paths, folder);
  return *std::move(mounts);
}

std::string unified_mount(const HostPaths& paths) { return read_cgroup_mounts(paths).unified; }

}  // namespace lapwing::collectors::services
