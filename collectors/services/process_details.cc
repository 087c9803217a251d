#include "collectors/services/process_details.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "collectors/services/process_files.h"

namespace lapwing::collectors::services {
namespace {

constexpr std::size_t kFileBytes = 4096;
// An entry of /proc/PID/fd costs 0.4 µs, a thread's schedstat 6 µs, a walk over the pages of a
// process 0.1 to 0.4 ms and 27 µs a megabyte: together 0.4 ms a second at most in the long run.
constexpr std::int64_t kDescriptorsAStep = 250;
constexpr std::int64_t kThreadsAStep = 20;
constexpr std::int64_t kWalkedBytesAStep = 8 << 20;
constexpr std::int64_t kBytesOfAnyWalk = 4 << 20;
// A walk over more takes longer than a tick should; its address space is locked for that long.
constexpr std::uint64_t kLargestWalk = 512u << 20;
constexpr std::size_t kThreadLimit = 1000;  // of one process
constexpr Duration kThreadsInterval = 10s;
// Who has as much resident memory as at the newest walk is walked again this seldom: what others
// share with it may have changed.
constexpr Duration kUnchangedInterval = 10min;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

std::optional<std::int32_t> number_of(const char* name) {
  const std::string_view text(name);
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool folder_sizes_tell(const HostPaths& paths) {
  struct stat status{};
  // The folder that is looked at is open itself.
  return ::stat(paths.in_proc("self/fd").c_str(), &status) == 0 && status.st_size > 0;
}

}  // namespace

ProcessDetails::ProcessDetails(const HostPaths& paths)
    : sizes_tell_(folder_sizes_tell(paths)),
      listed_descriptors_(kDescriptorsAStep),
      threads_(kThreadsAStep),
      walked_bytes_(kWalkedBytesAStep),
      path_(paths.proc) {
  buffer_.resize(kFileBytes);
}

void ProcessDetails::begin_step(Timestamp now) {
  now_ = now;
  listed_descriptors_.begin_step();
  threads_.begin_step();
  walked_bytes_.begin_step();
}

std::string_view ProcessDetails::content_of(const Process& process, std::string_view file,
                                            int& error_number) {
  error_number = 0;
  const UniqueFd fd(::open(path_.of(process.pid, file), O_RDONLY | O_CLOEXEC));
  const ssize_t got = fd ? ::pread(fd.get(), buffer_.data(), buffer_.size(), 0) : -1;
  if (got < 0) error_number = errno;
  return std::string_view(buffer_).substr(0, std::size_t(std::max<ssize_t>(got, 0)));
}

void ProcessDetails::read_descriptors(Process& process) {
  if (process.kernel_thread) return;
  if (sizes_tell_) {
    struct stat status{};
    if (::stat(path_.of(process.pid, "fd"), &status) == 0)
      process.descriptors = std::uint64_t(status.st_size);
  } else if (listed_descriptors_.any()) {
    list_descriptors(process);
  }
  if (process.descriptor_limit != 0) return;
  int error_number = 0;
  if (const auto limit = parse_descriptor_limit(content_of(process, "limits", error_number)))
    process.descriptor_limit = *limit;
}

void ProcessDetails::list_descriptors(Process& process) {
  const Folder folder(::opendir(path_.of(process.pid, "fd")));
  process.descriptors_hidden = !folder && (errno == EACCES || errno == EPERM);
  if (!folder) return;
  std::uint64_t count = 0;
  while (const dirent* const entry = ::readdir(folder.get())) count += entry->d_name[0] != '.';
  process.descriptors = count;
  listed_descriptors_.take(std::int64_t(count) + 10);
}

void ProcessDetails::read_threads(Process& process, std::uint64_t own_ticks, bool from_zero) {
  const bool first = process.threads_at == kBeginningOfTime;
  const bool lately =
      !first && process.threads_at <= now_ && now_ - process.threads_at < kThreadsInterval;
  // Who has not run has not waited either, but for what is less than a tick.
  const bool idle = !first && process.threads_ticks == own_ticks;
  if (lately || idle || !threads_.any()) return;
  const Folder folder(::opendir(path_.of(process.pid, "task")));
  if (!folder) return;
  process.threads_at = now_;
  process.threads_ticks = own_ticks;
  std::vector<RunDelay::Thread> threads;
  while (const dirent* const entry = ::readdir(folder.get())) {
    const auto id = number_of(entry->d_name);
    if (!id || *id == process.pid) continue;
    if (threads.size() >= kThreadLimit) break;
    const UniqueFd fd(::openat(::dirfd(folder.get()),
                               std::string(entry->d_name).append("/schedstat").c_str(),
                               O_RDONLY | O_CLOEXEC));
    const ssize_t got = fd ? ::pread(fd.get(), buffer_.data(), buffer_.size(), 0) : -1;
    if (got <= 0) continue;
    const auto times = parse_schedstat(std::string_view(buffer_).substr(0, std::size_t(got)));
    if (times) threads.push_back({*id, times->waited_nanoseconds});
  }
  threads_.take(std::int64_t(threads.size()) + 1);
  std::sort(threads.begin(), threads.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  process.run_delay.see_others(std::move(threads), from_zero);
}

void ProcessDetails::read_memory(ServiceDirectory::Processes& processes) {
  auto next = processes.lower_bound(cursor_);
  for (std::size_t looked = 0; looked < processes.size() && walked_bytes_.any(); ++looked) {
    if (next == processes.end()) next = processes.begin();
    Process& process = next->second;
    ++next;
    cursor_ = process.pid + 1;
    const bool unchanged = process.walked_at != kBeginningOfTime && process.walked_at <= now_ &&
                           process.walked_bytes == process.resident_bytes &&
                           now_ - process.walked_at < kUnchangedInterval;
    if (process.kernel_thread || process.uninterruptible || !process.read_before || unchanged ||
        process.resident_bytes > kLargestWalk)
      continue;
    walk(process);
  }
}

void ProcessDetails::walk(Process& process) {
  int error_number = 0;
  const auto bytes = parse_proportional_bytes(content_of(process, "smaps_rollup", error_number));
  process.proportional_bytes = bytes ? *bytes : 0;
  process.memory_hidden = error_number == EACCES || error_number == EPERM;
  process.walked_at = now_;
  process.walked_bytes = process.resident_bytes;
  walked_bytes_.take(kBytesOfAnyWalk +
                     (process.memory_hidden ? 0 : std::int64_t(process.resident_bytes)));
}

}  // namespace lapwing::collectors::services
