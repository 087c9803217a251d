#include "collectors/services/service_directory.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/collectors/services/process_tree.h"

using namespace lapwing;
using namespace lapwing::collectors::services;
using lapwing::testing::ProcessTree;

namespace {

constexpr Timestamp kListStart = from_millis(1'700'000'000'000);

std::string label(const ServiceDirectory& directory, std::int32_t pid) {
  const auto map = directory.map();
  const Service* const service = map->of_process(pid);
  return service ? std::string(service->label()) : "none";
}

}  // namespace

TEST_CASE("service_directory: processes by unit, container and executable, on hybrid trees") {
  ProcessTree tree;
  tree.proc("1/mountinfo",
            "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n");
  tree.folder.write("sys/fs/cgroup/unified/system.slice/nginx.service/cgroup.procs", "");
  tree.process({.pid = 1, .comm = "systemd", .cgroup = "0::/init.scope\n"});
  tree.process({.pid = 2, .comm = "kthreadd", .kernel_thread = true});
  tree.process({.pid = 30, .comm = "nginx", .cgroup = "0::/system.slice/nginx.service\n"});
  tree.process({.pid = 31, .comm = "nginx", .cgroup = "0::/system.slice/nginx.service\n"});
  tree.process({.pid = 40, .comm = "redis-server", .cgroup = "0::/\n"});
  ServiceDirectory directory(tree.paths(), {});
  CHECK(label(directory, 30) == "none");
  REQUIRE(directory.refresh(kListStart).ok());
  CHECK(label(directory, 1) == "init");
  CHECK(label(directory, 2) == "kernel");
  CHECK(label(directory, 30) == "nginx");
  CHECK(label(directory, 31) == "nginx");
  CHECK(label(directory, 40) == "redis-server");
  struct stat status{};
  const std::string folder = tree.folder / "sys/fs/cgroup/unified/system.slice/nginx.service";
  REQUIRE(::stat(folder.c_str(), &status) == 0);
  REQUIRE(directory.map()->of_cgroup(status.st_ino) != nullptr);
  CHECK(directory.map()->of_cgroup(status.st_ino)->name == "nginx");
  CHECK(directory.map()->find("redis-server")->kind == ServiceKind::Processes);
}

TEST_CASE("service_directory: a new process is its parent's service until it has settled") {
  ProcessTree tree;
  tree.uptime(1000);
  tree.process({.pid = 10, .comm = "worker", .start_seconds = 5});
  tree.process({.pid = 20, .parent = 10, .comm = "task", .start_seconds = 998});
  ServiceDirectory directory(tree.paths(), {});
  REQUIRE(directory.refresh(kListStart).ok());
  CHECK(label(directory, 20) == "worker");
  tree.uptime(1006);
  REQUIRE(directory.refresh(kListStart + 6s).ok());
  CHECK(label(directory, 20) == "task");
}

TEST_CASE("service_directory: a new process that listens is a service at once") {
  const UniqueFd server(::socket(AF_INET, SOCK_STREAM, 0));
  REQUIRE(::listen(server.get(), 1) == 0);
  struct stat status{};
  REQUIRE(::fstat(server.get(), &status) == 0);
  ProcessTree tree;
  tree.uptime(1000);
  tree.process({.pid = 10, .comm = "bash", .start_seconds = 5});
  tree.process({.pid = 20, .parent = 10, .comm = "cache", .start_seconds = 998});
  tree.process({.pid = 21, .parent = 10, .comm = "task", .start_seconds = 998});
  std::filesystem::create_directories(tree.folder / "proc/20/fd");
  std::filesystem::create_symlink("socket:[" + std::to_string(status.st_ino) + "]",
                                  tree.folder / "proc/20/fd/3");
  ServiceDirectory directory(tree.paths(), {});
  REQUIRE(directory.refresh(kListStart).ok());
  CHECK(label(directory, 20) == "cache");
  CHECK(label(directory, 21) == "bash");
}

TEST_CASE("service_directory: thousands at the start come in turns") {
  ProcessTree tree;
  for (int pid = 10; pid < 710; ++pid)
    tree.proc(std::to_string(pid) + "/stat",
              std::to_string(pid) + " (a) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 0 0 0\n");
  ServiceDirectory directory(tree.paths(), {});
  REQUIRE(directory.refresh(kListStart).ok());
  CHECK(directory.processes().size() == 500);
  REQUIRE(directory.refresh(kListStart + 1s).ok());
  CHECK(directory.processes().size() == 700);
  REQUIRE(directory.refresh(kListStart + 2s).ok());
  CHECK(directory.fresh().empty());
}

TEST_CASE("service_directory: what has ended is handed over, and what is new is found") {
  ProcessTree tree;
  tree.process({.pid = 10, .comm = "a"});
  ServiceDirectory directory(tree.paths(), {});
  REQUIRE(directory.refresh(kListStart).ok());
  tree.remove(10);
  tree.process({.pid = 11, .comm = "b"});
  REQUIRE(directory.refresh(kListStart + 1s).ok());  // not due yet
  CHECK(label(directory, 10) == "a");
  std::vector<std::int32_t> gone;
  REQUIRE(directory.refresh(kListStart + 2s, [&](Process& process) { gone.push_back(process.pid); })
              .ok());
  CHECK(gone == std::vector<std::int32_t>{10});
  CHECK(label(directory, 10) == "none");
  CHECK(label(directory, 11) == "b");
}

TEST_CASE("service_directory: new rules name everything anew") {
  ProcessTree tree;
  tree.folder.write("root/etc/passwd",
                    "root:x:0:0::/:\nme:x:" + std::to_string(::getuid()) + ":\n");
  tree.process({.pid = 10, .comm = "ld"});
  tree.process({.pid = 11, .comm = "make", .command_line = "make -j 4"});
  ServiceDirectory directory(tree.paths(), {});
  REQUIRE(directory.refresh(kListStart).ok());
  CHECK(label(directory, 11) == "make");
  directory.apply(tree.paths(),
                  {.rules = {{.name = "build", .executable = *Regex::create("ld|make")}}});
  REQUIRE(directory.refresh(kListStart).ok());
  CHECK(label(directory, 10) == "build");
  CHECK(label(directory, 11) == "build");
  directory.apply(tree.paths(), {.rules = {{.name = "$0's", .user = *Regex::create("root|me")}}});
  REQUIRE(directory.refresh(kListStart).ok());
  CHECK_THAT(label(directory, 10), Catch::EndsWith("'s"));
}

TEST_CASE("service_directory: services past the limit are other") {
  ProcessTree tree;
  tree.process({.pid = 10, .comm = "a"});
  tree.process({.pid = 11, .comm = "b"});
  ServiceDirectory directory(tree.paths(), {.service_limit = 1});
  REQUIRE(directory.refresh(kListStart).ok());
  CHECK(label(directory, 10) == "a");
  CHECK(label(directory, 11) == "other");
  directory.set_own_series(directory.map()->find("a")->id, false);
  directory.set_own_series(directory.map()->find("b")->id, true);
  REQUIRE(directory.refresh(kListStart + 1s).ok());
  CHECK(label(directory, 10) == "other");
  CHECK(label(directory, 11) == "b");
}

TEST_CASE("service_directory: the same processes give the same map") {
  ProcessTree tree;
  tree.process({.pid = 10, .comm = "a"});
  ServiceDirectory directory(tree.paths(), {});
  REQUIRE(directory.refresh(kListStart).ok());
  const auto map = directory.map();
  REQUIRE(directory.refresh(kListStart + 20s).ok());
  CHECK(directory.map() == map);
}

TEST_CASE("service_directory: a port leads to the service of the process that listens") {
  const UniqueFd server(::socket(AF_INET, SOCK_STREAM, 0));
  REQUIRE(::listen(server.get(), 1) == 0);
  sockaddr_in address{};
  socklen_t length = sizeof address;
  REQUIRE(::getsockname(server.get(), reinterpret_cast<sockaddr*>(&address), &length) == 0);
  ServiceDirectory directory({}, {});
  REQUIRE(directory.refresh(kListStart).ok());
  for (int i = 1; i < 100 && directory.map()->listeners().empty(); ++i)
    REQUIRE(directory.refresh(kListStart + i * 2s).ok());
  const Service* found = nullptr;
  for (int i = 0; i < 1000 && found == nullptr; ++i) {
    REQUIRE(directory.refresh(kListStart + 200s).ok());
    for (const Listener& one : directory.map()->listeners())
      if (one.port == ntohs(address.sin_port)) found = directory.map()->of(one);
  }
  REQUIRE(found != nullptr);
  CHECK(found == directory.map()->of_process(::getpid()));
}

TEST_CASE("service_directory: without /proc there is NoData") {
  ServiceDirectory directory({"/nonexistent", "/nonexistent", "/nonexistent"}, {});
  CHECK(directory.refresh(kListStart).error().kind == ErrorKind::NoData);
  CHECK(directory.map()->services().empty());
}

TEST_CASE("service_directory: nothing is listed while nothing has begun or ended") {
  ProcessTree tree;
  tree.uptime(100);
  tree.process({.pid = 10, .comm = "a"});
  tree.proc("loadavg", "0.00 0.00 0.00 1/200 10\n");
  ServiceDirectory directory(tree.paths(), {});
  Timestamp now = from_millis(1'700'000'000'000);
  const auto known = [&](Duration after) {
    now += after;
    REQUIRE(directory.refresh(now).ok());
    return directory.processes().size();
  };
  CHECK(known(0s) == 1);
  tree.process({.pid = 11, .comm = "b"});
  tree.proc("loadavg", "0.50 0.00 0.00 2/200 10\n");  // it began elsewhere, so to speak
  CHECK(known(2s) == 1);
  tree.proc("loadavg", "0.50 0.00 0.00 2/201 11\n");
  CHECK(known(2s) == 2);
  tree.remove(11);
  CHECK(known(2s) == 2);
  CHECK(known(10s) == 1);  // an end that a beginning elsewhere has hidden
}
