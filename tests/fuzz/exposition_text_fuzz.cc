// Any page in the text format: the parser agrees with a slow, plain one, and a target's series
// take the page twice alike, as a whole or in parts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "collectors/scrape/target_series.h"
#include "tests/collectors/scrape/plain_exposition.h"
#include "tests/support/memory_store.h"

using namespace lapwing;
using namespace lapwing::collectors::scrape;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string page(reinterpret_cast<const char*>(data), size);
  if (testing::told_by<TextParser>(page) != testing::PlainExposition(page, false).read())
    std::abort();
  testing::MemoryStore store;
  TargetSeries series(store, "fuzz", {.labels = {.target_labels = Labels{{"job", "fuzz"}}}});
  const bool taken = series.read(page, PageFormat::Text).ok();
  const std::uint64_t scraped = series.scraped();
  series.commit(from_millis(1'000), {});
  // The same page has the same fate when its series are known, and when it is read line by line.
  series.begin(page, PageFormat::Text);
  Result<bool> ready = false;
  while (ready && !*ready) ready = series.read_some(1);
  if (ready.ok() != taken || series.scraped() != scraped) std::abort();
  series.commit(from_millis(2'000), {});
  return 0;
}
