// The commands of `lapwing`: a table of names, and the one that dispatches by it.
// Exit codes: 0 success, 1 failure, 2 the command line is wrong.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lapwing::cli {

inline constexpr int kSuccess = 0;
inline constexpr int kFailure = 1;
inline constexpr int kUsageError = 2;

struct Command {
  std::string_view name;
  std::string_view summary;
  /// Gets the words after the command's name.
  int (*run)(const std::vector<std::string>& words);
};

/// Every command, in the order of `lapwing --help`.
std::span<const Command> commands();

/// Runs `lapwing WORD …`; prints help or what is wrong, and returns the exit code.
int run_command(const std::vector<std::string>& words);

}  // namespace lapwing::cli
