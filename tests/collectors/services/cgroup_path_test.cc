#include "collectors/services/cgroup_path.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::services;

namespace {

const std::string kId = "4f2a9c1d8e7b6a5f4e3d2c1b0a9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c3b2a1f";
const std::string kUid = "0d7a3f5e-1c2b-4a6d-9e8f-7b6c5d4e3f2a";
const std::string kUnderscored = "0d7a3f5e_1c2b_4a6d_9e8f_7b6c5d4e3f2a";

// "unit nginx /system.slice/nginx.service": kind, name and folder of the owner.
std::string owner(const std::string& path) {
  const auto found = owner_of_cgroup(path);
  if (!found) return "none";
  const char* const kinds[] = {"unit", "container", "pod"};
  std::string text = std::string(kinds[int(found->kind)]) + " " + found->name;
  if (!found->runtime.empty()) text += " (" + found->runtime + ")";
  return text + " " + found->path;
}

std::string telling(std::string_view content) {
  const auto lines = parse_process_cgroup(content);
  REQUIRE(lines.ok());
  return std::string(telling_path(*lines));
}

}  // namespace

TEST_CASE("cgroup_path: units, a user's own and a service's inner folders") {
  CHECK(owner("/system.slice/nginx.service") == "unit nginx /system.slice/nginx.service");
  CHECK(owner("/system.slice/docker.service/supervised") ==
        "unit docker /system.slice/docker.service");
  CHECK(owner("/system.slice/system-getty.slice/getty@tty1.service") ==
        "unit getty@tty1 /system.slice/system-getty.slice/getty@tty1.service");
  CHECK(owner("/user.slice/user-1000.slice/user@1000.service/app.slice/shop.service") ==
        "unit shop /user.slice/user-1000.slice/user@1000.service/app.slice/shop.service");
  CHECK(owner("/user.slice/user-1000.slice/user@1000.service/init.scope") ==
        "unit user@1000 /user.slice/user-1000.slice/user@1000.service");
  CHECK(owner("/user.slice/user-1000.slice/session-7.scope") ==
        "unit user-1000 /user.slice/user-1000.slice");
  CHECK(owner("/init.scope") == "unit init /init.scope");
  CHECK(owner("/dev-hugepages.mount") == "unit dev-hugepages.mount /dev-hugepages.mount");
}

TEST_CASE("cgroup_path: slices, roots and folders that nobody knows have no owner") {
  for (const char* path : {"/", "", "/system.slice", "/user.slice", "/process_api/4711", "//"})
    CHECK(owner(path) == "none");
}

TEST_CASE("cgroup_path: containers of every runtime, with systemd and without") {
  CHECK(owner("/docker/" + kId) == "container " + kId + " (docker) /docker/" + kId);
  CHECK(owner("/system.slice/docker-" + kId + ".scope") ==
        "container " + kId + " (docker) /system.slice/docker-" + kId + ".scope");
  CHECK(owner("/machine.slice/libpod-" + kId + ".scope/container") ==
        "container " + kId + " (podman) /machine.slice/libpod-" + kId + ".scope");
  CHECK(owner("/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId +
              ".scope") == "container " + kId +
                               " (podman) /user.slice/user-1000.slice/user@1000.service/"
                               "user.slice/libpod-" +
                               kId + ".scope");
  CHECK(owner("/default/" + kId) == "container " + kId + " (containerd) /default/" + kId);
  CHECK(owner("/lxc.payload.web/system.slice/nginx.service") ==
        "container web (lxc) /lxc.payload.web");
  CHECK(owner("/machine.slice/systemd-nspawn@web.service/payload/system.slice/a.service") ==
        "container web (nspawn) /machine.slice/systemd-nspawn@web.service");
  CHECK(owner("/machine.slice/libpod-conmon-" + kId + ".scope") ==
        "unit libpod-conmon /machine.slice/libpod-conmon-" + kId + ".scope");
}

TEST_CASE("cgroup_path: pods, whatever drives their cgroups") {
  const std::string slice =
      "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + kUnderscored + ".slice";
  CHECK(owner(slice + "/cri-containerd-" + kId + ".scope") ==
        "pod " + kUid + " (containerd) " + slice);
  CHECK(owner(slice) == "pod " + kUid + " " + slice);
  const std::string folder = "/kubepods/besteffort/pod" + kUid;
  CHECK(owner(folder + "/" + kId) == "pod " + kUid + " (containerd) " + folder);
  CHECK(owner("/kubepods.slice/kubepods-pod" + kUnderscored + ".slice/crio-" + kId + ".scope") ==
        "pod " + kUid + " (crio) /kubepods.slice/kubepods-pod" + kUnderscored + ".slice");
  const auto found = owner_of_cgroup(slice + "/cri-containerd-" + kId + ".scope");
  CHECK(found->container_id == kId);
}

TEST_CASE("cgroup_path: a unit's name has no number that changes with each run") {
  CHECK(stable_unit_name("nginx.service") == "nginx");
  CHECK(stable_unit_name("postgresql@15-main.service") == "postgresql@15-main");
  CHECK(stable_unit_name("getty@tty1.service") == "getty@tty1");
  CHECK(stable_unit_name("sshd@4-10.0.0.1:22-10.0.0.2:999.service") == "sshd@");
  CHECK(stable_unit_name("gate@7-4711-1000.service") == "gate@");
  CHECK(stable_unit_name("run-u12.service") == "run");
  CHECK(stable_unit_name("run-p4711-i99.scope") == "run");
  CHECK(stable_unit_name("app-gnome-editor-4711.scope") == "app-gnome-editor");
  CHECK(stable_unit_name("vte-spawn-0d7a3f5e-1c2b-4a6d-9e8f-7b6c5d4e3f2a.scope") == "vte-spawn");
  CHECK(stable_unit_name("shop-2.service") == "shop-2");
  CHECK(stable_unit_name("dev-sda1.swap") == "dev-sda1.swap");
}

TEST_CASE("cgroup_path: v2, v1 and hybrid lines lead to the path that tells most") {
  CHECK(telling("0::/system.slice/nginx.service\n") == "/system.slice/nginx.service");
  CHECK(telling("12:cpu,cpuacct:/system.slice/nginx.service\n"
                "1:name=systemd:/system.slice/nginx.service\n") == "/system.slice/nginx.service");
  // Hybrid: v2 is mounted for systemd's own tree, the controllers stay with v1.
  CHECK(telling("4:memory:/system.slice/nginx.service\n1:name=systemd:/system.slice/nginx.service\n"
                "0::/system.slice/nginx.service\n") == "/system.slice/nginx.service");
  // Docker without systemd: nothing but the controllers' trees tells.
  CHECK(telling("4:memory:/docker/" + kId + "\n1:name=systemd:/\n0::/\n") == "/docker/" + kId);
  // A folder that says nothing gives way to one that does.
  CHECK(telling("4:memory:/docker/" + kId + "\n0::/system.slice\n") == "/docker/" + kId);
  CHECK(telling("") == "/");
  CHECK(telling("9:name=systemd:/\n0::/\n") == "/");
}

TEST_CASE("cgroup_path: lines that are none are Invalid") {
  for (const char* content : {"0:/a\n", "x\n", "0::relative\n", "1:cpu\n"})
    CHECK_FALSE(parse_process_cgroup(content).ok());
}
