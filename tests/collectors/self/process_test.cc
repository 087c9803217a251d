#include "collectors/self/process.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::self;
using namespace lapwing::testing;

namespace {

constexpr const char* kState =
    "42 (lap (wing) x) S 1 42 42 0 -1 4194304 500 0 3 0 150 50 0 0 20 0 7 0 10000 104857600 2560 "
    "18446744073709551615 1\n";
constexpr const char* kLimits =
    "Limit                     Soft Limit           Hard Limit           Units     \n"
    "Max address space         unlimited            unlimited            bytes     \n"
    "Max open files            1024                 4096                 files     \n";

}  // namespace

TEST_CASE("process: a command's name may hold parentheses") {
  const auto process = parse_process_state(kState);
  REQUIRE(process.ok());
  CHECK(process->user_ticks == 150);
  CHECK(process->system_ticks == 50);
  CHECK(process->threads == 7);
  CHECK(process->start_ticks == 10'000);
  CHECK(process->virtual_bytes == 104'857'600);
  CHECK(process->resident_pages == 2'560);
}

TEST_CASE("process: empty, truncated and malformed states are Invalid") {
  for (const char* text : {"", "42 lapwing S", "42 (x", "42 (x)", "42 (x) S 1 2 3",
                           "42 (x) S 1 42 42 0 -1 0 0 0 0 0 user 50 0 0 20 0 7 0 10000 100 2560\n",
                           "42 (x) S 1 42 42 0 -1 0 0 0 0 0 150 50 0 0 20 0 7 0 10000 100\n"}) {
    INFO(text);
    CHECK_FALSE(parse_process_state(text).ok());
  }
}

TEST_CASE("process: limits by their names, the soft one counts") {
  CHECK(*parse_process_limit(kLimits, "Max open files") == 1'024);
  CHECK(std::isinf(*parse_process_limit(kLimits, "Max address space")));
}

TEST_CASE("process: a limit that is missing, malformed or truncated is Invalid") {
  CHECK_FALSE(parse_process_limit("", "Max open files").ok());
  CHECK_FALSE(parse_process_limit(kLimits, "Max wat").ok());
  CHECK_FALSE(parse_process_limit("Max open files   many   4096 files\n", "Max open files").ok());
  CHECK_FALSE(parse_process_limit("Max open files", "Max open files").ok());
}

TEST_CASE("process: ticks, pages and boot time become seconds and bytes") {
  BareHost host;
  host.proc("self/stat", kState);
  host.proc("self/limits", kLimits);
  host.proc("stat", "btime 1700000000\n");
  const double ticks = double(::sysconf(_SC_CLK_TCK));
  CHECK(host.bed.run("process") ==
        Samples{{"process_cpu_seconds_total", 200 / ticks},
                {"process_open_fds", 0},
                {"process_max_fds", 1'024},
                {"process_virtual_memory_bytes", 104'857'600},
                {"process_virtual_memory_max_bytes", 18446744073709551615.0},
                {"process_resident_memory_bytes", 2'560.0 * double(::sysconf(_SC_PAGESIZE))},
                {"process_start_time_seconds", 1'700'000'000 + 10'000 / ticks},
                {"process_threads", 7}});
  CHECK(host.bed.last.ok());
}

TEST_CASE("process: the descriptor that reads the folder of descriptors is not counted") {
  BareHost host;
  host.proc("self/stat", kState);
  for (const char* descriptor : {"0", "1", "2", "3"})
    host.proc(std::string("self/fd/") + descriptor, "");
  CHECK(host.bed.run("process").at("process_open_fds") == 3);
}

TEST_CASE("process: without limits and boot time the rest serves; without its state nothing") {
  BareHost host;
  host.proc("self/limits", kLimits);
  CHECK(host.bed.run("process").empty());
  CHECK(host.bed.failed(ErrorKind::NoData));
  host.proc("self/stat", "42\n");
  host.bed.run("process");
  CHECK(host.bed.failed(ErrorKind::Invalid));
  const BareHost bare;
  bare.proc("self/stat", kState);
  HostBed bed({bare.folder / "proc", "", ""});
  const Samples found = bed.run("process");
  CHECK(bed.last.ok());
  CHECK(found.count("process_threads") == 1);
  CHECK(found.count("process_max_fds") == 0);
  CHECK(found.count("process_start_time_seconds") == 0);
}

TEST_CASE("process: this very process") {
  HostBed bed({"/proc", "/sys", "/"});
  const Samples found = bed.run("process");
  CHECK(found.at("process_open_fds") > 0);
  CHECK(found.at("process_resident_memory_bytes") > 0);
  CHECK(found.at("process_start_time_seconds") > 1e9);
  CHECK(found.at("process_max_fds") > 0);
  const int descriptor = ::dup(STDERR_FILENO);
  REQUIRE(descriptor >= 0);
  CHECK(bed.run("process").at("process_open_fds") == found.at("process_open_fds") + 1);
  ::close(descriptor);
}
