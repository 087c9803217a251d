// Any bytes as a journal segment: no crash, no endless loop, memory in proportion.
#include <cstdint>
#include <string_view>

#include "agent/tsdb/journal.h"

namespace {

class Ignore final : public lapwing::tsdb::JournalSink {
 public:
  void series(std::uint32_t, lapwing::SeriesKind, const lapwing::Labels&) override {}
  void samples(std::string_view, std::int64_t, std::span<const std::uint32_t>,
               std::span<const lapwing::Timestamp>, std::span<const double>) override {}
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  Ignore sink;
  lapwing::tsdb::replay_segment(bytes, sink);
  // The checksum keeps random bytes from the entries, so they are tried without it too.
  lapwing::tsdb::JournalDecoder decoder(sink);
  static_cast<void>(decoder.payload(bytes));
  return 0;
}
