#include "agent/promql/shared_parts.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/promql/printer.h"

namespace lapwing::promql {
namespace {

// More is not looked through: each node's text is built.
constexpr std::uint32_t kNodeLimit = 300;
// Points that one part may hold: 8 MB. Larger parts stream, each time they are needed.
constexpr std::uint64_t kHeldPointLimit = 1u << 20;

/// Calls `use` with each node right below.
template <typename Use>
void each_operand(const Node& node, Use use) {
  struct Visitor {
    Use& use;
    void operator()(const NumberLiteral&) const {}
    void operator()(const StringLiteral&) const {}
    void operator()(const VectorSelector&) const {}
    void operator()(const MatrixSelector&) const {}
    void operator()(const Subquery& subquery) const { use(*subquery.inner); }
    void operator()(const Call& call) const {
      for (const NodePointer& argument : call.arguments) use(*argument);
    }
    void operator()(const Unary& unary) const { use(*unary.operand); }
    void operator()(const Paren& paren) const { use(*paren.inner); }
    void operator()(const Binary& binary) const {
      use(*binary.left);
      use(*binary.right);
    }
    void operator()(const Aggregation& aggregation) const {
      if (aggregation.parameter != nullptr) use(*aggregation.parameter);
      use(*aggregation.operand);
    }
  };
  std::visit(Visitor{use}, node.form);
}

std::string text_of(const Node& node) {
  std::string text;
  append_text(text, node);
  return text;
}

/// The selector that the node is, or has within its range; null when it is another node.
const VectorSelector* selector_of(const Node& node) {
  if (const auto* matrix = std::get_if<MatrixSelector>(&node.form))
    return std::get_if<VectorSelector>(&matrix->selector->form);
  return std::get_if<VectorSelector>(&node.form);
}

}  // namespace

/// How often each metric's name is selected in the whole expression.
class SharedParts::Names {
 public:
  explicit Names(const Node& root) { add(root); }

  bool any_repeated() const {
    return std::any_of(counts_.begin(), counts_.end(),
                       [](const auto& count) { return count.second > 1; });
  }
  /// Whether the part can come again: it selects something, and only what is selected elsewhere
  /// too. No other part is worth its text.
  bool may_come_again(const Node& node) const {
    bool selects = false;
    return all_repeated(node, selects) && selects;
  }

 private:
  void add(const Node& node) {
    if (const VectorSelector* selector = selector_of(node)) {
      const auto found = find(selector->name);
      if (found == counts_.end())
        counts_.emplace_back(selector->name, 1);
      else
        ++counts_[std::size_t(found - counts_.begin())].second;
      return;
    }
    each_operand(node, [&](const Node& operand) { add(operand); });
  }
  bool all_repeated(const Node& node, bool& selects) const {
    if (const VectorSelector* selector = selector_of(node)) {
      selects = true;
      return find(selector->name)->second > 1;
    }
    bool all = true;
    each_operand(node, [&](const Node& operand) { all = all && all_repeated(operand, selects); });
    return all;
  }
  std::vector<std::pair<std::string_view, int>>::const_iterator find(std::string_view name) const {
    return std::find_if(counts_.begin(), counts_.end(),
                        [&](const auto& count) { return count.first == name; });
  }

  std::vector<std::pair<std::string_view, int>> counts_;
};

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

std::unique_ptr<SharedParts> SharedParts::find(Evaluation& evaluation, const Node& root) {
  if (root.order > kNodeLimit) return nullptr;
  const Names names(root);
  if (!names.any_repeated()) return nullptr;
  auto parts = std::unique_ptr<SharedParts>(new SharedParts(evaluation));
  parts->collect(root, names);
  std::erase_if(parts->part_of_, [](const auto& entry) { return entry.second->count < 2; });
  std::erase_if(parts->ranges_, [](const auto& entry) { return entry.second.count < 2; });
  return parts->part_of_.empty() && parts->ranges_.empty() ? nullptr : std::move(parts);
}

void SharedParts::collect(const Node& node, const Names& names) {
  if (type(node) == ValueType::Vector && !std::holds_alternative<Paren>(node.form) &&
      names.may_come_again(node)) {
    Part& part = parts_[text_of(node)];
    part.count += 1;
    if (part.last == nullptr || part.last->order < node.order) part.last = &node;
    part_of_[&node] = &part;
    // What is inside a part that comes again is evaluated once by that already.
    if (part.count > 1) return;
  }
  if (std::holds_alternative<MatrixSelector>(node.form) && names.may_come_again(node))
    ranges_[text_of(node)].count += 1;
  each_operand(node, [&](const Node& operand) { collect(operand, names); });
}

std::unique_ptr<SeriesSet> SharedParts::selection(const Node& matrix, TimeRange range) {
  if (ranges_.empty()) return nullptr;
  const auto found = ranges_.find(text_of(matrix));
  if (found == ranges_.end()) return nullptr;
  RangeUse& use = found->second;
  for (const std::shared_ptr<SharedSamples>& common : use.common)
    if (common->covers(range)) return SharedSamples::reader(common);
  const Node& selector = *std::get<MatrixSelector>(matrix.form).selector;
  const auto& matchers = std::get<VectorSelector>(selector.form).matchers;
  use.common.push_back(std::make_shared<SharedSamples>(
      evaluation_, evaluation_.select(matchers, range), range, use.count));
  return SharedSamples::reader(use.common.back());
}

SeriesStreamPointer SharedParts::stream(const Node& node, const StepGrid& grid,
                                        const Evaluate& evaluate) {
  const auto found = part_of_.find(&node);
  if (found == part_of_.end()) return nullptr;
  Part& part = *found->second;
  std::shared_ptr<Held>& held =
      part.held[{to_millis(grid.first), grid.step.count(), grid.count, grid.beyond.count()}];
  if (held == nullptr) {
    held = std::make_shared<Held>();
    held->counted = evaluation_.make_counter(grid.count);
    const CounterScope scope(evaluation_.counter(), held->counted);
    hold(*held, evaluate(*part.last));
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
