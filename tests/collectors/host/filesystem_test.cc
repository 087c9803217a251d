#include "collectors/host/filesystem.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

namespace {

std::string labels(const char* device, const char* mount_point, const char* type,
                   const char* error = "") {
  return std::string("{device=\"") + device + "\",mountpoint=\"" + mount_point + "\",fstype=\"" +
         type + "\",device_error=\"" + error + "\"}";
}

}  // namespace

TEST_CASE("filesystem: mounts with none, one and many optional fields") {
  const auto mounts = parse_mounts(
      "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"
      "37 35 0:5 / /b rw shared:3 - tmpfs none rw\n"
      "38 35 0:6 / /c rw - nfs4 srv:/x\n");
  REQUIRE(mounts.ok());
  REQUIRE(mounts->size() == 3);
  CHECK(mounts->at(0).mount_point == "/mnt2");
  CHECK(mounts->at(0).device == "/dev/root");
  CHECK(mounts->at(0).type == "ext3");
  CHECK(mounts->at(0).major == "98");
  CHECK(mounts->at(0).minor == "0");
  CHECK_FALSE(mounts->at(0).read_only);
  CHECK(mounts->at(1).device == "none");
  CHECK(mounts->at(2).device == "srv:/x");
}

TEST_CASE("filesystem: escapes come off mount points and devices, other backslashes stay") {
  const auto mounts = parse_mounts(
      "36 35 98:0 / /mnt\\0402\\011\\012\\134\\043 rw - ext3 //nas/My\\040Files rw\n"
      "37 35 98:0 / /a\\9\\04 rw - ext3 /dev/x\\777 rw\n");
  REQUIRE(mounts.ok());
  CHECK(mounts->at(0).mount_point == "/mnt 2\t\n\\#");
  CHECK(mounts->at(0).device == "//nas/My Files");
  CHECK(mounts->at(1).mount_point == "/a\\9\\04");
  CHECK(mounts->at(1).device == "/dev/x\\777");
}

TEST_CASE("filesystem: read-only is the mount, the file system, or both") {
  const auto read_only = [](const std::string& mount, const std::string& super) {
    const auto mounts = parse_mounts("36 35 98:0 / /a " + mount + " - ext3 /dev/a " + super + "\n");
    REQUIRE(mounts.ok());
    return mounts->at(0).read_only;
  };
  CHECK(read_only("ro", "rw"));
  CHECK(read_only("rw", "ro"));
  CHECK(read_only("nosuid,ro,relatime", "rw"));
  CHECK(read_only("rw", "size=4k,ro"));
  CHECK_FALSE(read_only("rw", "rw,errors=remount-ro"));
  CHECK_FALSE(read_only("rw,root", "rw"));
}

TEST_CASE("filesystem: what is not below the root is left out") {
  const auto mounts = parse_mounts("36 35 0:4 net:[4026531840] net rw - nsfs nsfs rw\n");
  REQUIRE(mounts.ok());
  CHECK(mounts->empty());
}

TEST_CASE("filesystem: empty, malformed and truncated content is Invalid") {
  for (const char* text :
       {"", "\n", "36 35 98:0 / /a rw", "36 35 980 / /a rw - x y z\n", "36 35 98:0 / /a rw - x",
        "36 35 98:0 / /a rw -", "36 35 98:0 / /a rw master:1\n",
        "36 35 98:0 / /a rw - x y rw\n36 35 98:0 /"}) {
    INFO(text);
    CHECK_FALSE(parse_mounts(text).ok());
  }
}

TEST_CASE("filesystem: real space of a real mount") {
  BareHost host;
  host.proc("1/mountinfo", "27 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
  host.root("etc/x", "");
  const Samples found = host.bed.run("filesystem");
  REQUIRE(host.bed.last.ok());
  const auto of = [&](const std::string& name) {
    return found.at(name + labels("/dev/sda1", "/", "ext4"));
  };
  CHECK(of("node_filesystem_size_bytes") > 0);
  CHECK(of("node_filesystem_free_bytes") <= of("node_filesystem_size_bytes"));
  CHECK(of("node_filesystem_avail_bytes") <= of("node_filesystem_free_bytes"));
  CHECK(of("node_filesystem_files_free") <= of("node_filesystem_files"));
  CHECK(of("node_filesystem_device_error") == 0);
  CHECK(of("node_filesystem_readonly") == 0);
  CHECK(found.at(R"(node_filesystem_mount_info{device="/dev/sda1",major="8",minor="1",)"
                 R"(mountpoint="/"})") == 1);
}

TEST_CASE("filesystem: one that cannot be asked has a device error in the exporter's words") {
  BareHost host;
  host.proc("1/mountinfo", "36 27 0:40 / /does/not/exist ro - ext4 /dev/gone rw\n");
  CHECK(host.bed.run("filesystem") ==
        Samples{{"node_filesystem_device_error" +
                     labels("/dev/gone", "/does/not/exist", "ext4", "no such file or directory"),
                 1},
                {"node_filesystem_readonly" +
                     labels("/dev/gone", "/does/not/exist", "ext4", "no such file or directory"),
                 1}});
  CHECK(host.bed.last.ok());
}

TEST_CASE(
    "filesystem: settings leave mount points and types out, a mount over itself counts once") {
  BareHost host;
  host.root("data/x", "");
  host.root("run/lock/x", "");
  host.proc("1/mountinfo",
            "1 0 8:1 / /data rw - ext4 /dev/a rw\n"
            "2 0 8:2 / /data rw - ext4 /dev/a rw\n"
            "3 0 0:5 / /data rw - tmpfs none rw\n"
            "4 0 0:6 / /run/lock rw - tmpfs tmpfs rw\n"
            "5 0 0:7 / /proc rw - ext4 /dev/b rw\n"
            "6 0 0:8 / /sys/kernel/debug rw - debugfs debugfs rw\n");
  const auto errors_of = [&](collectors::CollectorSettings settings) {
    std::vector<std::string> found;
    for (const auto& [series, value] : host.bed.run(*host.bed.make("filesystem", settings)))
      if (series.rfind("node_filesystem_device_error", 0) == 0)
        found.push_back(series.substr(std::string("node_filesystem_device_error").size()));
    return found;
  };
  CHECK(errors_of({}) == std::vector<std::string>{labels("/dev/a", "/data", "ext4"),
                                                  labels("none", "/data", "tmpfs"),
                                                  labels("tmpfs", "/run/lock", "tmpfs")});
  const Samples found = host.bed.run("filesystem");
  const auto mounts_of_device = [&](const std::string& minor) {
    return found.count(R"(node_filesystem_mount_info{device="/dev/a",major="8",minor=")" + minor +
                       R"(",mountpoint="/data"})");
  };
  CHECK(mounts_of_device("1") == 1);
  CHECK(mounts_of_device("2") == 0);
  CHECK(
      errors_of({{"mount_points_exclude", "^/(run|proc)"}, {"fs_types_exclude", "tmpfs|debug"}}) ==
      std::vector<std::string>{labels("/dev/a", "/data", "ext4")});
}

TEST_CASE("filesystem: without init's mounts our own serve; an error names what was read") {
  BareHost host;
  host.proc("self/mountinfo", "27 1 8:1 / / rw - ext4 /dev/own rw\n");
  host.root("etc/x", "");
  CHECK(host.bed.run("filesystem")
            .count("node_filesystem_size_bytes" + labels("/dev/own", "/", "ext4")) == 1);
  host.proc("self/mountinfo", "27 1\n");
  host.bed.run("filesystem");
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("self/mountinfo") != std::string::npos);
}

TEST_CASE(
    "filesystem: a mount that hangs, one that was not asked and one that fails are told apart") {
  SpaceAnswer answer;
  CHECK_FALSE(mount_error(answer).empty());
  answer.state = SpaceAnswer::State::Hangs;
  CHECK(mount_error(answer) == "mountpoint timeout");
  answer.state = SpaceAnswer::State::Answered;
  CHECK(mount_error(answer).empty());
  answer.error_number = ESTALE;
  CHECK(mount_error(answer) == "stale file handle");
}
