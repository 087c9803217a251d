#include "agent/remote/wire.h"

#include <snappy.h>

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <vector>

namespace lapwing::remote {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

// Three bytes of a snappy block (a copy) stand for 64 at most.
constexpr std::size_t kSnappyRatioLimit = 22;

// Field numbers of remote.proto and types.proto.
constexpr protozero::pbf_tag_type kRequestSeries = 1;
constexpr protozero::pbf_tag_type kRequestMetadata = 3;
constexpr protozero::pbf_tag_type kSeriesLabels = 1;
constexpr protozero::pbf_tag_type kSeriesSamples = 2;
constexpr protozero::pbf_tag_type kSeriesExemplars = 3;
constexpr protozero::pbf_tag_type kSeriesHistograms = 4;
constexpr protozero::pbf_tag_type kLabelName = 1;
constexpr protozero::pbf_tag_type kLabelValue = 2;
constexpr protozero::pbf_tag_type kSampleValue = 1;
constexpr protozero::pbf_tag_type kSampleTime = 2;

/// Leaves the reader when a known field has another type than its own; never leaves this file.
struct WrongType {};

void require(const pbf_reader& message, pbf_wire_type type) {
  if (message.wire_type() != type) throw WrongType{};
}

std::string_view bytes(pbf_reader& message) {
  require(message, pbf_wire_type::length_delimited);
  const protozero::data_view view = message.get_view();
  return {view.data(), view.size()};
}

Label read_label(std::string_view text) {
  pbf_reader message(text.data(), text.size());
  Label label;
  while (message.next()) {
    switch (message.tag()) {
      case kLabelName:
        label.name = bytes(message);
        break;
      case kLabelValue:
        label.value = bytes(message);
        break;
      default:
        message.skip();
    }
  }
  return label;
}

Sample read_sample(std::string_view text) {
  pbf_reader message(text.data(), text.size());
  Sample sample;
  while (message.next()) {
    switch (message.tag()) {
      case kSampleValue:
        require(message, pbf_wire_type::fixed64);
        sample.value = message.get_double();
        break;
      case kSampleTime:
        require(message, pbf_wire_type::varint);
        sample.time = from_millis(message.get_int64());
        break;
      default:
        message.skip();
    }
  }
  return sample;
}

/// Walks a message that is dropped unread, so that a broken one is still refused.
void check_fields(std::string_view text) {
  pbf_reader message(text.data(), text.size());
  while (message.next()) message.skip();
}

class RequestReader {
 public:
  RequestReader(std::size_t label_limit, const WireVisitor* visitor)
      : label_limit_(label_limit), visitor_(visitor) {}

  WireTotals read(std::string_view text) {
    WireTotals totals;
    pbf_reader message(text.data(), text.size());
    while (message.next()) {
      switch (message.tag()) {
        case kRequestSeries:
          read_series(bytes(message));
          break;
        case kRequestMetadata:
          check_fields(bytes(message));
          ++totals.metadata;
          break;
        default:
          message.skip();
      }
    }
    return totals;
  }

 private:
  void read_series(std::string_view text) {
    labels_.clear();
    WireSeries series;
    pbf_reader message(text.data(), text.size());
    // Fields come in any order: the labels must be known before the first sample is visited.
    while (message.next()) {
      switch (message.tag()) {
        case kSeriesLabels:
          add_label(read_label(bytes(message)), series);
          break;
        case kSeriesSamples:
          (void)read_sample(bytes(message));
          ++series.samples;
          break;
        case kSeriesExemplars:
          check_fields(bytes(message));
          ++series.exemplars;
          break;
        case kSeriesHistograms:
          check_fields(bytes(message));
          ++series.histograms;
          break;
        default:
          message.skip();
      }
    }
    if (visitor_ == nullptr) return;
    series.labels = labels_;
    visitor_->on_series(series);
    visit_samples(text);
  }

  void add_label(const Label& label, WireSeries& series) {
    if (labels_.size() < label_limit_)
      labels_.push_back(label);
    else
      series.has_too_many_labels = true;
  }

  void visit_samples(std::string_view text) {
    pbf_reader message(text.data(), text.size());
    while (message.next(kSeriesSamples)) visitor_->on_sample(read_sample(bytes(message)));
  }

  const std::size_t label_limit_;
  const WireVisitor* visitor_;  // nullptr: check only
  std::vector<Label> labels_;
};

}  // namespace

Compression uncompress(std::string_view block, std::size_t limit_bytes, std::string& out) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(block.data(), block.size(), &size)) return Compression::Broken;
  if (size > limit_bytes) return Compression::TooLarge;
  if (size > block.size() * kSnappyRatioLimit) return Compression::Broken;
  out.resize(size);
  const bool sound = snappy::RawUncompress(block.data(), block.size(), out.data());
  return sound ? Compression::Sound : Compression::Broken;
}

Result<WireTotals> read_write_request(std::string_view message, std::size_t label_limit,
                                      const WireVisitor& visitor) {
  try {
    RequestReader(label_limit, nullptr).read(message);
  } catch (const protozero::exception& failure) {
    return invalid(std::string("not a prometheus.WriteRequest: ") + failure.what());
  } catch (const WrongType&) {
    return invalid("not a prometheus.WriteRequest: a field has the wrong type");
  }
  return RequestReader(label_limit, &visitor).read(message);
}

}  // namespace lapwing::remote
