#include "collectors/services/service_directory.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "agent/base/scanner.h"
#include "collectors/services/cgroup_mounts.h"
#include "collectors/services/listeners.h"
#include "collectors/services/process_files.h"

namespace lapwing::collectors::services {
namespace {

constexpr Duration kShortestListInterval = 2s;
constexpr Duration kLongestListInterval = 10s;
constexpr std::size_t kProcessesASecond = 200;  // of the interval between two listings
// A process may move to another group, or execute another program under its old name.
constexpr Duration kNameLifetime = 60s;
constexpr std::size_t kNewAListing = 500;       // some 60 µs each
constexpr std::size_t kRenamesAListing = 100;   // some 30 µs each
constexpr Duration kSearchAgain = 60s;          // for owners of sockets that nobody seemed to have
constexpr std::size_t kLookUpsARefresh = 2000;  // of descriptors, some 2 µs each
constexpr std::size_t kGroupLimit = 20'000;
constexpr std::size_t kFileLimitBytes = 64u << 10;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

std::optional<std::int32_t> pid_of(const char* name) {
  if (*name < '1' || *name > '9') return std::nullopt;
  std::int32_t pid = 0;
  const std::string_view text(name);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return pid;
}

std::string link_target(const std::string& path) {
  char target[4096];
  const ssize_t got = ::readlink(path.c_str(), target, sizeof target);
  return got > 0 ? std::string(target, std::size_t(got)) : std::string();
}

}  // namespace

ServiceDirectory::ServiceDirectory(HostPaths paths, ServicesOptions options)
    : paths_(std::move(paths)),
      options_(std::move(options)),
      containers_(paths_),
      unified_root_(unified_mount(paths_)),
      map_(std::make_shared<const ServiceMap>()) {}

std::shared_ptr<const ServiceMap> ServiceDirectory::map() const {
  const std::lock_guard lock(mutex_);
  return map_;
}

void ServiceDirectory::record_in(Records* records) {
  const std::lock_guard lock(records_mutex_);
  records_ = records;
}

bool ServiceDirectory::keeps_records() const {
  const std::lock_guard lock(records_mutex_);
  return records_ != nullptr;
}

void ServiceDirectory::record(std::string_view kind, Timestamp time, std::string_view bytes) {
  // Called under the lock, so that record_in() can promise an end; append() does no I/O.
  const std::lock_guard lock(records_mutex_);
  if (records_ != nullptr) records_->append(kind, time, bytes);
}

void ServiceDirectory::apply(HostPaths paths, ServicesOptions options) {
  const std::lock_guard lock(mutex_);
  pending_ = Settings{std::move(paths), std::move(options)};
}

void ServiceDirectory::take_settings() {
  std::optional<Settings> settings;
  {
    const std::lock_guard lock(mutex_);
    settings.swap(pending_);
  }
  if (!settings) return;
  const HostPaths& paths = settings->paths;
  const bool moved =
      paths.proc != paths_.proc || paths.sys != paths_.sys || paths.root != paths_.root;
  options_ = std::move(settings->options);
  if (moved) {
    paths_ = paths;
    processes_.clear();
    groups_.clear();
    unified_root_ = unified_mount(paths_);
  }
  for (auto& [pid, process] : processes_) process.named = false;
  listed_ = kBeginningOfTime;
  changed_ = true;
}

std::string ServiceDirectory::in_process(std::int32_t pid, std::string_view file) const {
  std::string path = paths_.in_proc(std::to_string(pid));
  return path.append("/").append(file);
}

Result<void> ServiceDirectory::refresh(Timestamp now, const std::function<void(Process&)>& gone) {
  take_settings();
  const Duration interval =
      std::clamp(Duration(std::chrono::seconds(processes_.size() / kProcessesASecond)),
                 kShortestListInterval, kLongestListInterval);
  fresh_.clear();
  const bool due =
      more_to_add_ || now < looked_ || listed_ == kBeginningOfTime || now - looked_ >= interval;
  if (due) {
    looked_ = now;
    if (forked_since_listing(now)) {
      if (auto listed = list(gone); !listed) return listed;
      listed_ = now;
    }
    update_listeners(now);
    name_all(now);
    forget_unused();
  }
  if (searching_) find_owners(now);
  if (changed_) publish();
  return {};
}

// The number given to the newest process and how many threads there are (proc(5), loadavg) stay
// as they are where nothing begins and nothing ends. The second counts the whole host, also where
// we see a part of it: an end here may be made up for by a beginning elsewhere.
bool ServiceDirectory::forked_since_listing(Timestamp now) {
  std::string mark;
  if (read_file_into(paths_.in_proc("loadavg"), buffer_, kFileLimitBytes))
    if (const std::size_t slash = buffer_.find('/'); slash != std::string::npos)
      mark = buffer_.substr(slash);
  const bool same = !mark.empty() && mark == fork_mark_ && !more_to_add_ && now >= listed_ &&
                    listed_ != kBeginningOfTime && now - listed_ < kLongestListInterval;
  fork_mark_ = std::move(mark);
  return !same;
}

Result<void> ServiceDirectory::list(const std::function<void(Process&)>& gone) {
  const Folder folder(::opendir(paths_.proc.c_str()));
  if (!folder) return no_data("no folder " + paths_.proc);
  std::vector<std::int32_t> found;
  while (const dirent* const entry = ::readdir(folder.get()))
    if (const auto pid = pid_of(entry->d_name); pid && found.size() < kProcessLimit)
      found.push_back(*pid);
  std::sort(found.begin(), found.end());
  std::vector<std::int32_t> ended;
  for (const auto& [pid, process] : processes_)
    if (!std::binary_search(found.begin(), found.end(), pid)) ended.push_back(pid);
  for (const std::int32_t pid : ended) {
    const auto known = processes_.find(pid);
    if (known == processes_.end()) continue;  // It went together with another one.
    if (gone) gone(known->second);
    processes_.erase(pid);
    changed_ = true;
  }
  more_to_add_ = false;
  for (const std::int32_t pid : found) {
    if (processes_.contains(pid)) continue;
    // Thousands at the start come in turns: a tick must not wait for all of them.
    more_to_add_ = fresh_.size() >= kNewAListing;
    if (more_to_add_) break;
    if (add(pid)) fresh_.push_back(pid);
  }
  changed_ = changed_ || !fresh_.empty();
  link_children();
  return {};
}

void ServiceDirectory::link_children() {
  for (auto& [pid, process] : processes_) process.children.clear();
  for (auto& [pid, process] : processes_)
    if (const auto parent = processes_.find(process.parent); parent != processes_.end())
      parent->second.children.push_back(pid);
}

void ServiceDirectory::set_parent(Process& process, std::int32_t parent) {
  if (process.parent == parent) return;
  process.parent = parent;
  if (const auto known = processes_.find(parent); known != processes_.end())
    known->second.children.push_back(process.pid);
}

bool ServiceDirectory::add(std::int32_t pid) {
  if (!read_file_into(in_process(pid, "stat"), buffer_, kFileLimitBytes)) return false;
  const auto stat = parse_stat(buffer_);
  if (!stat || stat->state == 'X') return false;
  Process& process = processes_[pid];
  process.pid = pid;
  process.parent = stat->parent;
  process.start_ticks = stat->start_ticks;
  process.comm = stat->comm;
  process.kernel_thread = stat->kernel_thread;
  process.uninterruptible = stat->state == 'D';
  return true;
}

void ServiceDirectory::name_all(Timestamp now) {
  const std::uint64_t now_ticks = ticks_since_boot(paths_);
  listed_ticks_ = now_ticks;
  std::size_t renames_left = kRenamesAListing;
  for (auto& [pid, process] : processes_) {
    const bool stale = process.named && !process.kernel_thread && renames_left > 0 &&
                       (now < process.named_at || now - process.named_at >= kNameLifetime);
    if (process.named && !stale) continue;
    renames_left -= stale ? 1 : 0;
    if (name_process(process, now, now_ticks)) changed_ = true;
  }
}

// Parents have smaller numbers than their children but for those whose numbers have begun anew:
// a parent that has no service yet makes the child an own one.
bool ServiceDirectory::name_process(Process& process, Timestamp now, std::uint64_t now_ticks) {
  const ServiceId before = process.service;
  const bool first = process.named_at == kBeginningOfTime;
  const Group* const group = process.kernel_thread ? nullptr : group_of(process.pid);
  const auto settling = std::uint64_t(kSettlingTime / 1s) * std::uint64_t(::sysconf(_SC_CLK_TCK));
  const bool young = now_ticks != 0 && process.start_ticks + settling > now_ticks;
  const auto parent = processes_.find(process.parent);
  process.cgroup_id = group ? group->id : 0;
  process.owner_folder = group && group->owner ? group->owner->path : "";
  process.ownerless_folder = group && !group->owner ? group->path : "";
  if (young && !process.listens && process.owner_folder.empty() && !process.kernel_thread &&
      parent != processes_.end() && parent->second.named_at != kBeginningOfTime) {
    process.service = parent->second.service;
    process.by_process = parent->second.by_process;
  } else {
    const ServiceIdentity identity = identify(facts_of(process, group), options_.rules);
    process.service = names_.resolve(identity, options_.service_limit);
    process.by_process = identity.by_process;
    process.named = true;
  }
  process.named_at = now;
  return first || before != process.service;
}

const ServiceDirectory::Group* ServiceDirectory::group_of(std::int32_t pid) {
  if (!read_file_into(in_process(pid, "cgroup"), buffer_, kFileLimitBytes)) return nullptr;
  if (const auto known = groups_.find(buffer_); known != groups_.end()) return &known->second;
  const auto lines = parse_process_cgroup(buffer_);
  if (!lines) return nullptr;
  Group group;
  group.path = telling_path(*lines);
  group.owner = owner_of_cgroup(group.path);
  if (group.owner && group.owner->kind != CgroupOwner::Kind::Unit)
    group.container_name = containers_.name_of(*group.owner);
  for (const CgroupLine& line : *lines) {
    struct stat status{};
    if (!line.controllers.empty() || line.path.size() <= 1 || unified_root_.empty()) continue;
    if (::stat((unified_root_ + std::string(line.path)).c_str(), &status) == 0)
      group.id = status.st_ino;
  }
  if (groups_.size() >= kGroupLimit) groups_.clear();
  return &groups_.emplace(buffer_, std::move(group)).first->second;
}

ProcessFacts ServiceDirectory::facts_of(const Process& process, const Group* group) {
  ProcessFacts facts;
  facts.comm = process.comm;
  facts.kernel_thread = process.kernel_thread;
  if (group) {
    facts.owner = group->owner;
    facts.container_name = group->container_name;
  }
  const bool named_by_group = facts.owner && options_.rules.empty();
  if (process.kernel_thread || named_by_group) return facts;
  facts.executable = link_target(in_process(process.pid, "exe"));
  if (!process.uninterruptible &&
      read_file_into(in_process(process.pid, "cmdline"), buffer_, 1u << 20))
    facts.arguments = parse_command_line(buffer_);
  if (options_.has_user_rules()) facts.user = user_of(process.pid);
  if (options_.has_port_rules())
    for (const Listener& listener : listeners_)
      if (const auto owner = socket_owners_.find(listener.inode);
          owner != socket_owners_.end() && owner->second == process.pid)
        facts.ports.push_back(listener.port);
  return facts;
}

std::string ServiceDirectory::user_of(std::int32_t pid) {
  struct stat status{};
  if (::stat(paths_.in_proc(std::to_string(pid)).c_str(), &status) != 0) return {};
  if (const auto known = users_.find(status.st_uid); known != users_.end()) return known->second;
  std::string& name = users_[status.st_uid];
  name = std::to_string(status.st_uid);
  const auto content = read_file(paths_.in_root("etc/passwd"), 4u << 20);
  if (!content) return name;
  Scanner scan(*content);
  while (!scan.at_end()) {
    Scanner line(scan.line());
    const std::string_view user = line.until(':');
    line.until(':');
    if (line.until(':') == std::to_string(status.st_uid) && !line.failed()) return name = user;
  }
  return name;
}

void ServiceDirectory::update_listeners(Timestamp now) {
  auto found = read_listeners(sock_diag_);
  if (!found) return;
  std::sort(found->begin(), found->end(),
            [](const Listener& a, const Listener& b) { return a.inode < b.inode; });
  std::map<std::uint64_t, std::int32_t> owners;
  bool missing = false;
  const bool again =
      searched_ == kBeginningOfTime || now < searched_ || now - searched_ >= kSearchAgain;
  for (const Listener& listener : *found) {
    const auto known = socket_owners_.find(listener.inode);
    const bool lives = known != socket_owners_.end() &&
                       (known->second == 0 ? !again : processes_.contains(known->second));
    if (lives)
      owners.emplace(*known);
    else
      missing = true;
  }
  if (owners != socket_owners_ || found->size() != listeners_.size()) changed_ = true;
  socket_owners_ = std::move(owners);
  listeners_ = *std::move(found);
  if (!missing || searching_) return;
  searching_ = true;
  search_from_ = 2;  // The first process holds sockets for others (systemd.socket(5)): it is last.
  hidden_in_search_ = 0;
}

void ServiceDirectory::find_owners(Timestamp now) {
  look_ups_left_ = kLookUpsARefresh;
  for (auto at = processes_.lower_bound(search_from_); at != processes_.end() && look_ups_left_ > 0;
       ++at) {
    Process& process = at->second;
    if (!process.kernel_thread) look_for_sockets(process);
    // Who listens is no passing child of a shell, however young.
    if (process.listens && !process.named && name_process(process, now, listed_ticks_))
      changed_ = true;
    search_from_ = at->first + 1;
  }
  if (look_ups_left_ == 0) return;
  if (const auto init = processes_.find(1); init != processes_.end())
    look_for_sockets(init->second);
  for (const Listener& listener : listeners_) socket_owners_.try_emplace(listener.inode, 0);
  searching_ = false;
  searched_ = now;
  hidden_processes_ = hidden_in_search_;
  if (options_.has_port_rules())
    for (auto& [pid, process] : processes_) process.named = process.kernel_thread;
}

void ServiceDirectory::look_for_sockets(Process& process) {
  const std::string path = in_process(process.pid, "fd");
  const Folder folder(::opendir(path.c_str()));
  if (!folder) {
    hidden_in_search_ += errno == EACCES ? 1 : 0;
    return;
  }
  const auto last_inode = listeners_.empty() ? 0 : listeners_.back().inode;
  while (const dirent* const entry = ::readdir(folder.get())) {
    if (entry->d_name[0] == '.') continue;
    // Who has more than that opened the sockets that listen first, and they come first here.
    if (look_ups_left_ == 0) break;
    --look_ups_left_;
    const std::string target = link_target(path + "/" + entry->d_name);
    constexpr std::string_view kSocket = "socket:[";
    if (!target.starts_with(kSocket)) continue;
    std::uint64_t inode = 0;
    std::from_chars(target.data() + kSocket.size(), target.data() + target.size(), inode);
    if (inode == 0 || inode > last_inode) continue;
    const bool listens =
        std::binary_search(listeners_.begin(), listeners_.end(), Listener{.inode = inode},
                           [](const Listener& a, const Listener& b) { return a.inode < b.inode; });
    if (!listens || !socket_owners_.try_emplace(inode, process.pid).second) continue;
    process.listens = true;
    changed_ = true;
  }
}

void ServiceDirectory::forget_unused() {
  std::set<ServiceId> used;
  for (const auto& [pid, process] : processes_) used.insert(process.service);
  std::vector<ServiceId> unused;
  // Those with series of their own stay, for a restart; the ranking takes them away in time.
  for (const auto& [name, id] : names_.all())
    if (!used.contains(id) && !names_.at(id)->own_series) unused.push_back(id);
  for (const ServiceId id : unused) names_.forget(id);
  changed_ = changed_ || !unused.empty();
}

void ServiceDirectory::set_own_series(ServiceId id, bool own_series) {
  names_.set_own_series(id, own_series);
  changed_ = true;
}

void ServiceDirectory::publish() {
  changed_ = false;
  ServiceMap::Tables tables;
  for (const auto& [name, id] : names_.all()) tables.services.push_back(names_.at(id));
  std::sort(tables.services.begin(), tables.services.end(),
            [](const auto& a, const auto& b) { return a->id < b->id; });
  std::map<ServiceId, std::uint32_t> index;
  for (const auto& service : tables.services)
    index.emplace_hint(index.end(), service->id, std::uint32_t(index.size()));
  // A group whose processes are of several services tells nothing.
  std::map<std::uint64_t, std::uint32_t> groups;
  for (const auto& [pid, process] : processes_) {
    const std::uint32_t service = index.at(process.service);
    tables.processes.emplace_back(pid, service);
    if (process.cgroup_id == 0) continue;
    const auto [known, fresh] = groups.emplace(process.cgroup_id, service);
    if (!fresh && known->second != service) known->second = Listener::kNoService;
  }
  for (const auto& [id, service] : groups)
    if (service != Listener::kNoService) tables.cgroups.emplace_back(id, service);
  for (Listener listener : listeners_) {
    const auto owner = socket_owners_.find(listener.inode);
    const auto process =
        owner == socket_owners_.end() ? processes_.end() : processes_.find(owner->second);
    if (process != processes_.end()) listener.service = index.at(process->second.service);
    tables.listeners.push_back(listener);
  }
  if (tables == tables_) return;
  tables_ = tables;
  auto map = std::make_shared<const ServiceMap>(std::move(tables));
  const std::lock_guard lock(mutex_);
  map_ = std::move(map);
}

}  // namespace lapwing::collectors::services
