#include "agent/model/top_processes.h"

#include <catch2/catch.hpp>

using namespace lapwing;

namespace {
TopProcesses sample() {
  TopProcesses top{.time = from_millis(1000), .interval = 10s};
  top.processes.push_back({.pid = 4711,
                           .name = "nginx",
                           .service = "web",
                           .command_line = "nginx -g x",
                           .cpu_micros = 1,
                           .resident_bytes = 1ull << 40,
                           .read_bytes = 3,
                           .written_bytes = 4,
                           .run_delay_micros = 5,
                           .io_delay_micros = UINT64_MAX});
  top.processes.push_back({.pid = 1, .name = "init"});
  return top;
}
}  // namespace

TEST_CASE("top_processes: what is encoded is decoded") {
  CHECK(*decode_top_processes(from_millis(1000), encode_top_processes(sample())) == sample());
  CHECK(decode_top_processes(from_millis(0), encode_top_processes({}))->processes.empty());
}

TEST_CASE("top_processes: every cut, and what is another version, is Corrupt") {
  const std::string bytes = encode_top_processes(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto decoded = decode_top_processes(from_millis(0), bytes.substr(0, size));
    REQUIRE_FALSE(decoded.ok());
    CHECK(decoded.error().kind == ErrorKind::Corrupt);
  }
  CHECK_FALSE(decode_top_processes(from_millis(0), bytes + "x").ok());
  CHECK_FALSE(decode_top_processes(from_millis(0), "\x02" + bytes.substr(1)).ok());
  CHECK_FALSE(
      decode_top_processes(from_millis(0), std::string("\x01\x0a\xff\xff\xff\x7f", 6)).ok());
}
