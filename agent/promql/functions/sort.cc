// sort and its kin. They order instant results only: range results are always sorted by labels.
#include <algorithm>
#include <cmath>

#include "agent/promql/evaluation.h"
#include "agent/promql/functions/declarations.h"

namespace lapwing::promql {
namespace {

enum class Direction { Ascending, Descending };

/// Gives the series of a held matrix, in its order.
class SortedStream final : public SeriesStream {
 public:
  SortedStream(Evaluation& evaluation, SeriesStreamPointer input)
      : one_name_(input->one_name()), held_(evaluation) {
    held_.add_all(*input);
  }
  std::vector<StepSeries>& series() { return held_.series(); }
  bool next(StepSeries& out) override {
    if (at_ >= held_.series().size()) return false;
    out = std::move(held_.series()[at_++]);
    return true;
  }
  bool one_name() const override { return one_name_; }

 private:
  const bool one_name_;
  HeldMatrix held_;
  std::size_t at_ = 0;
};

bool is_decimal_digit(char c) { return c >= '0' && c <= '9'; }

/// Takes the leading run of digits, or of other characters, off `text`.
std::string_view take_run(std::string_view& text) {
  std::size_t length = 1;
  while (length < text.size() && is_decimal_digit(text[length]) == is_decimal_digit(text[0]))
    ++length;
  const std::string_view run = text.substr(0, length);
  text.remove_prefix(length);
  return run;
}

/// Natural order: runs of digits compare as numbers. Negative when a comes first.
int compare_naturally(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    std::string_view left = take_run(a);
    std::string_view right = take_run(b);
    if (is_decimal_digit(left[0]) && is_decimal_digit(right[0])) {
      const auto significant = [](std::string_view digits) {
        return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
      };
      const std::string_view x = significant(left);
      const std::string_view y = significant(right);
      if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
      if (x != y) return x < y ? -1 : 1;
    }
    if (left != right) return left < right ? -1 : 1;
  }
  return a.empty() ? (b.empty() ? 0 : -1) : 1;
}

SeriesStreamPointer sort_by_value(Evaluation& evaluation, const Node& node, const StepGrid& grid,
                                  Direction direction) {
  SeriesStreamPointer input = evaluation.vector(*std::get<Call>(node.form).arguments[0], grid);
  if (grid.count != 1) return input;
  auto sorted = std::make_unique<SortedStream>(evaluation, std::move(input));
  std::stable_sort(sorted->series().begin(), sorted->series().end(),
                   [&](const StepSeries& x, const StepSeries& y) {
                     const double a = x.values[0];
                     const double b = y.values[0];
                     if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
                     return direction == Direction::Ascending ? a < b : a > b;
                   });
  return sorted;
}

SeriesStreamPointer sort_by_labels(Evaluation& evaluation, const Node& node, const StepGrid& grid,
                                   Direction direction) {
  const Call& call = std::get<Call>(node.form);
  SeriesStreamPointer input = evaluation.vector(*call.arguments[0], grid);
  if (grid.count != 1) return input;
  auto sorted = std::make_unique<SortedStream>(evaluation, std::move(input));
  const auto comes_first = [&](const StepSeries& x, const StepSeries& y) {
    for (std::size_t i = 1; i < call.arguments.size(); ++i) {
      const std::string& label = evaluation.text(*call.arguments[i]);
      const int order = compare_naturally(x.labels.get(label), y.labels.get(label));
      if (order != 0) return direction == Direction::Ascending ? order < 0 : order > 0;
    }
    return direction == Direction::Ascending ? x.labels < y.labels : y.labels < x.labels;
  };
  std::stable_sort(sorted->series().begin(), sorted->series().end(), comes_first);
  return sorted;
}

}  // namespace

SeriesStreamPointer function_sort(Evaluation& evaluation, const Node& node, const StepGrid& grid) {
  return sort_by_value(evaluation, node, grid, Direction::Ascending);
}

SeriesStreamPointer function_sort_desc(Evaluation& evaluation, const Node& node,
                                       const StepGrid& grid) {
  return sort_by_value(evaluation, node, grid, Direction::Descending);
}

SeriesStreamPointer function_sort_by_label(Evaluation& evaluation, const Node& node,
                                           const StepGrid& grid) {
  return sort_by_labels(evaluation, node, grid, Direction::Ascending);
}

SeriesStreamPointer function_sort_by_label_desc(Evaluation& evaluation, const Node& node,
                                                const StepGrid& grid) {
  return sort_by_labels(evaluation, node, grid, Direction::Descending);
}

}  // namespace lapwing::promql
