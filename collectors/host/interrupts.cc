#include "collectors/host/interrupts.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/filter.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kInterrupts{"node_interrupts_total",
                                 "Interrupts of the CPU.",
                                 MetricType::Counter,
                                 {"cpu", "devices", "info", "type"}};

class InterruptsCollector final : public Collector {
 public:
  explicit InterruptsCollector(const FactoryInput& input)
      : file_(input.context.paths.in_proc("interrupts")), excluded_(input, "name_exclude") {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    const auto parsed = parse_interrupts(*content);
    if (!parsed) return Error(parsed.error()).in(file_.path());
    std::string filtered;
    for (const InterruptLine& line : parsed->lines) {
      // node_exporter's flag sees these three joined.
      filtered.assign(line.name).append(";").append(line.info).append(";").append(line.devices);
      if (excluded_.matches(filtered)) continue;
      for (std::size_t i = 0; i < line.counts.size(); ++i)
        out.sample(kInterrupts, {parsed->cpus[i], line.devices, line.info, line.name},
                   double(line.counts[i]));
    }
    return {};
  }

 private:
  ProcFile file_;
  Filter excluded_;
};

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The rest of the line with single blanks between its words.
std::string words_of(Scanner& line) {
  std::string words;
  for (line.skip_blanks(); !line.at_end() && !line.failed(); line.skip_blanks()) {
    if (!words.empty()) words += ' ';
    words += line.word();
  }
  return words;
}

// False when the line has fewer counts than there are CPUs.
bool parse_line(std::string_view text, std::size_t cpus, InterruptLine& out) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  out.name = text.substr(0, colon);
  out.name.remove_prefix(std::min(out.name.find_first_not_of(' '), out.name.size()));
  Scanner line(text.substr(colon + 1));
  for (std::size_t i = 0; i < cpus; ++i) out.counts.push_back(line.u64());
  if (line.failed()) return false;
  line.skip_blanks();
  if (line.at_end()) return false;
  if (is_number(out.name)) {
    out.info = line.word();
    out.devices = words_of(line);
  } else {
    out.info = words_of(line);
  }
  return true;
}

}  // namespace

Result<std::vector<std::string_view>> parse_cpu_header(std::string_view line) {
  std::vector<std::string_view> cpus;
  Scanner header(line);
  for (header.skip_blanks(); !header.at_end() && !header.failed(); header.skip_blanks()) {
    header.expect("CPU");
    cpus.push_back(header.word());
  }
  if (auto done = header.done(); !done) return std::move(done).error();
  if (cpus.empty()) return invalid("the header names no CPU");
  return cpus;
}

Result<Interrupts> parse_interrupts(std::string_view proc_interrupts) {
  Interrupts found;
  Scanner scan(proc_interrupts);
  auto cpus = parse_cpu_header(scan.line());
  if (!cpus) return std::move(cpus).error();
  found.cpus = *std::move(cpus);
  while (!scan.at_end()) {
    InterruptLine line;
    if (parse_line(scan.line(), found.cpus.size(), line)) found.lines.push_back(std::move(line));
  }
  if (auto done = scan.done(); !done) return std::move(done).error();
  return found;
}

std::unique_ptr<Collector> make_interrupts(const FactoryInput& input) {
  return std::make_unique<InterruptsCollector>(input);
}

}  // namespace lapwing::collectors::host
