// Functions on native histograms. None are stored here, and of plain numbers these functions say
// nothing: the answer is empty, as Prometheus's is for the same data.
#include "agent/promql/evaluation.h"
#include "agent/promql/functions/declarations.h"

namespace lapwing::promql {
namespace {

class EmptyStream final : public SeriesStream {
 public:
  bool next(StepSeries&) override { return false; }
  bool one_name() const override { return true; }
};

}  // namespace

SeriesStreamPointer native_histogram_function(Evaluation& evaluation, const Node& node,
                                              const StepGrid& grid) {
  // To its end: the argument's errors and notes are the query's.
  const SeriesStreamPointer input =
      evaluation.vector(*std::get<Call>(node.form).arguments.back(), grid);
  StepSeries series;
  while (input->next(series)) {
  }
  return std::make_unique<EmptyStream>();
}

}  // namespace lapwing::promql
