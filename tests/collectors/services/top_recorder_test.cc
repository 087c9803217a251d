#include "collectors/services/top_recorder.h"

#include <catch2/catch.hpp>

#include "agent/model/records.h"
#include "agent/model/top_processes.h"
#include "tests/collectors/services/process_tree.h"

using namespace lapwing;
using namespace lapwing::collectors::services;
using lapwing::testing::ProcessTree;

namespace {

constexpr Timestamp kTopStart = from_millis(1'700'000'000'000);

struct KeptRecords final : Records {
  void append(std::string_view kind, Timestamp time, std::string_view bytes) override {
    CHECK(kind == kTopProcesses);
    kept.push_back({time, std::string(bytes)});
  }
  Result<std::vector<Record>> read(std::string_view, TimeRange, std::size_t) const override {
    return kept;
  }
  std::vector<Record> kept;
};

struct RecorderBed {
  explicit RecorderBed(TopOptions top) : directory(tree.paths(), {.top = top}) {
    directory.record_in(&records);
    REQUIRE(directory.refresh(kTopStart).ok());
  }
  Process& process(int pid) { return directory.processes().at(pid); }
  void uses(int pid, Use use, std::uint64_t value) {
    process(pid).recent[std::size_t(use)] = value;
  }
  TopProcesses newest() const {
    REQUIRE_FALSE(records.kept.empty());
    return *decode_top_processes(records.kept.back().time, records.kept.back().bytes);
  }

  struct Tree : ProcessTree {
    Tree() {
      for (int pid = 10; pid < 20; ++pid)
        process(
            {.pid = pid, .comm = "p" + std::to_string(pid), .command_line = "run --password=x"});
    }
  } tree;
  ServiceDirectory directory;
  KeptRecords records;
  TopRecorder recorder{tree.paths()};
};

}  // namespace

TEST_CASE("top_recorder: the first few by CPU, memory, I/O and delay, each process once") {
  RecorderBed bed({.interval = 10s, .processes = 1});
  bed.recorder.step(kTopStart, bed.directory);
  bed.uses(10, Use::UserTicks, 100);
  bed.uses(11, Use::UserTicks, 50);
  bed.process(12).resident_bytes = 4096;
  bed.uses(13, Use::WrittenBytes, 7);
  bed.uses(14, Use::RunDelayNanoseconds, 3'000'000);
  bed.recorder.step(kTopStart + 9s, bed.directory);
  CHECK(bed.records.kept.empty());
  bed.recorder.step(kTopStart + 10s, bed.directory);
  const TopProcesses top = bed.newest();
  CHECK(top.interval == 10s);
  CHECK(top.time == kTopStart + 10s);
  REQUIRE(top.processes.size() == 4);
  CHECK(top.processes[0].name == "p10");
  CHECK(top.processes[0].service == "p10");
  CHECK(top.processes[0].cpu_micros == 1'000'000);
  CHECK(top.processes[1].resident_bytes == 4096);
  CHECK(top.processes[2].written_bytes == 7);
  CHECK(top.processes[3].run_delay_micros == 3000);
  // Each interval begins at nothing.
  bed.recorder.step(kTopStart + 20s, bed.directory);
  CHECK(bed.newest().processes.size() == 1);
}

TEST_CASE("top_recorder: command lines are kept when asked for, and never otherwise") {
  for (const bool kept : {false, true}) {
    RecorderBed bed({.interval = 10s, .command_lines = kept});
    bed.recorder.step(kTopStart, bed.directory);
    bed.uses(10, Use::UserTicks, 100);
    bed.recorder.step(kTopStart + 10s, bed.directory);
    CHECK(bed.newest().processes[0].command_line == (kept ? "run --password=x" : ""));
    CHECK((bed.records.kept[0].bytes.find("password") != std::string::npos) == kept);
  }
}

TEST_CASE("top_recorder: switched off it records nothing; a clock set back begins anew") {
  RecorderBed off({.enabled = false});
  off.recorder.step(kTopStart, off.directory);
  off.recorder.step(kTopStart + 60s, off.directory);
  CHECK(off.records.kept.empty());
  RecorderBed bed({.interval = 10s});
  bed.recorder.step(kTopStart + 1h, bed.directory);
  bed.recorder.step(kTopStart, bed.directory);
  CHECK(bed.records.kept.empty());
  bed.recorder.step(kTopStart + 10s, bed.directory);
  CHECK(bed.records.kept.size() == 1);
}
