#include "collectors/host/mdadm.h"

#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "agent/base/scanner.h"
#include "collectors/host/factories.h"
#include "collectors/host/folder.h"
#include "collectors/proc_file.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo gauge(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge, {"device"}};
}
constexpr MetricInfo state_gauge(std::string_view name, std::string_view help) {
  return {name, help, MetricType::Gauge, {"device", "state"}};
}

constexpr MetricInfo kState = state_gauge("node_md_state", "Whether the array is in the state.");
constexpr MetricInfo kDisks =
    state_gauge("node_md_disks", "Disks of the array that are in the state.");
constexpr MetricInfo kRequired =
    gauge("node_md_disks_required", "Disks that the array needs to be whole.");
constexpr MetricInfo kBlocks = gauge("node_md_blocks", "Blocks of the array.");
constexpr MetricInfo kSynced = gauge("node_md_blocks_synced", "Blocks that are in step.");
constexpr Attribute kAttributes[] = {
    {"raid_disks", 1, gauge("node_md_raid_disks", "Disks that the array is made for.")},
    {"degraded", 1, gauge("node_md_degraded", "Disks that the array lacks.")},
};

struct State {
  RaidActivity activity;
  std::string_view name;
};
constexpr State kStates[] = {{RaidActivity::Active, "active"},
                             {RaidActivity::Inactive, "inactive"},
                             {RaidActivity::Recovering, "recovering"},
                             {RaidActivity::Resync, "resync"},
                             {RaidActivity::Check, "check"}};

class MdadmCollector final : public Collector {
 public:
  explicit MdadmCollector(const FactoryInput& input)
      : file_(input.context.paths.in_proc("mdstat")),
        blocks_(input.context.paths.in_sys("block")) {}

  Result<void> collect(MetricWriter& out) override {
    const auto content = file_.read();
    if (!content) return content.error();
    const auto arrays = parse_mdstat(*content);
    if (!arrays) return Error(arrays.error()).in(file_.path());
    for (const RaidArray& array : *arrays) {
      for (const State& state : kStates)
        out.sample(kState, {array.name, state.name}, array.activity == state.activity ? 1 : 0);
      out.sample(kDisks, {array.name, "active"}, double(array.disks_active));
      out.sample(kDisks, {array.name, "failed"}, double(array.disks_failed));
      out.sample(kDisks, {array.name, "spare"}, double(array.disks_spare));
      out.sample(kRequired, {array.name}, double(array.disks_required));
      out.sample(kBlocks, {array.name}, double(array.blocks));
      out.sample(kSynced, {array.name}, double(array.blocks_synced));
      write_attributes(kAttributes, blocks_ + "/" + std::string(array.name) + "/md", {array.name},
                       out);
    }
    return {};
  }

 private:
  ProcFile file_;
  const std::string blocks_;
};

// The two numbers of "[2/1]" or "(475/4096)" anywhere in the line.
std::optional<std::pair<std::uint64_t, std::uint64_t>> numbers_between(std::string_view line,
                                                                       char open, char close) {
  for (std::size_t at = line.find(open); at != std::string_view::npos;
       at = line.find(open, at + 1)) {
    const char* const end = line.data() + line.size();
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    const auto one = std::from_chars(line.data() + at + 1, end, first);
    if (one.ec != std::errc() || one.ptr == end || *one.ptr != '/') continue;
    const auto two = std::from_chars(one.ptr + 1, end, second);
    if (two.ec != std::errc() || two.ptr == end || *two.ptr != close) continue;
    return std::pair(first, second);
  }
  return std::nullopt;
}

// "md1 : active (auto-read-only) raid1 sdb1[1] sdc1[2](F)"
Result<RaidArray> parse_array(std::string_view text) {
  Scanner line(text);
  RaidArray array;
  array.name = line.word();
  if (line.word() != ":") line.fail("no colon behind the array's name");
  array.activity = line.word() == "active" ? RaidActivity::Active : RaidActivity::Inactive;
  for (line.skip_blanks(); !line.at_end() && !line.failed(); line.skip_blanks()) {
    const std::string_view word = line.word();
    // What is no disk is the level, or "(read-only)".
    if (word.find('[') == std::string_view::npos) continue;
    if (word.ends_with("(F)"))
      ++array.disks_failed;
    else if (word.ends_with("(S)"))
      ++array.disks_spare;
    else
      ++array.disks_active;
  }
  if (auto done = line.done(); !done) return std::move(done).error();
  array.disks_required = array.disks_active;
  return array;
}

void read_activity(std::string_view line, RaidArray& array) {
  constexpr std::pair<std::string_view, RaidActivity> kWords[] = {
      {"recovery", RaidActivity::Recovering},
      {"resync", RaidActivity::Resync},
      {"check", RaidActivity::Check},
      {"reshape", RaidActivity::Other}};
  for (const auto& [word, activity] : kWords) {
    if (line.find(word) == std::string_view::npos) continue;
    array.activity = activity;
    // Without numbers it waits its turn: PENDING or DELAYED.
    const auto progress = numbers_between(line, '(', ')');
    array.blocks_synced = progress ? progress->first : 0;
    return;
  }
}

}  // namespace

Result<std::vector<RaidArray>> parse_mdstat(std::string_view mdstat) {
  std::vector<RaidArray> arrays;
  Scanner scan(mdstat);
  if (scan.at_end()) return invalid("the file is empty");
  bool has_blocks = true;
  while (!scan.at_end()) {
    const std::string_view line = scan.line();
    if (line.empty() || line.starts_with("Personalities") || line.starts_with("unused")) continue;
    if (line.front() != ' ' && line.front() != '\t') {
      if (!has_blocks) return invalid("an array without its number of blocks");
      auto array = parse_array(line);
      if (!array) return std::move(array).error();
      arrays.push_back(*array);
      has_blocks = false;
      continue;
    }
    if (arrays.empty()) return invalid("a line that belongs to no array");
    RaidArray& array = arrays.back();
    if (has_blocks) {
      if (line.find("bitmap:") == std::string_view::npos) read_activity(line, array);
      continue;
    }
    Scanner words(line);
    array.blocks = words.u64();
    if (auto done = words.done(); !done) return std::move(done).error();
    array.blocks_synced = array.blocks;
    has_blocks = true;
    if (const auto disks = numbers_between(line, '[', ']')) {
      array.disks_required = disks->first;
      array.disks_active = disks->second;
    }
  }
  if (!has_blocks) return invalid("the last array has no number of blocks");
  if (auto done = scan.done(); !done) return std::move(done).error();
  return arrays;
}

std::unique_ptr<Collector> make_mdadm(const FactoryInput& input) {
  return std::make_unique<MdadmCollector>(input);
}

}  // namespace lapwing::collectors::host
