// `lapwing query` reads answers of servers that it does not know: nothing in them may upset it,
// and no control character may reach the terminal.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "agent/cli/query.h"

using namespace lapwing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  const std::vector<std::vector<std::string>> commands = {
      {"up"}, {"up", "--start", "-1h"}, {"up", "--format", "csv"}};
  for (const std::vector<std::string>& words : commands) {
    cli::QueryWorld world;
    world.exchange = [&](http::ClientRequest) -> Result<http::ClientResponse> {
      return http::ClientResponse{.status = 200, .body = body};
    };
    world.now = from_millis(1'700'000'000'000);
    (void)cli::run_query(words, world);
    if (words.size() == 3 && words[1] == "--format") continue;  // exact, for programs
    for (const char c : world.out + world.err)
      if (static_cast<unsigned char>(c) < 0x20 && c != '\n') std::abort();
  }
  return 0;
}
