// Any page: the parser ends, its views lie within the page, and a target's series take it twice.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "collectors/scrape/target_series.h"
#include "tests/support/memory_store.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view page(reinterpret_cast<const char*>(data), size);
  testing::MemoryStore store;
  TargetSeries series(store, "fuzz", {.target_labels = Labels{{"job", "fuzz"}}});
  PageOutcome first;
  PageOutcome second;
  const bool taken = series.read(page, first).ok();
  series.commit(from_millis(1'000), {});
  // The same page has the same fate when its series are known.
  if (series.read(page, second).ok() != taken || first.scraped != second.scraped) std::abort();
  series.commit(from_millis(2'000), {});
  return 0;
}
