#include "collectors/services/process_details.h"

#include <catch2/catch.hpp>

#include "tests/collectors/services/process_tree.h"

using namespace lapwing;
using namespace lapwing::collectors::services;
using lapwing::testing::ProcessTree;

namespace {

constexpr Timestamp kDetailsStart = from_millis(1'700'000'000'000);
constexpr std::uint64_t kMegabyte = 1 << 20;

Process process_of(std::int32_t pid, std::uint64_t resident_bytes = 4096) {
  Process process;
  process.pid = pid;
  process.read_before = true;
  process.resident_bytes = resident_bytes;
  return process;
}

std::string schedstat(unsigned nanoseconds) { return "0 " + std::to_string(nanoseconds) + " 1\n"; }

void rollup(const ProcessTree& tree, int pid, int kilobytes) {
  tree.proc(std::to_string(pid) + "/smaps_rollup",
            "Rss: 9 kB\nPss: " + std::to_string(kilobytes) + " kB\n");
}

struct DetailsBed {
  void step(int second) { details.begin_step(kDetailsStart + std::chrono::seconds(second)); }
  ProcessTree tree;
  ProcessDetails details{tree.paths()};
};

}  // namespace

TEST_CASE("process_details: what an allowance has not got is owed by the steps that follow") {
  Allowance allowance(10);
  CHECK_FALSE(allowance.any());
  allowance.begin_step();
  CHECK(allowance.any());
  allowance.take(25);
  allowance.begin_step();
  CHECK_FALSE(allowance.any());
  allowance.begin_step();
  CHECK(allowance.any());
  allowance.begin_step();
  allowance.take(9);
  CHECK(allowance.any());
  allowance.take(1);
  CHECK_FALSE(allowance.any());
}

// Linux before 6.2, as Debian 12 has it: the folder has no size.
TEST_CASE("process_details: descriptors are listed where the folder's size is not their number") {
  DetailsBed bed;
  for (const char* fd : {"0", "1", "7"}) bed.tree.proc(std::string("10/fd/") + fd, "");
  bed.tree.proc("10/limits", "Max open files            512                  4096   files\n");
  bed.step(0);
  Process process = process_of(10);
  bed.details.read_descriptors(process);
  CHECK(process.descriptors == 3);
  CHECK(process.descriptor_limit == 512);
  CHECK_FALSE(process.descriptors_hidden);
}

TEST_CASE("process_details: the kernel's own number of descriptors where it tells") {
  ProcessDetails details({"/proc", "/sys", "/"});
  details.begin_step(kDetailsStart);
  Process process = process_of(::getpid());
  details.read_descriptors(process);
  CHECK(process.descriptors >= 3);
  CHECK(process.descriptors < 1000);
  CHECK(process.descriptor_limit > 3);
}

TEST_CASE("process_details: a process of many descriptors makes the others wait") {
  DetailsBed bed;
  for (int fd = 0; fd < 600; ++fd) bed.tree.proc("10/fd/" + std::to_string(fd), "");
  bed.tree.proc("11/fd/0", "");
  Process large = process_of(10);
  Process small = process_of(11);
  bed.step(0);
  bed.details.read_descriptors(large);
  bed.details.read_descriptors(small);
  CHECK(large.descriptors == 600);
  CHECK(small.descriptors == 0);
  bed.step(1);
  bed.details.read_descriptors(small);
  CHECK(small.descriptors == 0);
  bed.step(2);
  bed.details.read_descriptors(small);
  CHECK(small.descriptors == 1);
}

TEST_CASE("process_details: the delay of all threads, when the process has run") {
  DetailsBed bed;
  bed.tree.proc("10/task/10/schedstat", schedstat(999));
  bed.tree.proc("10/task/11/schedstat", schedstat(100));
  bed.tree.proc("10/task/12/schedstat", "cut");
  Process process = process_of(10);
  process.run_delay.see_first(5, false);
  bed.step(0);
  bed.details.read_threads(process, 7, true);
  CHECK(process.run_delay.nanoseconds() == 105);  // the first thread is read elsewhere
  bed.tree.proc("10/task/11/schedstat", schedstat(150));
  bed.step(5);
  bed.details.read_threads(process, 9, true);
  CHECK(process.run_delay.nanoseconds() == 105);  // not again within ten seconds
  bed.step(10);
  bed.details.read_threads(process, 7, true);
  CHECK(process.run_delay.nanoseconds() == 105);  // it has not run
  bed.details.read_threads(process, 9, true);
  CHECK(process.run_delay.nanoseconds() == 155);
}

TEST_CASE("process_details: memory is walked in turns, and again when it has changed") {
  DetailsBed bed;
  ServiceDirectory::Processes processes;
  for (const int pid : {10, 11, 12}) {
    rollup(bed.tree, pid, pid);
    processes.emplace(pid, process_of(pid, 20 * kMegabyte));
  }
  const auto known = [&] {
    return std::count_if(processes.begin(), processes.end(),
                         [](const auto& one) { return one.second.proportional_bytes > 0; });
  };
  bed.step(0);
  bed.details.read_memory(processes);
  CHECK(known() == 1);
  CHECK(processes.at(10).proportional_bytes == 10 * 1024);
  for (int second = 1; second < 12; ++second) {
    bed.step(second);
    bed.details.read_memory(processes);
  }
  CHECK(known() == 3);
  rollup(bed.tree, 11, 99);
  bed.step(20);
  bed.details.read_memory(processes);
  CHECK(processes.at(11).proportional_bytes == 11 * 1024);
  processes.at(11).resident_bytes += 4096;
  bed.step(21);
  bed.details.read_memory(processes);
  CHECK(processes.at(11).proportional_bytes == 99 * 1024);
}

TEST_CASE("process_details: who waits in the kernel is left alone: its memory may be locked") {
  DetailsBed bed;
  rollup(bed.tree, 10, 10);
  ServiceDirectory::Processes processes;
  processes.emplace(10, process_of(10)).first->second.uninterruptible = true;
  bed.step(0);
  bed.details.read_memory(processes);
  CHECK(processes.at(10).walked_at == kBeginningOfTime);
}
