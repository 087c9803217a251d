#include "collectors/host/filesystem.h"

#include <cstring>
#include <memory>
#include <set>
#include <tuple>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/filter.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo gauge(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge, {"device", "mountpoint", "fstype", "device_error"}};
}

constexpr MetricInfo kSize = gauge("node_filesystem_size_bytes", "Size of the file system.");
constexpr MetricInfo kFree = gauge("node_filesystem_free_bytes", "Free space.");
constexpr MetricInfo kAvailable =
    gauge("node_filesystem_avail_bytes", "Space that users other than root can fill.");
constexpr MetricInfo kPurgeable =
    gauge("node_filesystem_purgeable_bytes", "Space that could be freed; always 0 on Linux.");
constexpr MetricInfo kFiles = gauge("node_filesystem_files", "Inodes.");
constexpr MetricInfo kFilesFree = gauge("node_filesystem_files_free", "Free inodes.");
constexpr MetricInfo kReadOnly =
    gauge("node_filesystem_readonly", "Whether the file system is mounted read-only.");
constexpr MetricInfo kDeviceError =
    gauge("node_filesystem_device_error", "Whether the file system could not be asked.");
constexpr MetricInfo kMountInfo{"node_filesystem_mount_info",
                                "What device the mount is of.",
                                MetricType::Gauge,
                                {"device", "major", "minor", "mountpoint"}};

// The kernel writes blank, tab, line break, backslash and # in octal.
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) {
      return at < text.size() && text[at] >= '0' && text[at] <= '7' ? text[at] - '0' : -1;
    };
    if (text[i] == '\\' && digit(i + 1) >= 0 && digit(i + 1) <= 3 && digit(i + 2) >= 0 &&
        digit(i + 3) >= 0) {
      plain += char(digit(i + 1) * 64 + digit(i + 2) * 8 + digit(i + 3));
      i += 3;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

bool has_option(std::string_view options, std::string_view wanted) {
  while (!options.empty()) {
    const std::size_t comma = std::min(options.find(','), options.size());
    if (options.substr(0, comma) == wanted) return true;
    options.remove_prefix(std::min(comma + 1, options.size()));
  }
  return false;
}

// As node_exporter's label has it: Go writes the C library's texts with a small first letter.
std::string error_text(int error_number) {
  const char* const known = ::strerrordesc_np(error_number);
  std::string text = known ? known : "error " + std::to_string(error_number);
  const auto is_capital = [&](std::size_t at) { return text[at] >= 'A' && text[at] <= 'Z'; };
  // "RPC struct is bad" keeps its abbreviation.
  if (text.size() > 1 && is_capital(0) && !is_capital(1)) text[0] = char(text[0] - 'A' + 'a');
  return text;
}

class FilesystemCollector final : public Collector {
 public:
  explicit FilesystemCollector(const FactoryInput& input)
      : paths_(input.context.paths),
        mounts_of_init_(paths_.in_proc("1/mountinfo")),
        mounts_of_self_(paths_.in_proc("self/mountinfo")),
        excluded_mounts_(input, "mount_points_exclude"),
        excluded_types_(input, "fs_types_exclude") {}

  Result<void> collect(MetricWriter& out) override {
    // In a container our own mounts are not the host's; without the right to see init's, they are
    // better than none.
    auto content = mounts_of_init_.read();
    const bool ours = !content;
    if (ours) content = mounts_of_self_.read();
    if (!content) return content.error();
    const auto mounts = parse_mounts(*content);
    if (!mounts)
      return Error(mounts.error()).in(ours ? mounts_of_self_.path() : mounts_of_init_.path());
    std::set<std::tuple<std::string_view, std::string_view, std::string_view>> seen;
    std::vector<const Mount*> chosen;
    std::vector<std::string> paths;
    for (const Mount& mount : *mounts) {
      if (excluded_mounts_.matches(mount.mount_point) || excluded_types_.matches(mount.type))
        continue;
      if (!seen.insert({mount.device, mount.mount_point, mount.type}).second) continue;
      chosen.push_back(&mount);
      paths.push_back(paths_.in_root(mount.mount_point.substr(1)));
    }
    const std::vector<SpaceAnswer> answers = reader_.read(paths);
    for (std::size_t i = 0; i < chosen.size(); ++i) write(*chosen[i], answers[i], out);
    return {};
  }

 private:
  static void write(const Mount& mount, const SpaceAnswer& answer, MetricWriter& out) {
    const struct statfs& space = answer.space;
    const std::string error = mount_error(answer);
    const bool failed = !error.empty();
    if (answer.state == SpaceAnswer::State::Hangs)
      out.warn("the mount " + mount.mount_point + " of " + mount.device + " does not answer");
    const auto sample = [&](const MetricInfo& info, double value) {
      out.sample(info, {mount.device, mount.mount_point, mount.type, error}, value);
    };
    sample(kDeviceError, failed ? 1 : 0);
    sample(kReadOnly, mount.read_only ? 1 : 0);
    if (failed) return;
    const double block_bytes = double(space.f_bsize);
    sample(kSize, double(space.f_blocks) * block_bytes);
    sample(kFree, double(space.f_bfree) * block_bytes);
    sample(kAvailable, double(space.f_bavail) * block_bytes);
    sample(kPurgeable, 0);
    sample(kFiles, double(space.f_files));
    sample(kFilesFree, double(space.f_ffree));
    out.sample(kMountInfo, {mount.device, mount.major, mount.minor, mount.mount_point}, 1);
  }

  const HostPaths paths_;
  ProcFile mounts_of_init_;
  ProcFile mounts_of_self_;
  Filter excluded_mounts_;
  Filter excluded_types_;
  SpaceReader reader_;
};

}  // namespace

std::string mount_error(const SpaceAnswer& answer) {
  switch (answer.state) {
    case SpaceAnswer::State::Hangs:
      return "mountpoint timeout";
    case SpaceAnswer::State::Unasked:
      return "not asked, other mounts do not answer";
    case SpaceAnswer::State::Answered:
      break;
  }
  return answer.error_number == 0 ? std::string() : error_text(answer.error_number);
}

Result<std::vector<Mount>> parse_mounts(std::string_view mountinfo) {
  std::vector<Mount> mounts;
  Scanner scan(mountinfo);
  if (scan.at_end()) return invalid("the file is empty");
  while (!scan.at_end()) {
    // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
    Scanner line(scan.line());
    Mount mount;
    line.word();
    line.word();
    Scanner numbers(line.word());
    line.word();
    mount.mount_point = unescape(line.word());
    mount.read_only = has_option(line.word(), "ro");
    while (!line.failed() && line.word() != "-") {
    }
    mount.type = line.word();
    mount.device = unescape(line.word());
    line.skip_blanks();
    if (!line.at_end()) mount.read_only |= has_option(line.word(), "ro");
    mount.major = numbers.until(':');
    mount.minor = numbers.rest();
    if (auto done = line.done(); !done) return std::move(done).error();
    if (auto done = numbers.done(); !done) return std::move(done).error();
    // What is not below the root of whoever reads has no path that could be asked.
    if (mount.mount_point.starts_with('/')) mounts.push_back(std::move(mount));
  }
  return mounts;
}

std::unique_ptr<Collector> make_filesystem(const FactoryInput& input) {
  return std::make_unique<FilesystemCollector>(input);
}

}  // namespace lapwing::collectors::host
