// Builds prometheus.WriteRequest messages and snappy blocks for tests.
#pragma once

#include <snappy.h>

#include <protozero/pbf_writer.hpp>
#include <string>
#include <utility>
#include <vector>

#include "agent/model/sample.h"

namespace lapwing::remote::testing {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

struct TestSeries {
  TextPairs labels;
  std::vector<Sample> samples{};
  int exemplars = 0;
  int histograms = 0;
  bool samples_first = false;  ///< fields may come in any order
};

inline void add_samples(protozero::pbf_writer& message, const TestSeries& series) {
  for (const Sample& sample : series.samples) {
    protozero::pbf_writer field(message, 2);
    field.add_double(1, sample.value);
    field.add_int64(2, to_millis(sample.time));
  }
}

inline std::string series_message(const TestSeries& series) {
  std::string out;
  protozero::pbf_writer message(out);
  if (series.samples_first) add_samples(message, series);
  for (const auto& [name, value] : series.labels) {
    protozero::pbf_writer label(message, 1);
    label.add_string(1, name);
    label.add_string(2, value);
  }
  if (!series.samples_first) add_samples(message, series);
  for (int i = 0; i < series.exemplars; ++i) message.add_message(3, std::string());
  for (int i = 0; i < series.histograms; ++i) message.add_message(4, std::string());
  return out;
}

inline std::string request_message(const std::vector<TestSeries>& all, int metadata = 0) {
  std::string out;
  protozero::pbf_writer message(out);
  for (const TestSeries& series : all) message.add_message(1, series_message(series));
  for (int i = 0; i < metadata; ++i) {
    protozero::pbf_writer entry(message, 3);
    entry.add_enum(1, 1);
    entry.add_string(2, "a_total");
  }
  return out;
}

inline std::string packed(const std::string& message) {
  std::string out;
  snappy::Compress(message.data(), message.size(), &out);
  return out;
}

inline std::string request_body(const std::vector<TestSeries>& all, int metadata = 0) {
  return packed(request_message(all, metadata));
}

}  // namespace lapwing::remote::testing
