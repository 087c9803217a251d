#include "collectors/services/cgroup_accounting.h"

#include <catch2/catch.hpp>

#include "tests/collectors/services/process_tree.h"

using namespace lapwing;
using namespace lapwing::collectors::services;
using lapwing::testing::ProcessTree;

namespace {

constexpr Timestamp kGroupStart = from_millis(1'700'000'000'000);
constexpr const char* kUnifiedMount = "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";

struct GroupBed {
  explicit GroupBed(const char* mountinfo) { tree.proc("1/mountinfo", mountinfo); }

  void cpu(const std::string& folder, unsigned long user, unsigned long system) const {
    tree.sys("fs/cgroup/" + folder + "/cpu.stat", "usage_usec 0\nuser_usec " +
                                                      std::to_string(user) + "\nsystem_usec " +
                                                      std::to_string(system) + "\n");
  }
  // What the newest step found of a service.
  static std::pair<CounterSet, GaugeSet> of(const CgroupAccounting& groups, std::uint32_t service) {
    std::pair<CounterSet, GaugeSet> found;
    groups.report([&](ServiceId id, const CounterSet& used, const GaugeSet& now) {
      if (id == ServiceId(service)) found = {used, now};
    });
    return found;
  }
  ProcessTree tree;
};

}  // namespace

TEST_CASE("cgroup_accounting: v2's files, each step's use alone") {
  GroupBed bed(kUnifiedMount);
  const std::string folder = "fs/cgroup/system.slice/a.service/";
  bed.tree.sys(folder + "cpu.stat",
               "usage_usec 0\nuser_usec 100\nsystem_usec 10\nnr_periods 5\nnr_throttled 2\n"
               "throttled_usec 7\n");
  bed.tree.sys(folder + "io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4\n");
  bed.tree.sys(folder + "memory.current", "4096\n");
  bed.tree.sys(folder + "memory.max", "max\n");
  bed.tree.sys(folder + "memory.swap.current", "512\n");
  bed.tree.sys(folder + "memory.stat", "anon 1\nfile 2048\n");
  bed.tree.sys(folder + "memory.events", "oom 1\noom_kill 3\n");
  bed.tree.sys(folder + "io.pressure", "some total=9\nfull total=4\n");
  CgroupAccounting groups(bed.tree.paths());
  groups.choose({{"/system.slice/a.service", ServiceId(1)}}, false);
  groups.step(kGroupStart);
  // What was used before us is not ours to count.
  CHECK(GroupBed::of(groups, 1).first.at(Counter::UserMicros) == 0);
  bed.tree.sys(folder + "cpu.stat",
               "user_usec 150\nsystem_usec 30\nnr_periods 6\nnr_throttled 3\nthrottled_usec 8\n");
  bed.tree.sys(folder + "io.stat", "8:0 rbytes=11 wbytes=22 rios=33 wios=44\n");
  bed.tree.sys(folder + "memory.events", "oom_kill 4\n");
  bed.tree.sys(folder + "io.pressure", "some total=19\nfull total=6\n");
  groups.step(kGroupStart + 10s);
  const auto [used, now] = GroupBed::of(groups, 1);
  CHECK(used.at(Counter::UserMicros) == 50);
  CHECK(used.at(Counter::SystemMicros) == 20);
  CHECK(used.at(Counter::Periods) == 1);
  CHECK(used.at(Counter::ThrottledPeriods) == 1);
  CHECK(used.at(Counter::ThrottledMicros) == 1);
  CHECK(used.at(Counter::ReadBytes) == 10);
  CHECK(used.at(Counter::WrittenBytes) == 20);
  CHECK(used.at(Counter::ReadOperations) == 30);
  CHECK(used.at(Counter::WriteOperations) == 40);
  CHECK(used.at(Counter::OomKills) == 1);
  CHECK(used.at(Counter::IoWaitingMicros) == 10);
  CHECK(used.at(Counter::IoStalledMicros) == 2);
  CHECK_FALSE(used.knows(Counter::CpuWaitingMicros));
  CHECK(now.at(Gauge::UsedBytes) == 4096);
  CHECK(now.at(Gauge::CacheBytes) == 2048);
  CHECK(now.at(Gauge::SwapBytes) == 512);
  CHECK_FALSE(now.knows(Gauge::LimitBytes));
  CHECK(groups.tells("/system.slice/a.service", Counter::UserMicros));
  CHECK_FALSE(groups.tells("/system.slice/b.service", Counter::UserMicros));
}

TEST_CASE("cgroup_accounting: v1's files lie in a tree a controller; hybrid is read as v1") {
  GroupBed bed(
      "33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
      "34 31 0:31 / /sys/fs/cgroup/cpuacct rw - cgroup cgroup rw,cpuacct\n"
      "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
      "37 31 0:34 / /sys/fs/cgroup/blkio rw - cgroup cgroup rw,blkio\n"
      "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  const auto write = [&](const std::string& controller, const std::string& file,
                         const std::string& content) {
    bed.tree.sys("fs/cgroup/" + controller + "/docker/4f2a/" + file, content);
  };
  write("cpuacct", "cpuacct.usage_user", "1000000\n");
  write("cpuacct", "cpuacct.usage_sys", "2000000\n");
  write("cpu", "cpu.stat", "nr_periods 1\nnr_throttled 1\nthrottled_time 5000\n");
  write("memory", "memory.usage_in_bytes", "8192\n");
  write("memory", "memory.limit_in_bytes", "1048576\n");
  write("memory", "memory.stat", "cache 1\ntotal_cache 4096\ntotal_swap 7\n");
  write("memory", "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
  write("blkio", "blkio.throttle.io_service_bytes", "8:0 Read 10\n8:0 Write 20\nTotal 30\n");
  write("blkio", "blkio.throttle.io_serviced", "8:0 Read 1\n8:0 Write 2\nTotal 3\n");
  CgroupAccounting groups(bed.tree.paths());
  groups.choose({{"/docker/4f2a", ServiceId(3)}}, true);
  groups.step(kGroupStart);
  const auto [used, now] = GroupBed::of(groups, 3);
  // It began after us: all of it counts.
  CHECK(used.at(Counter::UserMicros) == 1000);
  CHECK(used.at(Counter::SystemMicros) == 2000);
  CHECK(used.at(Counter::ThrottledMicros) == 5);
  CHECK(used.at(Counter::ReadBytes) == 10);
  CHECK(used.at(Counter::WriteOperations) == 2);
  CHECK(used.at(Counter::OomKills) == 2);
  CHECK(now.at(Gauge::UsedBytes) == 8192);
  CHECK(now.at(Gauge::LimitBytes) == 1048576);
  CHECK(now.at(Gauge::CacheBytes) == 4096);
  CHECK(now.at(Gauge::SwapBytes) == 7);
  write("memory", "memory.limit_in_bytes", "9223372036854771712\n");
  groups.step(kGroupStart + 10s);
  CHECK_FALSE(GroupBed::of(groups, 3).second.knows(Gauge::LimitBytes));
}

TEST_CASE("cgroup_accounting: groups within another one are counted once, also when they end") {
  GroupBed bed(kUnifiedMount);
  bed.cpu("m.service", 1000, 0);
  bed.cpu("m.service/app.slice/a.service", 400, 0);
  CgroupAccounting groups(bed.tree.paths());
  const std::map<std::string, ServiceId> both = {{"/m.service", ServiceId(1)},
                                                 {"/m.service/app.slice/a.service", ServiceId(2)}};
  groups.choose(both, false);
  groups.step(kGroupStart);
  bed.cpu("m.service", 1100, 0);
  bed.cpu("m.service/app.slice/a.service", 470, 0);
  groups.step(kGroupStart + 1s);
  CHECK(GroupBed::of(groups, 1).first.at(Counter::UserMicros) == 30);
  CHECK(GroupBed::of(groups, 2).first.at(Counter::UserMicros) == 70);
  // Read later, the one within may be ahead: the debt is paid at the next step.
  bed.cpu("m.service", 1200, 0);
  bed.cpu("m.service/app.slice/a.service", 580, 0);
  groups.step(kGroupStart + 2s);
  CHECK(GroupBed::of(groups, 1).first.at(Counter::UserMicros) == 0);
  bed.cpu("m.service", 1300, 0);
  bed.cpu("m.service/app.slice/a.service", 600, 0);
  groups.step(kGroupStart + 3s);
  CHECK(GroupBed::of(groups, 1).first.at(Counter::UserMicros) == 70);
  // It ends: what it used last is with the one around, what was counted is not counted again.
  groups.choose({{"/m.service", ServiceId(1)}}, true);
  bed.cpu("m.service", 1325, 0);
  groups.step(kGroupStart + 4s);
  CHECK(GroupBed::of(groups, 1).first.at(Counter::UserMicros) == 25);
}

TEST_CASE("cgroup_accounting: a slice tells of groups that came and went, some seconds later") {
  GroupBed bed(kUnifiedMount);
  CgroupAccounting groups(bed.tree.paths());
  const std::map<std::string, ServiceId> folders = {{"/system.slice", kNobody},
                                                    {"/system.slice/a.service", ServiceId(1)}};
  std::uint64_t rest = 0;
  std::uint64_t of_a = 0;
  int second = 0;
  const auto step = [&](unsigned long slice, unsigned long a) {
    bed.cpu("system.slice", slice, 0);
    bed.cpu("system.slice/a.service", a, 0);
    groups.step(kGroupStart + std::chrono::seconds(second++));
    groups.report([&](ServiceId id, const CounterSet& used, const GaugeSet&) {
      (id == kNobody ? rest : of_a) += used.at(Counter::UserMicros);
    });
  };
  bed.cpu("system.slice", 5000, 0);
  groups.choose(folders, false);
  step(5000, 1000);
  step(5700, 1100);  // 600 of a group that nobody saw
  for (int i = 0; i < 3; ++i) step(5700, 1100);
  CHECK(rest == 0);
  step(5700, 1100);
  CHECK(rest == 600);
  CHECK(of_a == 100);
  // The slice is read first, so that it seems to have used less than what is within.
  step(5700, 1150);
  step(5750, 1150);
  for (int i = 0; i < 6; ++i) step(5750, 1150);
  CHECK(rest == 600);
  CHECK(of_a == 150);
}

TEST_CASE(
    "cgroup_accounting: a new group counts from zero, what its slice holds back pays for it") {
  GroupBed bed(kUnifiedMount);
  CgroupAccounting groups(bed.tree.paths());
  std::map<std::uint32_t, std::uint64_t> used_by;
  int second = 0;
  const auto step = [&] {
    groups.step(kGroupStart + std::chrono::seconds(second++));
    groups.report([&](ServiceId id, const CounterSet& used, const GaugeSet&) {
      used_by[std::uint32_t(id)] += used.at(Counter::UserMicros);
    });
  };
  bed.cpu("system.slice", 0, 0);
  bed.cpu("system.slice/a.service", 0, 0);
  std::map<std::string, ServiceId> folders = {{"/system.slice", kNobody},
                                              {"/system.slice/a.service", ServiceId(1)}};
  groups.choose(folders, false);
  step();
  bed.cpu("system.slice", 300, 0);
  bed.cpu("system.slice/b.service", 300, 0);  // not known yet
  step();
  folders.emplace("/system.slice/b.service", ServiceId(2));
  groups.choose(folders, true);
  bed.cpu("system.slice", 400, 0);
  bed.cpu("system.slice/b.service", 400, 0);
  for (int i = 0; i < 8; ++i) step();
  CHECK(used_by[2] == 400);
  CHECK(used_by[std::uint32_t(kNobody)] == 0);
}

TEST_CASE("cgroup_accounting: a slice that is looked at later tells nothing of what was before") {
  GroupBed bed(kUnifiedMount);
  CgroupAccounting groups(bed.tree.paths());
  std::map<std::string, ServiceId> folders = {{"/system.slice/a.service", ServiceId(1)}};
  bed.cpu("system.slice", 70'000, 0);
  bed.cpu("system.slice/a.service", 5'000, 0);
  groups.choose(folders, false);
  groups.step(kGroupStart);
  bed.cpu("system.slice/a.service", 5'400, 0);
  folders.emplace("/system.slice", kNobody);
  groups.choose(folders, true);
  std::uint64_t rest = 0;
  const auto step = [&](int second) {
    groups.step(kGroupStart + std::chrono::seconds(second));
    groups.report([&](ServiceId id, const CounterSet& used, const GaugeSet&) {
      if (id == kNobody) rest += used.at(Counter::UserMicros);
    });
  };
  step(1);
  bed.cpu("system.slice", 70'050, 0);
  for (int second = 2; second < 9; ++second) step(second);
  CHECK(rest == 50);
}
