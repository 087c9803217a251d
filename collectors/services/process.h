// Process: what is kept of each process between looks at it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/file.h"
#include "agent/base/time.h"
#include "collectors/services/process_files.h"
#include "collectors/services/run_delay.h"
#include "collectors/services/service_map.h"

namespace lapwing::collectors::services {

/// What processes use up. All but the last two come to the parent when a child is reaped (the
/// kernel adds them to the parent's counters of its children, or, for I/O, to its own).
enum class Use : std::uint8_t {
  UserTicks,
  SystemTicks,
  MinorFaults,
  MajorFaults,
  ReadBytes,
  WrittenBytes,
  ReadOperations,
  WriteOperations,
  IoDelayTicks,
  RunDelayNanoseconds,
};
inline constexpr std::size_t kUses = 10;
inline constexpr std::size_t kInheritedUses = 8;
using Uses = std::array<std::uint64_t, kUses>;

struct Process {
  std::int32_t pid = 0;
  std::int32_t parent = 0;
  std::uint64_t start_ticks = 0;  ///< with the pid it names the process for good
  std::string comm;
  bool kernel_thread = false;
  /// It waits in the kernel (state D), maybe with its address space locked: what needs that lock,
  /// its command line and memory map, is not read now.
  bool uninterruptible = false;

  ServiceId service{};
  bool named = false;  ///< `service` is its own name's, no longer its parent's
  bool by_process = false;
  bool listens = false;          ///< it was found to hold a socket that listens
  std::string owner_folder;      ///< the unit's or container's part of it; empty: none
  std::string ownerless_folder;  ///< its control group where `owner_folder` is empty
  std::uint64_t cgroup_id = 0;   ///< the inode of its v2 folder; 0: the root, or no v2
  Timestamp named_at = kBeginningOfTime;

  // What follows is the accounting's (process_accounting.h).
  bool read_before = false;
  Uses seen{};         ///< with reaped children, newest read
  RunTimes run_times;  ///< of its first thread, before `seen` was read
  Timestamp seen_at = kBeginningOfTime;
  std::uint64_t resident_bytes = 0;
  std::uint64_t proportional_bytes = 0;  ///< 0: not known
  std::uint64_t threads = 0;
  std::uint64_t descriptors = 0;
  std::uint64_t descriptor_limit = 0;  ///< 0: not known
  std::uint64_t children_faults = 0;   ///< changes whenever a child is reaped
  double activity = 0;                 ///< recent CPU, in CPUs
  Timestamp read_at = kBeginningOfTime;
  bool io_hidden = false;                   ///< its I/O may not be read
  bool descriptors_hidden = false;          ///< nor its descriptors counted
  bool memory_hidden = false;               ///< nor its proportional memory
  RunDelay run_delay;                       ///< of its threads
  Timestamp threads_at = kBeginningOfTime;  ///< newest look at all threads, at …
  std::uint64_t threads_ticks = 0;          ///< … so much CPU time of its own
  Timestamp walked_at = kBeginningOfTime;   ///< newest reading of proportional memory, at …
  std::uint64_t walked_bytes = 0;           ///< … so much resident memory
  Uses recent{};                            ///< since the recorder of top processes looked last
  std::vector<std::int32_t> children{};     ///< pids; some may have ended
  bool busy = false;                        ///< read each second through descriptors that are kept:
  UniqueFd stat_fd;
  UniqueFd io_fd;
  UniqueFd schedstat_fd;
};

}  // namespace lapwing::collectors::services
