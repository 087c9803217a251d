#include "collectors/services/process_files.h"

#include <unistd.h>

#include <algorithm>

#include "agent/base/file.h"
#include "agent/base/scanner.h"

namespace lapwing::collectors::services {
namespace {

constexpr std::uint64_t kKernelThreadFlag = 0x00200000;  // PF_KTHREAD, include/linux/sched.h

// The fields behind the name, by their numbers in proc(5). Read by the thousand each second: digits
// are taken as they come, without the care that Scanner takes with every word.
class Fields {
 public:
  explicit Fields(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  char letter() {
    skip_blanks();
    return at_ == end_ ? '\0' : *at_++;
  }
  std::uint64_t number() {
    skip_blanks();
    const bool negative = at_ != end_ && *at_ == '-';
    if (negative) ++at_;
    if (at_ == end_ || *at_ < '0' || *at_ > '9') {
      failed_ = true;
      return 0;
    }
    std::uint64_t value = 0;
    for (; at_ != end_ && *at_ >= '0' && *at_ <= '9'; ++at_)
      value = value * 10 + std::uint64_t(*at_ - '0');
    return negative ? 0 : value;
  }
  void skip(int fields) {
    for (; fields > 0; --fields) {
      skip_blanks();
      if (at_ == end_) failed_ = true;
      while (at_ != end_ && *at_ != ' ' && *at_ != '\n') ++at_;
    }
  }
  bool failed() const { return failed_; }

 private:
  void skip_blanks() {
    while (at_ != end_ && *at_ == ' ') ++at_;
  }

  const char* at_;
  const char* end_;
  bool failed_ = false;
};

}  // namespace

Result<ProcessStat> parse_stat(std::string_view content) {
  const std::size_t open = content.find('(');
  const std::size_t close = content.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return invalid("no command's name in brackets");
  ProcessStat stat;
  stat.comm = content.substr(open + 1, close - open - 1);
  Fields fields(content.substr(close + 1));
  stat.state = fields.letter();
  stat.parent = std::int32_t(fields.number());
  fields.skip(4);  // 5–8: process group, session, terminal and its group
  stat.kernel_thread = (fields.number() & kKernelThreadFlag) != 0;
  stat.minor_faults = fields.number();
  stat.children_minor_faults = fields.number();
  stat.major_faults = fields.number();
  stat.children_major_faults = fields.number();
  stat.user_ticks = fields.number();
  stat.system_ticks = fields.number();
  stat.children_user_ticks = fields.number();
  stat.children_system_ticks = fields.number();
  fields.skip(2);  // 18–19: priority, nice
  stat.threads = fields.number();
  fields.skip(1);  // 21
  stat.start_ticks = fields.number();
  fields.skip(1);  // 23: virtual size
  stat.resident_pages = fields.number();
  if (fields.failed()) return invalid("fewer than 24 fields");
  fields.skip(17);  // 25–41
  stat.io_delay_ticks = fields.number();
  if (fields.failed()) stat.io_delay_ticks = 0;
  return stat;
}

std::uint64_t ticks_since_boot(const HostPaths& paths) {
  const auto content = read_file(paths.in_proc("uptime"), 256);
  if (!content) return 0;
  Scanner scan(*content);
  const double seconds = scan.f64();
  return scan.failed() ? 0 : std::uint64_t(seconds * double(::sysconf(_SC_CLK_TCK)));
}

Result<ProcessIo> parse_io(std::string_view content) {
  ProcessIo io;
  Scanner scan(content);
  int found = 0;
  while (!scan.at_end()) {
    Scanner line(scan.line());
    const std::string_view key = line.word();
    std::uint64_t* const into = key == "syscr:"         ? &io.read_operations
                                : key == "syscw:"       ? &io.write_operations
                                : key == "read_bytes:"  ? &io.read_bytes
                                : key == "write_bytes:" ? &io.written_bytes
                                                        : nullptr;
    if (into == nullptr) continue;
    *into = line.u64();
    if (line.failed()) return invalid("not a number behind " + std::string(key));
    ++found;
  }
  constexpr int kExpected = 4;
  if (found != kExpected) return invalid("expected syscr, syscw, read_bytes and write_bytes");
  return io;
}

const char* ProcessPath::of(std::int32_t pid, std::string_view file) {
  path_.assign(proc_).append("/").append(std::to_string(pid)).append("/");
  return path_.append(file).c_str();
}

Result<RunTimes> parse_schedstat(std::string_view content) {
  Fields fields(content);
  const RunTimes times{fields.number(), fields.number(), fields.number()};
  if (fields.failed()) return invalid("expected three numbers");
  return times;
}

Result<std::uint64_t> parse_proportional_bytes(std::string_view content) {
  Scanner scan(content);
  while (!scan.at_end()) {
    Scanner line(scan.line());
    if (!line.accept("Pss:")) continue;
    const std::uint64_t kilobytes = line.u64();
    if (line.failed()) return invalid("not a number behind Pss:");
    return kilobytes * 1024;
  }
  return invalid("no line of Pss");
}

Result<std::uint64_t> parse_descriptor_limit(std::string_view content) {
  Scanner scan(content);
  while (!scan.at_end()) {
    Scanner line(scan.line());
    if (!line.accept("Max open files")) continue;
    line.skip_blanks();
    if (line.accept("unlimited")) return UINT64_MAX;
    const std::uint64_t limit = line.u64();
    if (line.failed()) return invalid("not a number behind Max open files");
    return limit;
  }
  return invalid("no line of Max open files");
}

}  // namespace lapwing::collectors::services
