// Functions on native histograms, which are not stored here: a clear error, not an empty answer.
#include <fmt/core.h>

#include "agent/promql/evaluation.h"
#include "agent/promql/functions/declarations.h"

namespace lapwing::promql {

SeriesStreamPointer refuse_native_histograms(Evaluation&, const Node& node, const StepGrid&) {
  fail_query(fmt::format("{}() needs native histograms, which are not supported",
                         std::get<Call>(node.form).function->name));
}

}  // namespace lapwing::promql
