// Any content through every parser of /proc and /sys: each ends, and touches only its text.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "collectors/host/arp.h"
#include "collectors/host/cpu.h"
#include "collectors/host/diskstats.h"
#include "collectors/host/filefd.h"
#include "collectors/host/filesystem.h"
#include "collectors/host/hex_table.h"
#include "collectors/host/loadavg.h"
#include "collectors/host/meminfo.h"
#include "collectors/host/netclass.h"
#include "collectors/host/netdev.h"
#include "collectors/host/netstat.h"
#include "collectors/host/number_file.h"
#include "collectors/host/os.h"
#include "collectors/host/pressure.h"
#include "collectors/host/schedstat.h"
#include "collectors/host/sockstat.h"
#include "collectors/host/stat.h"
#include "collectors/host/vmstat.h"
#include "collectors/self/process.h"

using namespace lapwing::collectors;

namespace {
template <typename T>
void try_rows(lapwing::Result<void> (*parse)(std::string_view, std::vector<T>&),
              std::string_view text) {
  std::vector<T> rows;
  (void)parse(text, rows);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try_rows(host::parse_cpu_times, text);
  try_rows(host::parse_disk_statistics, text);
  try_rows(host::parse_memory_fields, text);
  try_rows(host::parse_network_devices, text);
  try_rows(host::parse_protocol_lines, text);
  try_rows(host::parse_protocol_table, text);
  try_rows(host::parse_socket_fields, text);
  try_rows(host::parse_virtual_memory_fields, text);
  (void)host::parse_arp(text);
  (void)host::parse_file_handles(text);
  (void)host::parse_hex_rows(text);
  (void)host::parse_kernel_statistics(text);
  (void)host::parse_load_averages(text);
  (void)host::parse_mounts(text);
  (void)host::parse_number(text);
  (void)host::parse_os_release(text);
  (void)host::parse_pressure(text);
  (void)host::parse_property(text);
  (void)host::parse_scheduler_times(text);
  (void)host::parse_udev_properties(text);
  (void)host::version_number(text);
  (void)self::parse_process_limit(text, "Max open files");
  (void)self::parse_process_state(text);
  return 0;
}
