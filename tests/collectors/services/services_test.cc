#include <catch2/catch.hpp>
#include <thread>

#include "collectors/services/service_directory.h"
#include "tests/collectors/services/process_tree.h"
#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors;
using lapwing::testing::HostBed;
using lapwing::testing::ProcessTree;

TEST_CASE("services: without a directory there is NoData") {
  HostBed bed;
  bed.run("services");
  CHECK(bed.failed(ErrorKind::NoData));
}

TEST_CASE("services: processes by service, the rest as other") {
  ProcessTree tree;
  tree.process({.pid = 10, .comm = "a"});
  tree.process({.pid = 11, .comm = "a"});
  tree.process({.pid = 12, .comm = "b"});
  HostBed bed(tree.paths());
  bed.context.services = std::make_shared<services::ServiceDirectory>(
      tree.paths(), services::ServicesOptions{.service_limit = 1});
  auto samples = bed.run("services");
  CHECK(samples.at(R"(service_processes{service="a"})") == 2);
  CHECK(samples.at(R"(service_processes{service="other"})") == 1);
  CHECK(samples.at(R"(service_info{service="a",kind="processes"})") == 1);
}

namespace {

struct ServicesBed {
  explicit ServicesBed(services::ServicesOptions options = {}) : bed(tree.paths()) {
    tree.uptime(1000);
    bed.context.services =
        std::make_shared<services::ServiceDirectory>(tree.paths(), std::move(options));
    collector = bed.make("services");
  }
  std::map<std::string, double> tick(Duration after = 1s) {
    bed.clock.advance(after);
    return bed.run(*collector);
  }
  ProcessTree tree;
  HostBed bed;
  std::unique_ptr<Collector> collector;
};

double at(const std::map<std::string, double>& samples, const std::string& series) {
  const auto found = samples.find(series);
  return found == samples.end() ? -1 : found->second;
}

constexpr const char* kUserOfA = R"(service_cpu_seconds_total{service="a",mode="user"})";

}  // namespace

TEST_CASE("services: a unit's CPU is its control group's alone, its faults its processes'") {
  ServicesBed host;
  host.tree.proc("1/mountinfo", "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  const auto group = [&](unsigned long user) {
    host.tree.sys("fs/cgroup/system.slice/a.service/cpu.stat",
                  "user_usec " + std::to_string(user) + "\nsystem_usec 0\n");
  };
  group(1'000'000);
  host.tree.process({.pid = 10, .comm = "x", .cgroup = "0::/system.slice/a.service\n"});
  // The collector looks for mounts when it is made.
  host.collector = host.bed.make("services");
  host.tick();
  group(3'500'000);
  host.tree.process({.pid = 10,
                     .comm = "x",
                     .cgroup = "0::/system.slice/a.service\n",
                     .user_ticks = 200,
                     .minor_faults = 7});
  host.tick();
  const auto samples = host.tick(10s);
  CHECK(at(samples, kUserOfA) == 2.5);
  CHECK(at(samples, R"(service_page_faults_total{service="a",kind="minor"})") == 7);
  CHECK(at(samples, R"(service_info{service="a",kind="unit"})") == 1);
}

TEST_CASE("services: all increases together are what all processes used, whoever has series") {
  ServicesBed host({.service_limit = 2});
  const auto use = [&](unsigned long ticks) {
    for (int pid = 10; pid < 20; ++pid)
      host.tree.process({.pid = pid,
                         .comm = std::string(1, char('a' + pid - 10)),
                         .user_ticks = ticks * static_cast<unsigned long>(pid)});
  };
  use(0);
  std::map<std::string, double> before = host.tick();
  use(1);
  double increases = 0;
  for (int i = 0; i < 13; ++i) {
    const auto samples = host.tick();
    int services = 0;
    for (const auto& [series, value] : samples) {
      if (!series.starts_with("service_cpu_seconds_total") ||
          series.find("user") == std::string::npos)
        continue;
      const auto known = before.find(series);
      // A series that is new begins at nothing, and none falls.
      CHECK(value >= (known == before.end() ? 0 : known->second));
      increases += value - (known == before.end() ? 0 : known->second);
      ++services;
    }
    CHECK(services <= 3);
    before = samples;
  }
  CHECK(increases == Approx(1.45));  // 10 + 11 + … + 19 ticks
}

TEST_CASE("services: a restart is seen, a worker's end is none") {
  ServicesBed host;
  host.tree.process({.pid = 10, .comm = "a", .start_seconds = 5});
  host.tree.process({.pid = 11, .parent = 10, .comm = "a", .start_seconds = 6});
  host.tick();
  CHECK(at(host.tick(10s), R"(service_restarts_total{service="a"})") == 0);
  host.tree.remove(11);
  host.tree.uptime(1010);
  host.tree.process({.pid = 12, .parent = 10, .comm = "a", .start_seconds = 1001});
  CHECK(at(host.tick(10s), R"(service_restarts_total{service="a"})") == 0);
  host.tree.remove(10);
  host.tree.remove(12);
  CHECK(at(host.tick(10s), R"(service_processes{service="a"})") == 0);
  host.tree.uptime(1040);
  host.tree.process({.pid = 20, .comm = "a", .start_seconds = 1021});
  const auto samples = host.tick(10s);
  CHECK(at(samples, R"(service_restarts_total{service="a"})") == 1);
  CHECK(at(samples, R"(service_processes{service="a"})") == 1);
}

TEST_CASE("services: what a missing capability hides is a metric and a warning") {
  ServicesBed host;
  host.tree.process({.pid = 10, .comm = "a"});
  const auto samples = host.tick();
  for (const char* what : {"io", "memory", "descriptors", "ports"})
    CHECK(at(samples, "lapwing_services_hidden_processes{what=\"" + std::string(what) + "\"}") ==
          0);
  CHECK(at(samples, "lapwing_services_nameless_containers") == 0);
}

// Reading a process's memory map waits for whoever has its address space locked.
TEST_CASE("services: runs where it can hang, and never beside a collection that does") {
  CHECK(find_collector("services")->lane == Lane::Slow);
  ServicesBed host;
  host.tree.process({.pid = 10, .comm = "a"});
  std::thread hanging([&] {
    const auto held = host.bed.context.services->hold();
    const auto other = host.bed.make("services");
    MetricWriter out(100);
    std::thread([&] {
      const auto result = other->collect(out);
      CHECK_FALSE(result.ok());
      CHECK(result.error().kind == ErrorKind::Unavailable);
    }).join();
  });
  hanging.join();
  CHECK(at(host.tick(), R"(service_processes{service="a"})") == 1);
}

TEST_CASE("services: descriptors and delay of the busiest processes are known too") {
  ServicesBed host;
  host.tree.process({.pid = 10, .comm = "a", .threads = 2, .resident_pages = 100});
  host.tree.proc("10/fd/0", "");
  host.tree.proc("10/fd/1", "");
  host.tree.proc("10/limits", "Max open files            4                    4096    files\n");
  host.tree.proc("10/smaps_rollup", "Rss: 9 kB\nPss: 7 kB\n");
  host.tree.proc("10/task/11/schedstat", "0 1000 1\n");
  host.tick();
  host.tree.process({.pid = 10,
                     .comm = "a",
                     .user_ticks = 50,
                     .threads = 2,
                     .resident_pages = 100,
                     .run_delay_nanoseconds = 1'000'000'000});
  host.tree.proc("10/task/11/schedstat", "0 3000001000 1\n");
  std::map<std::string, double> samples;
  for (int second = 0; second < 12; ++second) samples = host.tick();
  CHECK(host.bed.context.services->processes().at(10).busy);
  CHECK(at(samples, R"(service_open_fds{service="a"})") == 2);
  CHECK(at(samples, R"(service_fd_usage_ratio{service="a"})") == 0.5);
  CHECK(at(samples, R"(service_memory_proportional_bytes{service="a"})") == 7 * 1024);
  CHECK(at(samples, R"(service_run_delay_seconds_total{service="a"})") == Approx(4));
}
