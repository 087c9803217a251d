#include "agent/promql/engine.h"

#include <fmt/core.h>

#include <algorithm>

#include "agent/promql/evaluation.h"

namespace lapwing::promql {
namespace {

QueryResult finish(Value value, const Evaluation& evaluation) {
  QueryResult result;
  result.value = std::move(value);
  result.warnings = evaluation.warnings();
  result.infos = evaluation.infos();
  result.stats = evaluation.stats();
  return result;
}

Vector instant_vector(Evaluation& evaluation, const Node& root, const StepGrid& grid) {
  Vector vector;
  const SeriesStreamPointer stream = evaluation.vector(root, grid);
  StepSeries series;
  while (stream->next(series)) {
    if (is_absent(series.values[0])) continue;
    evaluation.take_points(4);
    vector.push_back({series.labels, grid.first, series.values[0]});
    evaluation.check_series_count(vector.size());
  }
  return vector;
}

/// The samples of a range selector or subquery in its window at one time.
Matrix raw_matrix(Evaluation& evaluation, const Node& root, const StepGrid& grid) {
  Matrix matrix;
  const RangeStreamPointer stream = evaluation.range(root, grid);
  const WindowPlacement& placement = stream->placement();
  const Timestamp end = placement.end(0);
  const Timestamp start = end - placement.range;
  RangeSeries series;
  const bool is_stored = std::holds_alternative<MatrixSelector>(without_parentheses(root).form);
  while (stream->next(series)) {
    MatrixSeries kept{series.labels, {}};
    for (std::size_t i = 0; i < series.samples.size(); ++i) {
      if (series.samples.times[i] <= start || series.samples.times[i] > end) continue;
      kept.samples.times.push_back(series.samples.times[i]);
      kept.samples.values.push_back(series.samples.values[i]);
    }
    if (kept.samples.size() == 0) continue;
    if (is_stored && evaluation.counter() != nullptr)
      evaluation.counter()->add(0, kept.samples.size());
    evaluation.take_points(2 * kept.samples.size());
    matrix.push_back(std::move(kept));
    evaluation.check_series_count(matrix.size());
  }
  return matrix;
}

Matrix scalar_matrix(Evaluation& evaluation, const Node& root, const StepGrid& grid) {
  const ScalarColumn column = evaluation.scalar(root, grid);
  MatrixSeries series;
  for (std::size_t step = 0; step < grid.count; ++step) {
    series.samples.times.push_back(grid.at(step));
    series.samples.values.push_back(column.at(step));
  }
  Matrix matrix;
  matrix.push_back(std::move(series));
  return matrix;
}

Matrix range_matrix(Evaluation& evaluation, const Node& root, const StepGrid& grid) {
  Matrix matrix;
  const SeriesStreamPointer stream = evaluation.vector(root, grid);
  StepSeries series;
  while (stream->next(series)) {
    MatrixSeries kept{series.labels, {}};
    for (std::size_t step = 0; step < grid.count; ++step) {
      if (is_absent(series.values[step])) continue;
      kept.samples.times.push_back(grid.at(step));
      kept.samples.values.push_back(series.values[step]);
    }
    if (kept.samples.size() == 0) continue;
    evaluation.take_points(2 * kept.samples.size());
    matrix.push_back(std::move(kept));
    evaluation.check_series_count(matrix.size());
  }
  std::sort(matrix.begin(), matrix.end(),
            [](const MatrixSeries& a, const MatrixSeries& b) { return a.labels < b.labels; });
  return matrix;
}

Value instant_value(Evaluation& evaluation, const Node& root, const StepGrid& grid) {
  switch (type(root)) {
    case ValueType::Scalar:
      return Scalar{grid.first, evaluation.scalar(root, grid).at(0)};
    case ValueType::String:
      return String{grid.first, evaluation.text(root)};
    case ValueType::Matrix:
      return raw_matrix(evaluation, root, grid);
    case ValueType::Vector:
      break;
  }
  return instant_vector(evaluation, root, grid);
}

}  // namespace

Result<QueryResult> Engine::instant(const SeriesSource& source, const Expression& expression,
                                    Timestamp time, const QueryContext& context) const {
  const StepGrid grid{time, Duration(1), 1};
  try {
    Evaluation evaluation(source, options_, clock_, context, {time, time});
    evaluation.check_time();  // Who gave up while the query waited gets nothing evaluated.
    evaluation.count_samples(grid.count);
    evaluation.share(expression.repeated_parts());
    Value value = instant_value(evaluation, expression.root(), grid);
    return finish(std::move(value), evaluation);
  } catch (QueryFailure& failure) {
    return std::move(failure.error);
  }
}

Result<QueryResult> Engine::range(const SeriesSource& source, const Expression& expression,
                                  Timestamp from, Timestamp to, Duration step,
                                  const QueryContext& context) const {
  if (step <= Duration(0))
    return invalid("zero or negative query resolution step widths are not accepted");
  if (to < from) return invalid("end timestamp must not be before start time");
  const ValueType kind = expression.type();
  if (kind == ValueType::String || kind == ValueType::Matrix)
    return invalid(fmt::format(
        "invalid expression type \"{}\" for range query, must be Scalar or instant Vector",
        kind == ValueType::Matrix ? "range vector" : "string"));
  const StepGrid grid = StepGrid::between(from, to, step);
  try {
    Evaluation evaluation(source, options_, clock_, context, {from, to});
    evaluation.check_time();  // Who gave up while the query waited gets nothing evaluated.
    evaluation.count_samples(grid.count);
    evaluation.share(expression.repeated_parts());
    evaluation.take_points(grid.count);  // Not even one series of it would fit.
    evaluation.release_points(grid.count);
    Matrix matrix = kind == ValueType::Scalar ? scalar_matrix(evaluation, expression.root(), grid)
                                              : range_matrix(evaluation, expression.root(), grid);
    return finish(std::move(matrix), evaluation);
  } catch (QueryFailure& failure) {
    return std::move(failure.error);
  }
}

}  // namespace lapwing::promql
