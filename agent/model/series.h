// What a series is called inside one process, and what kind of value it carries.
#pragma once

#include <cstdint>
#include <string_view>

namespace lapwing {

/// A number that only the store gives (Appender::resolve); valid for one process, never reused.
enum class SeriesRef : std::uint32_t {};
inline constexpr SeriesRef kNoSeries{0};

/// Names a source of batches, for its timestamp column; only the store gives it.
enum class SourceRef : std::uint32_t {};
inline constexpr SourceRef kNoSource{0};  ///< each sample brings its own time

/// What metadata says a series is; it decides what the long-term tiers keep.
enum class SeriesKind : std::uint8_t { Unknown, Counter, Gauge };

enum class MetricType : std::uint8_t {
  Unknown,
  Counter,
  Gauge,
  Histogram,
  GaugeHistogram,
  Summary,
  Info,
  StateSet
};

/// "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset", "unknown".
constexpr std::string_view name(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Histogram:
      return "histogram";
    case MetricType::GaugeHistogram:
      return "gaugehistogram";
    case MetricType::Summary:
      return "summary";
    case MetricType::Info:
      return "info";
    case MetricType::StateSet:
      return "stateset";
    case MetricType::Unknown:
      break;
  }
  return "unknown";
}

}  // namespace lapwing
