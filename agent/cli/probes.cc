#include "agent/cli/probes.h"

#include <fmt/core.h>

#include <map>

namespace lapwing::cli {

std::string suggestions_text(const std::vector<ProbeSuggestion>& suggestions) {
  if (suggestions.empty()) return "probes: nothing listens here that is known and not probed\n";
  std::map<std::string, std::string> targets;  // by module
  for (const ProbeSuggestion& one : suggestions) {
    targets[one.module] += fmt::format("      - '{}'", one.target);
    // A program's name is what its process says: nothing of it may end the comment.
    std::string program = one.program;
    for (char& byte : program)
      if (byte < ' ' || byte == 127) byte = '?';
    targets[one.module] += program.empty() ? "\n" : fmt::format("  # {}\n", program);
  }
  std::string text = "# Nothing of this runs unless it stands in the configuration.\nprobes:\n";
  for (const auto& [module, lines] : targets)
    text += fmt::format("  - name: {0}\n    module: {0}\n    targets:\n{1}", module, lines);
  return text;
}

}  // namespace lapwing::cli
