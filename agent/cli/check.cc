#include "agent/cli/check.h"

#include <array>
#include <cstdio>

#include "agent/app/plan.h"
#include "agent/cli/arguments.h"
#include "agent/cli/command.h"
#include "agent/cli/probes.h"
#include "agent/cli/rules.h"
#include "agent/cli/targets.h"
#include "collectors/probe/suggestions.h"

namespace lapwing::cli {
namespace {

constexpr std::array<Option, 2> kOptions = {
    {{.name = "targets",
      .value_name = "",
      .help = "Show what each scrape target becomes after relabelling."},
     {.name = "probes",
      .value_name = "",
      .help = "Show what listens on this host and could be probed, but is not."}}};

constexpr Syntax kSyntax = {
    .command = "lapwing check config",
    .operands = "FILE…",
    .summary =
        "Reads configuration files as `lapwing run` would, together, with the rule files "
        "that they name.",
    .options = kOptions,
    .least_operands = 1,
    .most_operands = 100,
    .details =
        "Every error is printed with file, line, key and what was expected; warnings are\n"
        "keys that have no effect yet. Exit code 0: sound, 1: not.\n\n"
        "  lapwing check config /etc/lapwing/lapwing.yml\n"
        "  lapwing check config --targets /etc/lapwing/lapwing.yml\n"
        "  lapwing check config --probes /etc/lapwing/lapwing.yml\n",
};

/// For the configuration as it would be: what it probes already is left out.
void print_suggestions(const app::Plan& plan) {
  const auto listeners = collectors::probe::read_listeners(plan.collection.paths.proc);
  if (!listeners) {
    std::printf("probes: nothing can be suggested: %s\n", listeners.error().message.c_str());
    return;
  }
  const auto probed = collectors::probe::probed_targets(plan.collection.scrape_jobs);
  std::fputs(suggestions_text(collectors::probe::suggest(*listeners, probed)).c_str(), stdout);
}

int check_config(const Arguments& arguments) {
  const auto plan = app::read_plan(arguments.operands(), {}, app::host_name());
  if (!plan) {
    std::fprintf(stderr, "%s\n", plan.error().message.c_str());
    return kFailure;
  }
  for (const std::string& warning : plan->warnings) std::printf("warning: %s\n", warning.c_str());
  if (arguments.has("targets"))
    std::fputs(targets_text(plan->collection.scrape_jobs).c_str(), stdout);
  if (arguments.has("probes")) print_suggestions(*plan);
  std::size_t rules = 0;
  for (const auto& group : plan->rule_groups) rules += group.rules.size();
  std::printf("sound: %zu files, %zu rules in %zu groups, %zu scrape jobs, %zu warnings\n",
              arguments.operands().size(), rules, plan->rule_groups.size(),
              plan->collection.scrape_jobs.size(), plan->warnings.size());
  return kSuccess;
}

}  // namespace

int check_command(const std::vector<std::string>& words) {
  if (!words.empty() && words[0] == "rules")
    return check_rules_command({words.begin() + 1, words.end()});
  const bool names_config = !words.empty() && words[0] == "config";
  const std::vector<std::string> rest(words.begin() + (names_config ? 1 : 0), words.end());
  const auto arguments = parse_arguments(kSyntax, rest);
  if (arguments.ok() && arguments->help()) {
    std::fputs(help_text(kSyntax).c_str(), stdout);
    return kSuccess;
  }
  if (!names_config) {
    std::fputs(
        "lapwing check: say what to check: lapwing check config FILE… or\n"
        "lapwing check rules FILE…\n",
        stderr);
    return kUsageError;
  }
  if (!arguments) {
    std::fprintf(stderr, "lapwing check config: %s\n", arguments.error().message.c_str());
    return kUsageError;
  }
  return check_config(*arguments);
}

}  // namespace lapwing::cli
