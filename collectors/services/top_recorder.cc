#include "collectors/services/top_recorder.h"

#include <unistd.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "agent/base/file.h"
#include "agent/model/top_processes.h"

namespace lapwing::collectors::services {
namespace {

constexpr std::size_t kCommandLineBytes = 256;

std::uint64_t used(const Process& process, Use use) { return process.recent[std::size_t(use)]; }

std::uint64_t cpu(const Process& process) {
  return used(process, Use::UserTicks) + used(process, Use::SystemTicks);
}
std::uint64_t moved(const Process& process) {
  return used(process, Use::ReadBytes) + used(process, Use::WrittenBytes);
}
std::uint64_t delay(const Process& process) {
  constexpr std::uint64_t kNanosATick = 10'000'000;  // near enough to order by
  return used(process, Use::RunDelayNanoseconds) + used(process, Use::IoDelayTicks) * kNanosATick;
}
std::uint64_t resident(const Process& process) { return process.resident_bytes; }

}  // namespace

void TopRecorder::step(Timestamp now, ServiceDirectory& directory) {
  const TopOptions& options = directory.options().top;
  if (!options.enabled || !directory.keeps_records()) return;
  if (began_ == kBeginningOfTime || now < began_) {
    began_ = now;
    for (auto& [pid, process] : directory.processes()) process.recent = {};
    return;
  }
  if (now - began_ < options.interval) return;
  record(now, now - began_, directory);
  began_ = now;
}

void TopRecorder::record(Timestamp now, Duration interval, ServiceDirectory& directory) {
  const std::size_t count = directory.options().top.processes;
  std::vector<const Process*> all;
  for (const auto& [pid, process] : directory.processes()) all.push_back(&process);
  std::vector<const Process*> chosen;
  for (const auto by : {cpu, resident, moved, delay}) {
    const std::size_t most = std::min(count, all.size());
    std::partial_sort(all.begin(), all.begin() + std::ptrdiff_t(most), all.end(),
                      [&](const Process* a, const Process* b) { return by(*a) > by(*b); });
    for (std::size_t i = 0; i < most && by(*all[i]) > 0; ++i) chosen.push_back(all[i]);
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const Process* a, const Process* b) { return a->pid < b->pid; });
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());

  const std::uint64_t micros_a_tick = 1'000'000 / std::uint64_t(::sysconf(_SC_CLK_TCK));
  TopProcesses top{.time = now, .interval = interval};
  for (const Process* const process : chosen) {
    TopProcess entry{.pid = process->pid, .name = process->comm};
    entry.service = directory.names().at(process->service)->name;
    if (directory.options().top.command_lines) entry.command_line = command_line_of(*process);
    entry.cpu_micros = cpu(*process) * micros_a_tick;
    entry.resident_bytes = process->resident_bytes;
    entry.read_bytes = used(*process, Use::ReadBytes);
    entry.written_bytes = used(*process, Use::WrittenBytes);
    entry.run_delay_micros = used(*process, Use::RunDelayNanoseconds) / 1000;
    entry.io_delay_micros = used(*process, Use::IoDelayTicks) * micros_a_tick;
    top.processes.push_back(std::move(entry));
  }
  for (auto& [pid, process] : directory.processes()) process.recent = {};
  directory.record(kTopProcesses, now, encode_top_processes(top));
}

std::string TopRecorder::command_line_of(const Process& process) const {
  std::string content;
  if (process.uninterruptible) return content;
  const std::string path = paths_.in_proc(std::to_string(process.pid) + "/cmdline");
  if (!read_file_into(path, content, 1u << 20)) return {};
  while (!content.empty() && content.back() == '\0') content.pop_back();
  std::replace(content.begin(), content.end(), '\0', ' ');
  if (content.size() > kCommandLineBytes) content.resize(kCommandLineBytes);
  return content;
}

}  // namespace lapwing::collectors::services
