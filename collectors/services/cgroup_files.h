// The files of a control group that tell what it uses: pure parsers (cgroup-v2.rst and
// cgroup-v1/*.rst of the kernel's documentation).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace lapwing::collectors::services {

/// The number behind a key in "key value" lines: cpu.stat, memory.stat, memory.events,
/// cpuacct.stat. Nothing when the key is missing or no number follows.
std::optional<std::uint64_t> keyed_number(std::string_view content, std::string_view key);

/// A file of one number; nothing for "max" and for what is none.
std::optional<std::uint64_t> single_number(std::string_view content);

struct DiskUse {
  std::uint64_t read_bytes = 0, written_bytes = 0;
  std::uint64_t read_operations = 0, write_operations = 0;
};

/// v2's io.stat, "8:0 rbytes=1 wbytes=2 rios=3 wios=4 …" a device, summed up.
DiskUse parse_io_stat(std::string_view content);

struct ReadsAndWrites {
  std::uint64_t reads = 0, writes = 0;
};
/// v1's blkio.throttle.io_*, "8:0 Read 1" lines, summed up.
ReadsAndWrites parse_blkio(std::string_view content);

/// "some avg10=… total=MICROSECONDS", and the line "full" where there is one.
struct Pressure {
  std::uint64_t some_micros = 0;
  std::uint64_t full_micros = 0;
};
std::optional<Pressure> parse_group_pressure(std::string_view content);

}  // namespace lapwing::collectors::services
