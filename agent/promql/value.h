// What a query gives: a scalar, a string, an instant vector or a matrix.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/base/time.h"
#include "agent/model/labels.h"
#include "agent/model/sample.h"

namespace lapwing::promql {

enum class ValueType { Scalar, String, Vector, Matrix };

/// "scalar", "string", "vector", "matrix": the API's resultType.
std::string_view name(ValueType type);

struct Scalar {
  Timestamp time;
  double value = 0;
};

struct String {
  Timestamp time;
  std::string text;
};

struct VectorSample {
  Labels labels;
  Timestamp time;
  double value = 0;
};

struct MatrixSeries {
  Labels labels;
  Columns samples;
};

using Vector = std::vector<VectorSample>;
using Matrix = std::vector<MatrixSeries>;
using Value = std::variant<Scalar, String, Vector, Matrix>;

ValueType type(const Value& value);

struct QueryStats {
  std::uint64_t series = 0;
  std::uint64_t samples = 0;      ///< read from the source
  std::uint64_t peak_points = 0;  ///< the most values held at once
  /// With QueryContext::count_samples: samples that each step looked at (sample_counter.h).
  std::vector<std::uint64_t> samples_at_step{};
};

struct QueryResult {
  Value value;
  std::vector<std::string> warnings{};
  std::vector<std::string> infos{};
  QueryStats stats{};
};

}  // namespace lapwing::promql
