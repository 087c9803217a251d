#include "collectors/services/container_names.h"

#include <catch2/catch.hpp>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::collectors::services;

namespace {

const std::string kContainerId = "4f2a9c1d8e7b6a5f4e3d2c1b0a9f8e7d6c5b4a3f2e1d0c9b8a7f6e5d4c3b2a1f";

struct Bed {
  testing::TemporaryDirectory folder;
  ContainerNames names{{folder / "proc", folder / "sys", folder / "root"}};

  std::string name(CgroupOwner::Kind kind, const char* runtime, const std::string& id) {
    return names.name_of(
        {kind, kind == CgroupOwner::Kind::Pod ? "0d7a3f5e-1c2b" : id, id, runtime, ""});
  }
  std::string container(const char* runtime) {
    return name(CgroupOwner::Kind::Container, runtime, kContainerId);
  }
};

}  // namespace

TEST_CASE("container_names: Docker's from its configuration of the container") {
  Bed bed;
  bed.folder.write("root/var/lib/docker/containers/" + kContainerId + "/config.v2.json",
                   R"({"ID":"x","Name":"/front"})");
  CHECK(bed.container("docker") == "front");
  CHECK(bed.names.nameless() == 0);
}

TEST_CASE("container_names: Podman's and CRI-O's from the list of storage") {
  Bed bed;
  bed.folder.write(
      "root/var/lib/containers/storage/overlay-containers/containers.json",
      R"([{"id":"a","names":["b"]},{"id":")" + kContainerId + R"(","names":["db","x"]}])");
  CHECK(bed.container("podman") == "db");
}

TEST_CASE("container_names: a pod's from the kubelet's links, without what its controller adds") {
  Bed bed;
  bed.folder.write(
      "root/var/log/containers/web-7d4b9c6f5-x2x7p_shop_nginx-" + kContainerId + ".log", "");
  CHECK(bed.name(CgroupOwner::Kind::Pod, "containerd", kContainerId) == "shop/web");
  CHECK(pod_name("db-0_shop_pg-" + kContainerId + ".log", kContainerId) == "shop/db-0");
  CHECK(pod_name("agent-x2x7p_kube-system_agent-" + kContainerId + ".log", kContainerId) ==
        "kube-system/agent");
  CHECK(pod_name("web-server_shop_a-" + kContainerId + ".log", kContainerId) == "shop/web-server");
  CHECK(pod_name("web_shop_a-b.log", kContainerId).empty());
  CHECK(pod_name(kContainerId + ".log", kContainerId).empty());
}

TEST_CASE("container_names: nothing readable leaves the short id, and is counted once") {
  Bed bed;
  CHECK(bed.container("docker") == "4f2a9c1d8e7b");
  CHECK(bed.container("docker") == "4f2a9c1d8e7b");
  CHECK(bed.names.nameless() == 1);
  CHECK(bed.name(CgroupOwner::Kind::Pod, "containerd", kContainerId) == "pod-0d7a3f5e");
  CHECK(bed.name(CgroupOwner::Kind::Pod, "", "") == "pod-0d7a3f5e");
  CHECK(bed.name(CgroupOwner::Kind::Container, "lxc", "web") == "web");
}

TEST_CASE("container_names: files that are no JSON, or another one, give no name") {
  for (const char* text : {"", "{", "[]", R"({"Name":7})", R"({"names":[]})"}) {
    CHECK(docker_name(text).empty());
    CHECK(storage_name(text, kContainerId).empty());
  }
  CHECK(storage_name(R"([{"id":"a"},{"id":"b","names":[]},7])", "b").empty());
}
