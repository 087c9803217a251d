// lapwing: hands the words of its command line to agent/cli.
#include <string>
#include <vector>

#include "agent/cli/command.h"

int main(int argc, char** argv) {
  return lapwing::cli::run_command(std::vector<std::string>(argv + 1, argv + argc));
}
