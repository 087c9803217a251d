// Any bytes as the body of a remote write: packed, as a peer sends them, and unpacked, so that the
// protobuf reader is reached without luck in snappy.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/remote/wire.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  std::uint64_t announced = 0;
  std::uint64_t visited = 0;
  std::size_t label_bytes = 0;
  const lapwing::remote::WireVisitor visitor{[&](const lapwing::remote::WireSeries& series) {
                                               announced += series.samples;
                                               for (const lapwing::Label& label : series.labels)
                                                 label_bytes +=
                                                     label.name.size() + label.value.size();
                                               if (series.labels.size() > 8) std::abort();
                                             },
                                             [&](lapwing::Sample) { ++visited; }};
  (void)lapwing::remote::read_write_request(body, 8, visitor);
  std::string message;
  const auto compression = lapwing::remote::uncompress(body, 1u << 20, message);
  if (compression == lapwing::remote::Compression::Sound) {
    if (message.size() > 1u << 20) std::abort();
    (void)lapwing::remote::read_write_request(message, 8, visitor);
  }
  if (announced != visited) std::abort();
  return label_bytes == SIZE_MAX ? 1 : 0;
}
