#include "collectors/services/process_accounting.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "collectors/services/process_files.h"

namespace lapwing::collectors::services {
namespace {

constexpr std::size_t kFileBytes = 4096;
// How the newest interval weighs in what is called recent: half after some seven reads.
constexpr double kNewWeight = 0.1;
// A process that seems to have used more than all processors could give has reaped what another
// one had started, and what was counted before. What it may have reaped that was not counted is
// what ran unseen between two listings, or since the newest look at it.
constexpr double kMostOfProcessors = 1.5;
constexpr double kUnseenSeconds = 20;

std::size_t at(Use use) { return std::size_t(use); }

// The kernel may take memory from who does not run.
constexpr Duration kIdleLookInterval = 60s;
constexpr std::int32_t kFirstProcess = 1;
constexpr std::size_t kMostAncestors = 100;  // numbers that were given anew could make a circle

// Whether what is owed already and `seen` are no more than `most`, in CPU time.
bool fits(const Uses& seen, const Uses& owed, const Uses& most) {
  constexpr auto kUser = std::size_t(Use::UserTicks);
  constexpr auto kSystem = std::size_t(Use::SystemTicks);
  // The kernel shares a process's time out between both modes anew at its end.
  return owed[kUser] + owed[kSystem] + seen[kUser] + seen[kSystem] <= most[kUser] + most[kSystem];
}

std::uint64_t ticks_a_second() {
  static const auto ticks = std::uint64_t(::sysconf(_SC_CLK_TCK));
  return ticks;
}

}  // namespace

ProcessAccounting::ProcessAccounting(HostPaths paths, ServiceDirectory& directory, Sink sink,
                                     AccountingOptions options)
    : paths_(std::move(paths)),
      directory_(directory),
      sink_(std::move(sink)),
      options_(options),
      processors_(double(std::max(1L, ::sysconf(_SC_NPROCESSORS_CONF)))),
      page_bytes_(std::uint64_t(::sysconf(_SC_PAGESIZE))),
      details_(paths_),
      path_(paths_.proc) {
  buffer_.resize(kFileBytes);
}

bool ProcessAccounting::exists(std::int32_t pid) const {
  struct stat status{};
  return ::stat(paths_.in_proc(std::to_string(pid)).c_str(), &status) == 0;
}

// Through the kept descriptor of a busy process, else by open and read. Empty when it cannot be
// read; then error_number says why. Files of one process are a page at most.
std::string_view ProcessAccounting::content_of(UniqueFd& kept, const Process& process,
                                               std::string_view file, int& error_number) {
  error_number = 0;
  UniqueFd once;
  int fd = kept.get();
  if (fd < 0) {
    once = UniqueFd(::open(path_.of(process.pid, file), O_RDONLY | O_CLOEXEC));
    if (!once) {
      error_number = errno;
      return {};
    }
    fd = once.get();
    if (process.busy) kept = std::move(once);
  }
  const ssize_t got = ::pread(fd, buffer_.data(), buffer_.size(), 0);
  if (got > 0) return std::string_view(buffer_).substr(0, std::size_t(got));
  error_number = got < 0 ? errno : ESRCH;
  kept.reset();
  return {};
}

Result<void> ProcessAccounting::refresh(Timestamp now) {
  now_ = now;
  reads_ = 0;
  details_.begin_step(now);
  if (first_ticks_ == UINT64_MAX) first_ticks_ = ticks_since_boot(paths_);
  return directory_.refresh(now, [this](Process& process) { ended(process); });
}

void ProcessAccounting::read() {
  const bool chosen =
      chosen_ != kBeginningOfTime && chosen_ <= now_ && now_ - chosen_ < options_.slow_interval;
  if (!chosen) choose_busy();
  for (const std::int32_t pid : busy_) {
    const auto known = processes().find(pid);
    if (known != processes().end() && known->second.read_at != now_) look(known->second);
  }
  std::size_t left = options_.reads_a_step;
  for (const std::int32_t pid : directory_.fresh()) {
    if (left == 0) break;
    --left;
    const auto known = processes().find(pid);
    if (known != processes().end() && !known->second.read_before) look(known->second);
  }
  slow_round(left);
  details_.read_memory(processes());
}

// A tenth of all: those that are read each second anyway have their details read. They come in
// the order of their numbers, so that none waits longer than another.
void ProcessAccounting::slow_round(std::size_t left) {
  const auto steps = std::max<std::size_t>(1, std::size_t(options_.slow_interval / 1s));
  left = std::min(left, (processes().size() + steps - 1) / steps);
  const std::size_t all = processes().size();
  auto next = processes().lower_bound(cursor_);
  for (std::size_t looked = 0; looked < all && left > 0; ++looked) {
    if (next == processes().end()) next = processes().begin();
    if (next == processes().end()) break;
    Process& process = next->second;
    ++next;
    cursor_ = process.pid + 1;
    if (process.busy) {
      --left;
      details_.read_descriptors(process);
      continue;
    }
    if (process.read_at == now_) continue;
    --left;
    const std::int32_t pid = process.pid;
    look(process);
    // Looking at a parent may have taken out what the iterator stood at.
    next = processes().lower_bound(pid + 1);
  }
}

void ProcessAccounting::choose_busy() {
  chosen_ = now_;
  std::vector<Process*> all;
  for (auto& [pid, process] : processes()) all.push_back(&process);
  const std::size_t count = std::min(options_.busy_processes, all.size());
  std::nth_element(all.begin(), all.begin() + std::ptrdiff_t(count), all.end(),
                   [](const Process* a, const Process* b) {
                     return a->activity != b->activity ? a->activity > b->activity
                                                       : a->pid < b->pid;
                   });
  busy_.clear();
  for (std::size_t i = 0; i < all.size(); ++i) {
    Process& process = *all[i];
    process.busy = i < count;
    if (process.busy) {
      busy_.push_back(process.pid);
      continue;
    }
    process.stat_fd.reset();
    process.io_fd.reset();
    process.schedstat_fd.reset();
  }
  std::sort(busy_.begin(), busy_.end());
}

// One that has ended, or whose number is another's now, is taken out.
void ProcessAccounting::look(Process& process) {
  if (look_at(process)) return;
  const std::int32_t pid = process.pid;
  ended(process);
  directory_.erase(pid);
}

bool ProcessAccounting::look_at(Process& process) {
  ++reads_;
  int error_number = 0;
  // Who has not run since has used nothing, and reaped nobody.
  const auto run_times =
      parse_schedstat(content_of(process.schedstat_fd, process, "schedstat", error_number));
  if (run_times && process.threads == 1 && *run_times == process.run_times &&
      process.seen_at <= now_ && now_ - process.seen_at < kIdleLookInterval) {
    process.activity -= kNewWeight * process.activity;
    process.read_at = now_;
    return true;
  }
  Uses uses = process.seen;
  // I/O comes first: what a child brings between both reads is then missing from I/O until the
  // next look, never counted a second time.
  if (!process.kernel_thread) read_io(process, uses);
  const std::string_view content = content_of(process.stat_fd, process, "stat", error_number);
  const auto stat = parse_stat(content);
  if (!stat || stat->start_ticks != process.start_ticks) return false;
  uses[at(Use::UserTicks)] = stat->user_ticks + stat->children_user_ticks;
  uses[at(Use::SystemTicks)] = stat->system_ticks + stat->children_system_ticks;
  uses[at(Use::MinorFaults)] = stat->minor_faults + stat->children_minor_faults;
  uses[at(Use::MajorFaults)] = stat->major_faults + stat->children_major_faults;
  uses[at(Use::IoDelayTicks)] = stat->io_delay_ticks;
  take_state(process, *stat);
  // Every child that is reaped brings some page faults along.
  const std::uint64_t faults = stat->children_minor_faults + stat->children_major_faults;
  Uses owed{};
  if (faults != process.children_faults) {
    Uses risen = uses;
    for (std::size_t i = 0; i < kUses; ++i) risen[i] -= std::min(process.seen[i], uses[i]);
    take_ended_children(process, owed, risen);
  }
  process.children_faults = faults;
  process.run_times = run_times ? *run_times : RunTimes{};
  process.seen_at = now_;
  if (run_times) process.run_delay.see_first(run_times->waited_nanoseconds, stat->threads <= 1);
  if (stat->threads > 1)
    details_.read_threads(process, stat->user_ticks + stat->system_ticks,
                          process.start_ticks >= first_ticks_);
  uses[at(Use::RunDelayNanoseconds)] = process.run_delay.nanoseconds();
  count(process, uses, owed);
  if (!process.busy) details_.read_descriptors(process);
  return true;
}

void ProcessAccounting::take_state(Process& process, const ProcessStat& stat) {
  if (process.comm != stat.comm) {
    process.comm = stat.comm;
    ServiceDirectory::rename(process);
  }
  if (process.parent != stat.parent) directory_.set_parent(process, stat.parent);
  process.resident_bytes = stat.resident_pages * page_bytes_;
  process.threads = stat.threads;
  process.uninterruptible = stat.state == 'D';
}

void ProcessAccounting::read_io(Process& process, Uses& uses) {
  int error_number = 0;
  const auto io = parse_io(content_of(process.io_fd, process, "io", error_number));
  process.io_hidden = error_number == EACCES || error_number == EPERM;
  if (!io) return;
  uses[at(Use::ReadBytes)] = io->read_bytes;
  uses[at(Use::WrittenBytes)] = io->written_bytes;
  uses[at(Use::ReadOperations)] = io->read_operations;
  uses[at(Use::WriteOperations)] = io->write_operations;
}

void ProcessAccounting::count(Process& process, const Uses& uses, const Uses& owed) {
  // What was there before us, and was not looked at yet, begins to count now.
  const bool counts = process.read_before || process.start_ticks >= first_ticks_;
  Uses used{};
  if (counts)
    for (std::size_t i = 0; i < kUses; ++i) {
      const std::uint64_t before = process.seen[i] + owed[i];
      used[i] = uses[i] > before ? uses[i] - before : 0;
    }
  const double seconds = process.read_before && now_ > process.read_at
                             ? to_seconds(now_ - process.read_at)
                             : to_seconds(options_.slow_interval);
  const auto cpu = [&] {
    return double(used[at(Use::UserTicks)] + used[at(Use::SystemTicks)]) /
           double(ticks_a_second()) / seconds;
  };
  // It has reaped what another process had started, and we had counted: see the header.
  if (cpu() * seconds > processors_ * kMostOfProcessors * (seconds + kUnseenSeconds))
    for (std::size_t i = 0; i < kInheritedUses; ++i) used[i] = 0;
  process.activity += kNewWeight * (cpu() - process.activity);
  for (std::size_t i = 0; i < kUses; ++i) process.recent[i] += used[i];
  process.seen = uses;
  process.read_before = true;
  process.read_at = now_;
  sink_(process, used);
}

// Called by the directory, which then forgets the process.
void ProcessAccounting::ended(Process& process) {
  const std::int32_t pid = process.pid;
  const std::int32_t parent = process.parent;
  let_reaper_take(pid);
  // It turned out to be another's.
  if (const auto known = processes().find(pid);
      known != processes().end() && known->second.parent != parent)
    let_reaper_take(pid);
  if (const auto known = processes().find(pid); known != processes().end())
    leave_children(known->second);
}

// The parent may have ended too, which the directory has not seen yet: the first of the ancestors
// that lives has reaped them, and takes all. Its counters have what they used last.
void ProcessAccounting::let_reaper_take(std::int32_t pid) {
  auto next = processes().find(pid);
  for (std::size_t steps = 0; next != processes().end() && steps < kMostAncestors; ++steps) {
    next = processes().find(next->second.parent);
    if (next == processes().end() || !exists(next->first)) continue;
    look_at(next->second);
    return;
  }
}

void ProcessAccounting::take_ended_children(Process& process, Uses& owed, const Uses& most) {
  const std::vector<std::int32_t> children = process.children;
  for (const std::int32_t child : children) {
    const auto known = processes().find(child);
    if (known == processes().end() || known->second.parent != process.pid || exists(child))
      continue;
    take_ended(known->second, owed, most);
  }
}

// What was counted for a child that has ended comes a second time with its parent's counters, and
// so does what was counted for the child's children that have ended with it. Who used more than the
// reaper's counters have risen by was reaped by somebody else, mostly by the first process.
void ProcessAccounting::take_ended(Process& process, Uses& owed, const Uses& most) {
  if (!fits(process.seen, owed, most)) {
    directory_.set_parent(process, kFirstProcess);
    return;
  }
  for (std::size_t i = 0; i < kInheritedUses; ++i) owed[i] += process.seen[i];
  take_ended_children(process, owed, most);
  leave_children(process);
  directory_.erase(process.pid);
}

// Children that live on have another parent now.
void ProcessAccounting::leave_children(Process& process) {
  const std::vector<std::int32_t> children = process.children;
  for (const std::int32_t child : children) {
    const auto known = processes().find(child);
    if (known == processes().end() || known->second.parent != process.pid) continue;
    int error_number = 0;
    UniqueFd none;
    const bool busy = std::exchange(known->second.busy, false);
    const auto stat = parse_stat(content_of(none, known->second, "stat", error_number));
    known->second.busy = busy;
    directory_.set_parent(known->second, stat ? stat->parent : process.parent);
  }
}

}  // namespace lapwing::collectors::services
