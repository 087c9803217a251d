#include "collectors/services/process_accounting.h"

#include <catch2/catch.hpp>
#include <map>

#include "tests/collectors/services/process_tree.h"

using namespace lapwing;
using namespace lapwing::collectors::services;
using lapwing::testing::ProcessTree;

namespace {

constexpr Timestamp kReadStart = from_millis(1'700'000'000'000);

struct AccountingBed {
  explicit AccountingBed(AccountingOptions options = {})
      : accounting(
            tree.paths(), directory,
            [this](const Process& process, const Uses& uses) {
              cpu[process.comm] += uses[std::size_t(Use::UserTicks)];
              read_bytes[process.comm] += uses[std::size_t(Use::ReadBytes)];
            },
            options) {}

  void step(int second) {
    REQUIRE(accounting.refresh(kReadStart + std::chrono::seconds(second)).ok());
    accounting.read();
  }
  ProcessTree tree;
  ServiceDirectory directory{tree.paths(), {}};
  std::map<std::string, std::uint64_t> cpu, read_bytes;
  ProcessAccounting accounting;
};

}  // namespace

TEST_CASE("process_accounting: counts from the first look on, and from zero what began later") {
  AccountingBed bed;
  bed.tree.uptime(100);
  bed.tree.process({.pid = 10, .comm = "old", .user_ticks = 500, .start_seconds = 5});
  bed.step(0);
  CHECK(bed.cpu["old"] == 0);
  bed.tree.process({.pid = 10, .comm = "old", .user_ticks = 507, .start_seconds = 5});
  bed.tree.process({.pid = 11, .comm = "new", .user_ticks = 3, .start_seconds = 101});
  bed.step(2);
  CHECK(bed.cpu["old"] == 7);
  CHECK(bed.cpu["new"] == 3);
}

TEST_CASE("process_accounting: what nobody saw is the parent's, when it is reaped") {
  AccountingBed bed;
  bed.tree.uptime(100);
  bed.tree.process({.pid = 10, .comm = "shell", .user_ticks = 50});
  bed.step(0);
  bed.tree.process({.pid = 10,
                    .comm = "shell",
                    .user_ticks = 51,
                    .children_user_ticks = 40,
                    .children_minor_faults = 900});
  bed.step(1);
  CHECK(bed.cpu["shell"] == 41);
}

TEST_CASE("process_accounting: a child that was counted is not counted again with its parent") {
  AccountingBed bed;
  bed.tree.uptime(100);
  bed.tree.process({.pid = 10, .comm = "shell"});
  bed.tree.process({.pid = 20, .parent = 10, .comm = "task", .user_ticks = 10, .read_bytes = 100});
  bed.step(0);
  bed.tree.process({.pid = 20, .parent = 10, .comm = "task", .user_ticks = 90, .read_bytes = 500});
  bed.step(1);
  CHECK(bed.cpu["task"] == 80);
  // It uses 7 more, ends, and is reaped: the parent's counters have 97 of it.
  bed.tree.remove(20);
  bed.tree.process({.pid = 10,
                    .comm = "shell",
                    .user_ticks = 1,
                    .children_user_ticks = 97,
                    .children_minor_faults = 5,
                    .read_bytes = 520});
  bed.step(2);
  CHECK(bed.cpu["shell"] == 8);
  CHECK(bed.read_bytes["shell"] == 20);
  CHECK(bed.cpu["task"] == 80);
  CHECK(bed.directory.processes().size() == 1);
}

TEST_CASE("process_accounting: a child that nobody waited for takes nothing from its parent") {
  AccountingBed bed;
  bed.tree.uptime(100);
  bed.tree.process({.pid = 10, .comm = "shell"});
  bed.tree.process({.pid = 20, .parent = 10, .comm = "task", .user_ticks = 10});
  bed.step(0);
  bed.tree.process({.pid = 20, .parent = 10, .comm = "task", .user_ticks = 90});
  bed.step(1);
  bed.tree.remove(20);
  bed.tree.process({.pid = 10, .comm = "shell", .user_ticks = 30});
  bed.step(2);
  CHECK(bed.cpu["shell"] == 30);
}

TEST_CASE("process_accounting: a family that ends together is counted once") {
  AccountingBed bed;
  bed.tree.uptime(100);
  bed.tree.process({.pid = 10, .comm = "shell"});
  bed.tree.process({.pid = 20, .parent = 10, .comm = "make"});
  bed.tree.process({.pid = 30, .parent = 20, .comm = "cc"});
  bed.step(0);
  bed.tree.process({.pid = 20, .parent = 10, .comm = "make", .user_ticks = 5});
  bed.tree.process({.pid = 30, .parent = 20, .comm = "cc", .user_ticks = 50});
  bed.step(1);
  bed.tree.remove(20);
  bed.tree.remove(30);
  bed.tree.process(
      {.pid = 10, .comm = "shell", .children_user_ticks = 60, .children_minor_faults = 5});
  bed.step(2);
  CHECK(bed.cpu["make"] == 5);
  CHECK(bed.cpu["cc"] == 50);
  CHECK(bed.cpu["shell"] == 5);
}

// Numbers begin anew some time; and a parent may end after the listing that missed its child.
TEST_CASE("process_accounting: a child whose ended parent is not known to have ended counts once") {
  AccountingBed bed;
  bed.tree.uptime(100);
  bed.tree.process({.pid = 10, .comm = "make"});
  bed.tree.process({.pid = 50, .parent = 10, .comm = "driver"});
  bed.tree.process({.pid = 40, .parent = 50, .comm = "cc"});
  bed.tree.process({.pid = 30, .parent = 40, .comm = "as"});
  bed.step(0);
  bed.tree.process({.pid = 40, .parent = 50, .comm = "cc", .user_ticks = 80});
  bed.tree.process({.pid = 30, .parent = 40, .comm = "as", .user_ticks = 70});
  bed.step(1);
  for (const int pid : {30, 40, 50}) bed.tree.remove(pid);
  bed.tree.process(
      {.pid = 10, .comm = "make", .children_user_ticks = 153, .children_minor_faults = 5});
  bed.step(2);
  CHECK(bed.cpu["as"] == 70);
  CHECK(bed.cpu["cc"] == 80);
  CHECK(bed.cpu["make"] == 3);
  CHECK(bed.directory.processes().size() == 1);
}

TEST_CASE("process_accounting: an orphan that ends together with its parent is the first one's") {
  AccountingBed bed;
  bed.tree.uptime(100);
  bed.tree.process({.pid = 1, .comm = "init"});
  bed.tree.process({.pid = 10, .parent = 1, .comm = "shell"});
  bed.tree.process({.pid = 20, .parent = 10, .comm = "starter"});
  bed.tree.process({.pid = 30, .parent = 20, .comm = "daemon"});
  bed.step(0);
  bed.tree.process({.pid = 30, .parent = 20, .comm = "daemon", .user_ticks = 90});
  bed.step(1);
  bed.tree.remove(20);
  bed.tree.remove(30);
  bed.tree.process({.pid = 10,
                    .parent = 1,
                    .comm = "shell",
                    .user_ticks = 2,
                    .children_user_ticks = 4,
                    .children_minor_faults = 5});
  bed.tree.process(
      {.pid = 1, .comm = "init", .children_user_ticks = 91, .children_minor_faults = 5});
  bed.step(2);
  CHECK(bed.cpu["daemon"] == 90);
  CHECK(bed.cpu["shell"] == 6);
  CHECK(bed.cpu["init"] == 1);
}

TEST_CASE("process_accounting: an orphan is its new parent's") {
  AccountingBed bed;
  bed.tree.uptime(100);
  bed.tree.process({.pid = 1, .comm = "init"});
  bed.tree.process({.pid = 20, .parent = 1, .comm = "shell"});
  bed.tree.process({.pid = 30, .parent = 20, .comm = "task"});
  bed.step(0);
  bed.tree.process({.pid = 30, .parent = 1, .comm = "task", .user_ticks = 50});
  bed.tree.remove(20);
  bed.tree.process({.pid = 1, .comm = "init", .children_minor_faults = 5});
  bed.step(2);
  CHECK(bed.cpu["task"] == 50);
  bed.tree.remove(30);
  bed.tree.process(
      {.pid = 1, .comm = "init", .children_user_ticks = 52, .children_minor_faults = 9});
  bed.step(4);
  CHECK(bed.cpu["init"] == 2);
}

TEST_CASE("process_accounting: a number that another process has now begins anew") {
  AccountingBed bed;
  bed.tree.uptime(100);
  bed.tree.process({.pid = 20, .comm = "old", .user_ticks = 80, .start_seconds = 1});
  bed.step(0);
  bed.tree.process({.pid = 20, .comm = "new", .user_ticks = 4, .start_seconds = 101});
  bed.step(2);
  bed.step(4);
  CHECK(bed.cpu["old"] == 0);
  CHECK(bed.cpu["new"] == 4);
}

TEST_CASE("process_accounting: more than the processors could give was another's, counted before") {
  AccountingBed bed;
  bed.tree.uptime(100);
  bed.tree.process({.pid = 1, .comm = "init"});
  bed.step(0);
  bed.tree.process(
      {.pid = 1, .comm = "init", .children_user_ticks = 100'000'000, .children_minor_faults = 9});
  bed.step(1);
  CHECK(bed.cpu["init"] == 0);
}

TEST_CASE("process_accounting: the busiest are read each second, the others in turn") {
  AccountingBed bed({.busy_processes = 1, .slow_interval = 4s, .reads_a_step = 100});
  bed.tree.uptime(100);
  for (int pid = 10; pid < 18; ++pid)
    bed.tree.process({.pid = pid, .comm = "p" + std::to_string(pid)});
  for (int second = 0; second < 8; ++second) {
    bed.tree.process(
        {.pid = 17, .comm = "p17", .user_ticks = static_cast<unsigned long>(second) * 90});
    bed.step(second);
  }
  for (int second = 8; second < 12; ++second) {
    bed.step(second);
    CHECK(bed.directory.processes().at(17).read_at == kReadStart + std::chrono::seconds(second));
    CHECK(bed.accounting.reads() <= 3);
  }
  for (const auto& [pid, process] : bed.directory.processes())
    CHECK(process.read_at > kReadStart + 7s);
}

TEST_CASE("process_accounting: a step reads no more than it may") {
  AccountingBed bed({.busy_processes = 5, .slow_interval = 10s, .reads_a_step = 20});
  bed.tree.uptime(100);
  for (int pid = 10; pid < 210; ++pid) bed.tree.process({.pid = pid});
  for (int second = 0; second < 15; ++second) {
    bed.step(second);
    CHECK(bed.accounting.reads() <= 25);
  }
}
