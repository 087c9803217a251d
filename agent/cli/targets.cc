#include "agent/cli/targets.h"

#include <fmt/core.h>

#include "collectors/scrape/discovery/discovery.h"

namespace lapwing::cli {
namespace {

using collectors::scrape::Job;
using collectors::scrape::TargetPlan;
using collectors::scrape::TargetPool;

void append_labels(std::string& text, std::string_view word, const Labels& labels) {
  text += fmt::format("    {:<5} {}\n", word, labels.to_string());
}

void append_job(std::string& text, const Job& job) {
  std::vector<std::string> not_asked;
  const TargetPool pool = collectors::scrape::plan_offline(job, not_asked);
  text += fmt::format("job {}: {} {}, {} dropped\n", job.name, pool.targets.size(),
                      pool.targets.size() == 1 ? "target" : "targets", pool.dropped_count);
  for (const TargetPlan& target : pool.targets) {
    text += fmt::format("  {} every {}\n", target.url, format_duration(target.interval));
    append_labels(text, "from", target.discovered);
    append_labels(text, "to", target.labels);
  }
  for (const DroppedTarget& target : pool.dropped) {
    text += fmt::format("  dropped by {}\n", target.reason);
    append_labels(text, "from", target.discovered_labels);
  }
  if (pool.dropped_count > pool.dropped.size())
    text += fmt::format("  and {} more dropped\n", pool.dropped_count - pool.dropped.size());
  for (const std::string& trouble : pool.trouble) text += fmt::format("  wrong: {}\n", trouble);
  if (!pool.forced_error.empty())
    text += fmt::format("  no scrape can succeed: {}\n", pool.forced_error);
  for (const std::string& source : not_asked)
    text += fmt::format("  known only at run time: {}\n", source);
}

}  // namespace

std::string targets_text(const std::vector<Job>& jobs) {
  std::string text;
  for (const Job& job : jobs) append_job(text, job);
  return text;
}

}  // namespace lapwing::cli
