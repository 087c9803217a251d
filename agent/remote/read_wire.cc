#include "agent/remote/read_wire.h"

#include <snappy.h>

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <utility>

#include "agent/base/utf8.h"

namespace lapwing::remote {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;
using Tag = protozero::pbf_tag_type;

// Field numbers of remote.proto and types.proto.
constexpr Tag kRequestQueries = 1;
constexpr Tag kRequestAccepted = 2;
constexpr Tag kQueryStart = 1;
constexpr Tag kQueryEnd = 2;
constexpr Tag kQueryMatchers = 3;
constexpr Tag kMatcherKind = 1;
constexpr Tag kMatcherName = 2;
constexpr Tag kMatcherValue = 3;
constexpr Tag kResponseResults = 1;
constexpr Tag kResultSeries = 1;
constexpr Tag kSeriesLabels = 1;
constexpr Tag kSeriesSamples = 2;
constexpr Tag kLabelName = 1;
constexpr Tag kLabelValue = 2;
constexpr Tag kSampleValue = 1;
constexpr Tag kSampleTime = 2;

constexpr std::int32_t kSampled = 0;  // ReadRequest.ResponseType

/// Leaves the reader with its error; never leaves this file.
struct Refused {
  Error error;
};

[[noreturn]] void refuse(std::string message) { throw Refused{invalid(std::move(message))}; }

std::string_view bytes(pbf_reader& message) {
  if (message.wire_type() != pbf_wire_type::length_delimited)
    refuse("not a prometheus.ReadRequest: a field has the wrong type");
  const protozero::data_view view = message.get_view();
  return {view.data(), view.size()};
}

std::int64_t number(pbf_reader& message) {
  if (message.wire_type() != pbf_wire_type::varint)
    refuse("not a prometheus.ReadRequest: a field has the wrong type");
  return message.get_int64();
}

Matcher read_matcher(std::string_view text) {
  pbf_reader message(text.data(), text.size());
  std::int64_t kind = 0;
  std::string label, value;
  while (message.next()) {
    if (message.tag() == kMatcherKind)
      kind = number(message);
    else if (message.tag() == kMatcherName)
      label = bytes(message);
    else if (message.tag() == kMatcherValue)
      value = bytes(message);
    else
      message.skip();
  }
  constexpr MatchKind kKinds[] = {MatchKind::Equal, MatchKind::NotEqual, MatchKind::Regex,
                                  MatchKind::NotRegex};
  if (kind < 0 || kind >= std::int64_t(std::size(kKinds))) refuse("invalid matcher type");
  if (!is_utf8(label) || !is_utf8(value)) refuse("a matcher is not UTF-8");
  auto matcher = Matcher::create(kKinds[kind], std::move(label), std::move(value));
  if (!matcher) throw Refused{std::move(matcher).error()};
  return *std::move(matcher);
}

ReadQuery read_query(std::string_view text) {
  pbf_reader message(text.data(), text.size());
  ReadQuery query;
  query.range = {from_millis(0), from_millis(0)};
  while (message.next()) {
    if (message.tag() == kQueryStart)
      query.range.from = from_millis(number(message));
    else if (message.tag() == kQueryEnd)
      query.range.to = from_millis(number(message));
    else if (message.tag() == kQueryMatchers)
      query.matchers.push_back(read_matcher(bytes(message)));
    else
      message.skip();
    if (query.matchers.size() > kReadMatchers) refuse("too many matchers in a query");
  }
  return query;
}

/// Whether samples are among the response types that the client takes; they come packed or not.
void read_accepted(pbf_reader& message, bool& any, bool& samples) {
  if (message.wire_type() == pbf_wire_type::varint) {
    any = true;
    samples = samples || message.get_enum() == kSampled;
    return;
  }
  for (const std::int32_t type : message.get_packed_enum()) {
    any = true;
    samples = samples || type == kSampled;
  }
}

std::vector<ReadQuery> read_request(std::string_view text) {
  pbf_reader message(text.data(), text.size());
  std::vector<ReadQuery> queries;
  bool any_type = false, takes_samples = false;
  while (message.next()) {
    if (message.tag() == kRequestQueries)
      queries.push_back(read_query(bytes(message)));
    else if (message.tag() == kRequestAccepted)
      read_accepted(message, any_type, takes_samples);
    else
      message.skip();
    if (queries.size() > kReadQueries) refuse("too many queries in a request");
  }
  if (any_type && !takes_samples)
    refuse("server does not support any of the requested response types; samples are served");
  return queries;
}

}  // namespace

Result<std::vector<ReadQuery>> read_read_request(std::string_view message) {
  try {
    return read_request(message);
  } catch (const protozero::exception& failure) {
    return invalid(std::string("not a prometheus.ReadRequest: ") + failure.what());
  } catch (Refused& refused) {
    return std::move(refused.error);
  }
}

void ReadResponse::begin_result() {
  end_result();
  in_result_ = true;
}

void ReadResponse::end_result() {
  if (!in_result_) return;
  protozero::pbf_writer(message_).add_message(kResponseResults, result_);
  result_.clear();
}

void ReadResponse::add_series(const Labels& labels, const Columns& samples) {
  series_.clear();
  protozero::pbf_writer series(series_);
  for (const Label label : labels) {
    protozero::pbf_writer field(series, kSeriesLabels);
    field.add_string(kLabelName, label.name.data(), label.name.size());
    field.add_string(kLabelValue, label.value.data(), label.value.size());
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    protozero::pbf_writer field(series, kSeriesSamples);
    field.add_double(kSampleValue, samples.values[i]);
    field.add_int64(kSampleTime, to_millis(samples.times[i]));
  }
  protozero::pbf_writer(result_).add_message(kResultSeries, series_);
}

std::string ReadResponse::take_block() {
  end_result();
  in_result_ = false;
  std::string block;
  snappy::Compress(message_.data(), message_.size(), &block);
  message_ = {};
  return block;
}

}  // namespace lapwing::remote
