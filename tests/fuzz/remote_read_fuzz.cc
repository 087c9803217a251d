// Any bytes as an unpacked remote read request; what is read stays within the limits.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/remote/read_wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace lapwing::remote;
  const auto queries =
      read_read_request(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!queries) return 0;
  if (queries->size() > kReadQueries) std::abort();
  for (const ReadQuery& query : *queries)
    if (query.matchers.size() > kReadMatchers) std::abort();
  return 0;
}
