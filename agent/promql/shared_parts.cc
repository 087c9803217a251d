#include "agent/promql/shared_parts.h"

#include <utility>

namespace lapwing::promql {
namespace {

// Points that one part may hold: 8 MB. Larger parts stream, each time they are needed.
constexpr std::uint64_t kHeldPointLimit = 1u << 20;

}  // namespace

class SharedParts::Replay final : public SeriesStream {
 public:
  explicit Replay(std::shared_ptr<Held> held) : held_(std::move(held)) {}
  bool next(StepSeries& out) override {
    if (at_ >= held_->matrix->series().size()) return false;
    out = held_->matrix->series()[at_++];
    return true;
  }
  bool one_name() const override { return held_->one_name; }

 private:
  const std::shared_ptr<Held> held_;
  std::size_t at_ = 0;
};

SharedParts::SharedParts(Evaluation& evaluation, const RepeatedParts& repeated)
    : evaluation_(evaluation),
      repeated_(repeated),
      held_(repeated.parts.size()),
      ranges_(repeated.ranges.size()) {}

std::unique_ptr<SeriesSet> SharedParts::selection(const Node& matrix, TimeRange range) {
  const auto found = repeated_.range_of.find(&matrix);
  if (found == repeated_.range_of.end()) return nullptr;
  std::vector<std::shared_ptr<SharedSamples>>& known = ranges_[found->second];
  for (const std::shared_ptr<SharedSamples>& common : known)
    if (common->covers(range)) return SharedSamples::reader(common);
  const Node& selector = *std::get<MatrixSelector>(matrix.form).selector;
  const auto& matchers = std::get<VectorSelector>(selector.form).matchers;
  known.push_back(std::make_shared<SharedSamples>(evaluation_, evaluation_.select(matchers, range),
                                                  range, repeated_.ranges[found->second]));
  return SharedSamples::reader(known.back());
}

SeriesStreamPointer SharedParts::stream(const Node& node, const StepGrid& grid,
                                        const Evaluate& evaluate) {
  const auto found = repeated_.part_of.find(&node);
  if (found == repeated_.part_of.end()) return nullptr;
  std::shared_ptr<Held>& held = held_[found->second][{to_millis(grid.first), grid.step.count(),
                                                      grid.count, grid.beyond.count()}];
  if (held == nullptr) {
    held = std::make_shared<Held>();
    held->counted = evaluation_.make_counter(grid.count);
    const CounterScope scope(evaluation_.counter(), held->counted);
    hold(*held, evaluate(*repeated_.parts[found->second].last));
  }
  if (held->matrix == nullptr) return nullptr;
  if (held->counted != nullptr) evaluation_.counter()->add(*held->counted);
  return std::make_unique<Replay>(held);
}

void SharedParts::hold(Held& held, SeriesStreamPointer stream) {
  held.matrix = std::make_unique<HeldMatrix>(evaluation_);
  held.one_name = stream->one_name();
  std::uint64_t points = 0;
  StepSeries series;
  while (stream->next(series)) {
    points += series.values.size();
    if (points > kHeldPointLimit) {
      held.matrix = nullptr;
      return;
    }
    held.matrix->add(std::move(series));
    series = {};
  }
}

}  // namespace lapwing::promql
