#include "agent/cli/command.h"

#include <array>
#include <cstdio>

#include "agent/cli/arguments.h"
#include "agent/cli/check.h"
#include "agent/cli/import.h"
#include "agent/cli/query.h"
#include "agent/cli/rules.h"
#include "agent/cli/run.h"
#include "agent/cli/store.h"
#include "agent/cli/top.h"
#include "agent/cli/version.h"

namespace lapwing::cli {
namespace {

constexpr std::array<Command, 8> kCommands = {{
    {"run", "Collect, store, alert and serve on this host", run_agent},
    {"check", "Check configuration and rule files", check_command},
    {"test", "Try rule files on invented data", test_command},
    {"query", "Ask a running agent with PromQL", query_command},
    {"top", "Show the processes that use most, now or at a past time", top_command},
    {"import", "Put samples of the past into a data folder", import_command},
    {"store", "Show what a data folder's series cost, or check it", store_command},
    {"version", "Print the version", version_command},
}};

std::string usage() {
  std::string text =
      "lapwing: performance monitoring and alerting for this host\n\n"
      "usage: lapwing COMMAND [OPTION …]\n\n";
  for (const Command& command : kCommands) {
    text.append("  ").append(command.name);
    text.append(12 - command.name.size(), ' ').append(command.summary).append("\n");
  }
  text +=
      "\n`lapwing COMMAND --help` explains each. Without a configuration file, `lapwing run`\n"
      "collects this host every second and shows it on http://127.0.0.1:5279.\n";
  return text;
}

}  // namespace

std::span<const Command> commands() { return kCommands; }

int run_command(const std::vector<std::string>& words) {
  if (words.empty()) {
    std::fputs(usage().c_str(), stderr);
    return kUsageError;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    std::fputs(usage().c_str(), stdout);
    return kSuccess;
  }
  const std::string_view name = words[0] == "--version" ? "version" : std::string_view(words[0]);
  std::vector<std::string_view> names;
  for (const Command& command : kCommands) {
    if (command.name == name) return command.run({words.begin() + 1, words.end()});
    names.push_back(command.name);
  }
  const std::string_view near = nearest(name, names);
  std::fprintf(stderr, "lapwing: unknown command \"%s\"", words[0].c_str());
  if (!near.empty()) std::fprintf(stderr, " (did you mean \"%s\"?)", std::string(near).c_str());
  std::fputs("; `lapwing --help` lists them\n", stderr);
  return kUsageError;
}

}  // namespace lapwing::cli
