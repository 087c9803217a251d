// ServiceDirectory: keeps track of the processes of this host, finds out which service each
// belongs to, and publishes the answer as a ServiceMap.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/file.h"
#include "agent/base/time.h"
#include "agent/model/records.h"
#include "collectors/collector.h"
#include "collectors/services/container_names.h"
#include "collectors/services/identity.h"
#include "collectors/services/options.h"
#include "collectors/services/process.h"
#include "collectors/services/service_map.h"
#include "collectors/services/service_names.h"
#include "collectors/sock_diag.h"

namespace lapwing::collectors::services {

/// map(), apply() and record_in() on any thread. Everything else is for who holds it: collections
/// come one after the other, but one of them may hang while another collector is made.
class ServiceDirectory {
 public:
  /// Processes younger than this count as their parent's service, unless their control group
  /// tells or they listen: what a shell starts for a moment is the shell's.
  static constexpr Duration kSettlingTime = 5s;
  /// More processes than this are not looked at one by one.
  static constexpr std::size_t kProcessLimit = 50'000;

  ServiceDirectory(HostPaths paths, ServicesOptions options);

  /// Held during a collection; without the lock another one, which hangs, has it.
  std::unique_lock<std::mutex> hold() { return std::unique_lock(collecting_, std::try_to_lock); }

  /// Where records of top processes go; nullptr: they are not kept. `records` is not used any more
  /// once this has returned with another.
  void record_in(Records* records);
  bool keeps_records() const;
  void record(std::string_view kind, Timestamp time, std::string_view bytes);

  /// The newest snapshot, never null; empty until the first refresh.
  std::shared_ptr<const ServiceMap> map() const;

  /// New rules and paths, for the next refresh: every process is then named anew.
  void apply(HostPaths paths, ServicesOptions options);
  /// Lists the processes if that is due (every 2 s for few, every 10 s for thousands), names the
  /// new ones and publishes what has changed. `gone` is called with each process that has ended,
  /// before it is forgotten. NoData where there is no /proc.
  Result<void> refresh(Timestamp now, const std::function<void(Process&)>& gone = {});

  using Processes = std::map<std::int32_t, Process>;
  Processes& processes() { return processes_; }
  const ServiceNames& names() const { return names_; }
  /// Which services have series of their own; published at the next refresh().
  void set_own_series(ServiceId id, bool own_series);
  /// Names the process anew at the next refresh: it has executed another program.
  static void rename(Process& process) { process.named = false; }
  /// Processes that the newest refresh() has found to be new.
  const std::vector<std::int32_t>& fresh() const { return fresh_; }
  void set_parent(Process& process, std::int32_t parent);
  /// Takes a process out that was found to have ended, and ends nothing else.
  void erase(std::int32_t pid) {
    processes_.erase(pid);
    changed_ = true;
  }
  const ServicesOptions& options() const { return options_; }
  /// When the newest listing was, in ticks since boot; 0: not known.
  std::uint64_t listed_ticks() const { return listed_ticks_; }
  std::size_t nameless_containers() const { return containers_.nameless(); }
  /// Processes whose descriptors may not be looked at, so that their ports stay unknown.
  std::size_t hidden_processes() const { return hidden_processes_; }

 private:
  /// What the content of /proc/PID/cgroup says: the same for all processes of a group.
  struct Group {
    std::string path;
    std::uint64_t id = 0;
    std::optional<CgroupOwner> owner;
    std::string container_name;
  };

  std::string in_process(std::int32_t pid, std::string_view file) const;
  bool forked_since_listing(Timestamp now);
  Result<void> list(const std::function<void(Process&)>& gone);
  bool add(std::int32_t pid);
  void link_children();
  void name_all(Timestamp now);
  bool name_process(Process& process, Timestamp now, std::uint64_t now_ticks);
  const Group* group_of(std::int32_t pid);
  ProcessFacts facts_of(const Process& process, const Group* group);
  std::string user_of(std::int32_t pid);
  void update_listeners(Timestamp now);
  void find_owners(Timestamp now);
  void look_for_sockets(Process& process);
  void forget_unused();
  void publish();

  struct Settings {
    HostPaths paths;
    ServicesOptions options;
  };
  void take_settings();

  std::mutex collecting_;
  HostPaths paths_;
  ServicesOptions options_;
  ServiceNames names_;
  ContainerNames containers_;
  Processes processes_;
  std::vector<std::int32_t> fresh_;
  std::map<std::string, Group, std::less<>> groups_;  // by the content of /proc/PID/cgroup
  std::map<std::uint32_t, std::string> users_;
  std::string unified_root_;  // where cgroup v2 is mounted
  std::string buffer_;

  SockDiag sock_diag_;
  std::vector<Listener> listeners_;                      // by inode
  std::map<std::uint64_t, std::int32_t> socket_owners_;  // inode → pid; 0: nobody found
  std::int32_t search_from_ = 0;                         // pid at which the search goes on
  bool searching_ = false;
  std::size_t look_ups_left_ = 0;
  Timestamp searched_ = kBeginningOfTime;
  std::size_t hidden_processes_ = 0;
  std::size_t hidden_in_search_ = 0;

  Timestamp listed_ = kBeginningOfTime;
  Timestamp looked_ = kBeginningOfTime;  // the newest time that a listing was due
  std::string fork_mark_;                // tells whether a process has begun since the listing
  std::uint64_t listed_ticks_ = 0;
  bool more_to_add_ = false;  // there were too many for the newest listing
  bool changed_ = true;       // since the newest map
  ServiceMap::Tables tables_;

  mutable std::mutex mutex_;
  std::shared_ptr<const ServiceMap> map_;  // guarded by mutex_
  std::optional<Settings> pending_;        // guarded by mutex_
  mutable std::mutex records_mutex_;
  Records* records_ = nullptr;  // guarded by records_mutex_
};

}  // namespace lapwing::collectors::services
