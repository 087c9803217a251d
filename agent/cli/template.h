// lapwing test template: what a template of notifications becomes, without sending anything.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace lapwing::cli {

struct TemplateOutcome {
  int code = 0;
  std::string out;  ///< for standard output
  std::string err;  ///< for standard error
};

/// Without printing; `words` begin behind "test template". Reads files.
TemplateOutcome run_test_template(std::span<const std::string> words);

/// The same, printed.
int test_template_command(const std::vector<std::string>& words);

}  // namespace lapwing::cli
