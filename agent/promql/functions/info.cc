// info: joining data labels from info metrics. Experimental in Prometheus and not built here yet.
#include "agent/promql/evaluation.h"
#include "agent/promql/functions/declarations.h"

namespace lapwing::promql {

SeriesStreamPointer function_info(Evaluation&, const Node&, const StepGrid&) {
  fail_query("info() is not supported yet");
}

}  // namespace lapwing::promql
