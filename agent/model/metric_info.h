// MetricInfo: what is known of a metric before any sample: a constant in its collector's file.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "agent/model/series.h"

namespace lapwing {

inline constexpr std::size_t kMetricLabelLimit = 24;

/// The views must outlive every use: string constants, or strings that the collector keeps.
struct MetricInfo {
  std::string_view name;
  std::string_view help;
  MetricType type = MetricType::Gauge;
  std::array<std::string_view, kMetricLabelLimit> label_names{};
  std::size_t label_count = 0;

  constexpr MetricInfo(std::string_view metric_name, std::string_view help_text,
                       MetricType metric_type, std::initializer_list<std::string_view> labels = {})
      : name(metric_name), help(help_text), type(metric_type), label_count(labels.size()) {
    std::size_t i = 0;
    for (const std::string_view label : labels) label_names[i++] = label;
  }
};

constexpr SeriesKind series_kind(MetricType type) {
  switch (type) {
    case MetricType::Counter:
    case MetricType::Histogram:
      return SeriesKind::Counter;
    case MetricType::Gauge:
    case MetricType::GaugeHistogram:
    case MetricType::Info:
    case MetricType::StateSet:
      return SeriesKind::Gauge;
    case MetricType::Summary:
    case MetricType::Unknown:
      break;
  }
  return SeriesKind::Unknown;
}

}  // namespace lapwing
