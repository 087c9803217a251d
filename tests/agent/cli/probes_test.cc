#include "agent/cli/probes.h"

#include <catch2/catch.hpp>

#include "agent/cli/check.h"
#include "agent/cli/command.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;

TEST_CASE("suggested probes: a list to paste, by module, that the configuration takes") {
  const std::string text = cli::suggestions_text({{"127.0.0.1:6379", "redis_ping", "redis-server"},
                                                  {"[::1]:5432", "tcp_connect", ""},
                                                  {"127.0.0.1:6380", "redis_ping", "a\nb: 1"}});
  CHECK(text ==
        "# Nothing of this runs unless it stands in the configuration.\n"
        "probes:\n"
        "  - name: redis_ping\n    module: redis_ping\n    targets:\n"
        "      - '127.0.0.1:6379'  # redis-server\n      - '127.0.0.1:6380'  # a?b: 1\n"
        "  - name: tcp_connect\n    module: tcp_connect\n    targets:\n"
        "      - '[::1]:5432'\n");
  const testing::TemporaryDirectory folder;
  CHECK(cli::check_command({"config", "--probes", folder.write("pasted.yml", text)}) ==
        cli::kSuccess);
}

TEST_CASE("suggested probes: none is said") {
  CHECK(cli::suggestions_text({}).find("nothing listens") != std::string::npos);
}
