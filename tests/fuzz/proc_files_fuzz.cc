// Any content through every parser of /proc and /sys: each ends, and touches only its text.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "collectors/host/arp.h"
#include "collectors/host/counter_lines.h"
#include "collectors/host/cpu.h"
#include "collectors/host/cpu_topology.h"
#include "collectors/host/dbus_message.h"
#include "collectors/host/disk_identity.h"
#include "collectors/host/diskstats.h"
#include "collectors/host/filefd.h"
#include "collectors/host/filesystem.h"
#include "collectors/host/folder.h"
#include "collectors/host/hex_table.h"
#include "collectors/host/hwmon.h"
#include "collectors/host/interrupts.h"
#include "collectors/host/ipvs.h"
#include "collectors/host/loadavg.h"
#include "collectors/host/mdadm.h"
#include "collectors/host/meminfo.h"
#include "collectors/host/meminfo_numa.h"
#include "collectors/host/netclass.h"
#include "collectors/host/netdev.h"
#include "collectors/host/netstat.h"
#include "collectors/host/number_file.h"
#include "collectors/host/os.h"
#include "collectors/host/pressure.h"
#include "collectors/host/processes.h"
#include "collectors/host/schedstat.h"
#include "collectors/host/sockstat.h"
#include "collectors/host/softirqs.h"
#include "collectors/host/stat.h"
#include "collectors/host/systemd.h"
#include "collectors/host/tcpstat.h"
#include "collectors/host/textfile.h"
#include "collectors/host/udp_queues.h"
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
  host::TcpSockets sockets;
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
  (void)host::add_socket_messages(std::as_bytes(std::span(data, size)), sockets);
  (void)host::dbus::parse_message(text);
  (void)host::number_of(text);
  (void)host::parse_balancer_backends(text);
  (void)host::parse_balancer_totals(text);
  (void)host::parse_counter_lines(text);
  (void)host::parse_cpu_list(text);
  (void)host::parse_interrupts(text);
  (void)host::parse_mdstat(text);
  (void)host::parse_node_memory(text);
  (void)host::parse_process_stat(text);
  (void)host::parse_sensor_file(text);
  (void)host::parse_socket_queues(text);
  (void)host::parse_softirqs(text);
  (void)host::parse_textfile(text, host::kTextfileSeriesLimit);
  (void)host::parse_units(text);
  (void)self::parse_process_limit(text, "Max open files");
  (void)self::parse_process_state(text);
  return 0;
}
