// Any file of records, and any record of top processes: what is sound in it comes out, and what
// comes out can be written again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/model/top_processes.h"
#include "agent/tsdb/record_log.h"

using namespace lapwing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const Record& record : tsdb::decode_records(bytes)) {
    const auto again = tsdb::decode_records(tsdb::encode_record(record.time, record.bytes));
    if (again.size() != 1 || again[0].bytes != record.bytes) std::abort();
  }
  if (const auto top = decode_top_processes(from_millis(0), bytes)) {
    const auto again = decode_top_processes(from_millis(0), encode_top_processes(*top));
    if (!again || !(*again == *top)) std::abort();
  }
  return 0;
}
