#include "agent/cli/version.h"

#include <cstdio>

#include "agent/app/version.h"
#include "agent/cli/arguments.h"
#include "agent/cli/command.h"

namespace lapwing::cli {
namespace {

constexpr Syntax kSyntax = {
    .command = "lapwing version",
    .operands = "",
    .summary = "Prints the version, the revision that it was built from, and the compiler.",
    .options = {},
};

}  // namespace

int version_command(const std::vector<std::string>& words) {
  const auto arguments = parse_arguments(kSyntax, words);
  if (!arguments) {
    std::fprintf(stderr, "lapwing version: %s\n", arguments.error().message.c_str());
    return kUsageError;
  }
  if (arguments->help()) {
    std::fputs(help_text(kSyntax).c_str(), stdout);
    return kSuccess;
  }
  std::printf("lapwing %s (revision %s, %s)\n", std::string(app::kVersion).c_str(),
              std::string(app::kRevision).c_str(), std::string(app::kCompiler).c_str());
  return kSuccess;
}

}  // namespace lapwing::cli
