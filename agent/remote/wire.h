// The wire format of Prometheus remote write 1.0: a snappy block around the protobuf message
// prometheus.WriteRequest. Sources: "Prometheus Remote-Write 1.0 specification", snappy's
// format_description.txt. Left out: the values of exemplars, metadata and native histograms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/model/labels.h"
#include "agent/model/sample.h"

namespace lapwing::remote {

/// Whether uncompress() failed for what the text is or for how large it says to be.
enum class Compression : std::uint8_t { Sound, Broken, TooLarge };

/// Unpacks one snappy block into `out`, whose memory is asked for only when the block's own word
/// of its size is within `limit_bytes` and possible for its length.
Compression uncompress(std::string_view block, std::size_t limit_bytes, std::string& out);

/// One series of a request. Views into the message and the reader's memory, for one call.
struct WireSeries {
  std::span<const Label> labels;     ///< as sent: order, doubles and broken UTF-8 included
  bool has_too_many_labels = false;  ///< `labels` then ends at the limit
  std::uint64_t samples = 0;
  std::uint64_t exemplars = 0;
  std::uint64_t histograms = 0;
};

/// What a request is read into. A request is streamed: held whole, one of 32 MiB could become
/// half a gigabyte of empty samples.
struct WireVisitor {
  std::function<void(const WireSeries&)> on_series;
  /// A sample of the series before.
  std::function<void(Sample)> on_sample;
};

struct WireTotals {
  std::uint64_t metadata = 0;
};

/// Reads a whole message. It is checked from end to end before the visitor hears of anything:
/// Invalid means that nothing was visited.
Result<WireTotals> read_write_request(std::string_view message, std::size_t label_limit,
                                      const WireVisitor& visitor);

}  // namespace lapwing::remote
