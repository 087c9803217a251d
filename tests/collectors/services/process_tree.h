// ProcessTree: a /proc of the test's own making, a process a folder.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "tests/support/temporary_directory.h"

namespace lapwing::testing {

struct ProcessTree {
  struct Entry {
    int pid = 1;
    int parent = 0;
    std::string comm = "a";
    std::string cgroup = "0::/\n";
    std::string command_line;  ///< blanks become NULs
    bool kernel_thread = false;
    unsigned long user_ticks = 0, system_ticks = 0, children_user_ticks = 0,
                  children_system_ticks = 0;
    unsigned long minor_faults = 0, children_minor_faults = 0, major_faults = 0;
    unsigned long threads = 1, resident_pages = 0, io_delay_ticks = 0;
    unsigned long start_seconds = 0;
    unsigned long read_bytes = 0, written_bytes = 0, reads = 0, writes = 0;
    unsigned long run_delay_nanoseconds = 0;
    std::string state = "S";
  };

  void process(const Entry& e) const {
    const std::string folder_name = std::to_string(e.pid) + "/";
    const auto text = [](unsigned long value) { return std::to_string(value) + " "; };
    const unsigned long ticks = static_cast<unsigned long>(::sysconf(_SC_CLK_TCK));
    proc(folder_name + "stat",
         std::to_string(e.pid) + " (" + e.comm + ") " + e.state + " " + std::to_string(e.parent) +
             " 1 1 0 -1 " + (e.kernel_thread ? "2129984 " : "4194304 ") + text(e.minor_faults) +
             text(e.children_minor_faults) + text(e.major_faults) + "0 " + text(e.user_ticks) +
             text(e.system_ticks) + text(e.children_user_ticks) + text(e.children_system_ticks) +
             "20 0 " + text(e.threads) + "0 " + text(e.start_seconds * ticks) + "4096 " +
             text(e.resident_pages) + "0 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 " +
             text(e.io_delay_ticks) + "0\n");
    proc(folder_name + "cgroup", e.cgroup);
    std::string arguments = e.command_line;
    std::replace(arguments.begin(), arguments.end(), ' ', '\0');
    proc(folder_name + "cmdline", arguments);
    proc(folder_name + "io",
         "rchar: 0\nwchar: 0\nsyscr: " + text(e.reads) + "\nsyscw: " + text(e.writes) +
             "\nread_bytes: " + text(e.read_bytes) + "\nwrite_bytes: " + text(e.written_bytes) +
             "\ncancelled_write_bytes: 0\n");
    // Whatever a process does, it runs for it.
    proc(folder_name + "schedstat",
         "0 " + text(e.run_delay_nanoseconds) + std::to_string(++writes) + "\n");
  }
  void remove(int pid) const {
    std::filesystem::remove_all(folder / ("proc/" + std::to_string(pid)));
  }
  void uptime(unsigned long seconds) const {
    proc("uptime", std::to_string(seconds) + ".00 0.00\n");
  }
  void proc(std::string_view path, std::string_view content) const {
    folder.write(std::string("proc/").append(path), content);
  }
  void sys(std::string_view path, std::string_view content) const {
    folder.write(std::string("sys/").append(path), content);
  }
  collectors::HostPaths paths() const { return {folder / "proc", folder / "sys", folder / "root"}; }

  TemporaryDirectory folder;
  mutable unsigned long writes = 0;
};

}  // namespace lapwing::testing
