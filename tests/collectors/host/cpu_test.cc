#include "collectors/host/cpu.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using lapwing::testing::BareHost;
using lapwing::testing::parses;

TEST_CASE("cpu: each CPU has its fields in the kernel's order, their sum is left out") {
  std::vector<CpuTimes> cpus;
  REQUIRE(parse_cpu_times("cpu  9 9 9 9\ncpu0 1 2 3 4 5 6 7 8 9 10\ncpu12 0 0 0 1\nintr 5\n", cpus)
              .ok());
  REQUIRE(cpus.size() == 2);
  CHECK(cpus[0].cpu == "0");
  CHECK(cpus[0].of(CpuMode::User) == 1);
  CHECK(cpus[0].of(CpuMode::Idle) == 4);
  CHECK(cpus[0].of(CpuMode::Steal) == 8);
  CHECK(cpus[0].of(CpuMode::GuestNice) == 10);
  CHECK(cpus[1].cpu == "12");
}

TEST_CASE("cpu: older kernels write fewer fields, newer ones may write more") {
  std::vector<CpuTimes> cpus;
  REQUIRE(parse_cpu_times("cpu7 1 2 3 4\n", cpus).ok());
  CHECK(cpus.at(0).of(CpuMode::Iowait) == 0);
  CHECK(cpus.at(0).of(CpuMode::Guest) == 0);
  REQUIRE(parse_cpu_times("cpu7 1 2 3 4 5 6 7 8 9 10 11 12\n", cpus).ok());
  REQUIRE(cpus.size() == 1);
  CHECK(cpus[0].of(CpuMode::GuestNice) == 10);
}

TEST_CASE("cpu: empty, other, malformed and truncated content is Invalid") {
  for (const char* text : {"", "intr 1\n", "cpu0 1 2 3\n", "cpu0 1 2 x 4\n", "cpu0 1 2 3 -4\n",
                           "cpu  1 2 3 4\ncpu0 1 2", "cpu0", "cpu0 1 2 3 99999999999999999999\n"}) {
    INFO(text);
    CHECK_FALSE(parses(parse_cpu_times, text));
  }
}

TEST_CASE("cpu: counters do not fall for jitter, and begin anew when a CPU comes back") {
  BareHost host;
  const auto cpu = host.bed.make("cpu");
  const auto idle = [&](const char* ticks) {
    host.proc("stat", std::string("cpu  0 0 0 0\ncpu0 1 0 0 ") + ticks + "\n");
    return host.bed.run(*cpu).at(R"(node_cpu_seconds_total{cpu="0",mode="idle"})");
  };
  CHECK(idle("100000") == 1'000);
  CHECK(idle("99990") == 1'000);
  CHECK(idle("100010") == 1'000.1);
  CHECK(idle("500") == 5);
}

TEST_CASE("cpu: when a CPU comes back all its modes begin anew") {
  BareHost host;
  const auto cpu = host.bed.make("cpu");
  host.proc("stat", "cpu0 7000 0 0 100000\n");
  host.bed.run(*cpu);
  host.proc("stat", "cpu0 300 0 0 500\n");
  CHECK(host.bed.run(*cpu).at(R"(node_cpu_seconds_total{cpu="0",mode="user"})") == 3);
}

TEST_CASE("cpu: guests' time stands in a family of its own") {
  BareHost host;
  host.proc("stat", "cpu3 100 200 0 0 0 0 0 0 40 50\n");
  const auto found = host.bed.run("cpu");
  CHECK(found.at(R"(node_cpu_guest_seconds_total{cpu="3",mode="user"})") == 0.4);
  CHECK(found.at(R"(node_cpu_guest_seconds_total{cpu="3",mode="nice"})") == 0.5);
  CHECK(found.at(R"(node_cpu_seconds_total{cpu="3",mode="user"})") == 1);
  CHECK(found.size() == kCpuModeCount);
}

TEST_CASE("cpu: malformed content fails and names the file") {
  BareHost host;
  host.proc("stat", "cpu0 1\n");
  CHECK(host.bed.run("cpu").empty());
  REQUIRE(host.bed.failed(ErrorKind::Invalid));
  CHECK(host.bed.last.error().message.find("proc/stat") != std::string::npos);
}
