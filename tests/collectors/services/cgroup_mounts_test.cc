#include "collectors/services/cgroup_mounts.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using collectors::HostPaths;
using namespace lapwing::collectors::services;

namespace {
constexpr std::string_view kHybrid =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 master:1 - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
    "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
}

TEST_CASE("cgroup_mounts: hybrid has both, controllers that share a folder each by its name") {
  const auto mounts = parse_cgroup_mounts(kHybrid);
  REQUIRE(mounts.ok());
  CHECK(mounts->unified == "/sys/fs/cgroup/unified");
  CHECK(mounts->controllers.at("cpuacct") == "/sys/fs/cgroup/cpu,cpuacct");
  CHECK(mounts->controllers.at("memory") == "/sys/fs/cgroup/memory");
  CHECK(mounts->controllers.at("name=systemd") == "/sys/fs/cgroup/systemd");
}

TEST_CASE("cgroup_mounts: none, and lines that are cut short") {
  CHECK(parse_cgroup_mounts("")->unified.empty());
  CHECK(parse_cgroup_mounts("23 1 0:1 / / rw - ext4 /dev/sda rw\n")->controllers.empty());
  for (const char* text : {"23 1\n", "23 1 0:1 / / rw shared:1\n", "23 1 0:1 / / rw - cgroup2\n"})
    CHECK_FALSE(parse_cgroup_mounts(text).ok());
}

TEST_CASE("cgroup_mounts: folders are where the agent sees the host's") {
  const testing::TemporaryDirectory folder;
  folder.write("proc/1/mountinfo", kHybrid);
  const HostPaths paths{folder / "proc", folder / "sys", folder / "root"};
  CHECK(unified_mount(paths) == folder / "sys/fs/cgroup/unified");
  folder.write("proc/1/mountinfo", "9 1 0:1 / /cg rw - cgroup2 none rw\n");
  CHECK(unified_mount(paths) == folder / "root/cg");
  CHECK(unified_mount({folder / "x", folder / "y", folder / "z"}).empty());
}
