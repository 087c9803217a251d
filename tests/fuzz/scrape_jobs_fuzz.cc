// Any text as scrape_configs: what is accepted makes sound targets, whatever the relabelling does.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "agent/base/utf8.h"
#include "collectors/scrape/target.h"

namespace {

namespace scrape = lapwing::collectors::scrape;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_labels(const lapwing::Labels& labels) {
  std::string_view before;
  for (const lapwing::Label label : labels) {
    require(!label.name.empty() && !label.value.empty() && label.name > before);
    before = label.name;
  }
}

void check_target(const scrape::TargetPlan& target) {
  require(target.timeout > lapwing::Duration(0) && target.timeout <= target.interval);
  // The scheme stands there as it was written; the rest is escaped.
  const std::string_view rest = std::string_view(target.url).substr(target.url.find("//"));
  require(std::none_of(rest.begin(), rest.end(),
                       [](char c) { return c <= ' ' || c == '\x7f' || (c & 0x80) != 0; }));
  check_labels(target.labels);
  check_labels(target.discovered);
  require(target.labels.has("instance"));
  for (const lapwing::Label label : target.labels)
    require(!label.name.starts_with("__") && lapwing::is_utf8(label.value));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16 * 1024) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto tree = lapwing::config::parse_yaml("fuzz.yml", text);
  // Files that the text names are somebody's.
  if (!tree || text.find("scrape_config_files") != text.npos) return 0;
  lapwing::config::Diagnostics diagnostics;
  lapwing::config::Mapping root(*tree, "", diagnostics);
  const auto jobs = scrape::read_jobs(root, {});
  if (!diagnostics.ok()) return 0;
  for (const scrape::Job& job : jobs) {
    const auto shared = std::make_shared<const scrape::Job>(job);
    require(*shared == job);
    const scrape::TargetPool pool = scrape::plan_pool(shared, job.discovery.static_groups);
    for (const scrape::TargetPlan& target : pool.targets) check_target(target);
    require(pool.dropped.size() <= pool.dropped_count);
    for (const lapwing::DroppedTarget& target : pool.dropped) require(!target.reason.empty());
    for (const scrape::TargetPlan& target : pool.targets) {
      lapwing::LabelsBuilder labels(target.labels);
      if (scrape::relabel(job.metric_relabel_rules, labels)) check_labels(labels.build());
    }
  }
  return 0;
}
