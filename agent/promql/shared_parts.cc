#include "agent/promql/shared_parts.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "agent/promql/printer.h"

namespace lapwing::promql {
namespace {

// More is not looked through: each node's text is built.
constexpr std::uint32_t kNodeLimit = 300;
// Points that one part may hold: 8 MB. Larger parts stream, each time they are needed.
constexpr std::uint64_t kHeldPointLimit = 1u << 20;

std::vector<const Node*> operands(const Node& node) {
  struct Visitor {
    std::vector<const Node*> found;
    void operator()(const NumberLiteral&) {}
    void operator()(const StringLiteral&) {}
    void operator()(const VectorSelector&) {}
    void operator()(const MatrixSelector&) {}
    void operator()(const Subquery& subquery) { found.push_back(subquery.inner.get()); }
    void operator()(const Call& call) {
      for (const NodePointer& argument : call.arguments) found.push_back(argument.get());
    }
    void operator()(const Unary& unary) { found.push_back(unary.operand.get()); }
    void operator()(const Paren& paren) { found.push_back(paren.inner.get()); }
    void operator()(const Binary& binary) {
      found.push_back(binary.left.get());
      found.push_back(binary.right.get());
    }
    void operator()(const Aggregation& aggregation) {
      if (aggregation.parameter != nullptr) found.push_back(aggregation.parameter.get());
      found.push_back(aggregation.operand.get());
    }
  };
  Visitor visitor;
  std::visit(visitor, node.form);
  return std::move(visitor.found);
}

/// Whether two selectors may be the same. Parts without one are not worth their text.
bool may_repeat(const Node& node, std::vector<std::string_view>& names) {
  const auto* selector = std::get_if<VectorSelector>(&node.form);
  if (selector != nullptr) {
    const bool known = std::find(names.begin(), names.end(), selector->name) != names.end();
    names.push_back(selector->name);
    return known;
  }
  if (const auto* matrix = std::get_if<MatrixSelector>(&node.form))
    return may_repeat(*matrix->selector, names);
  const std::vector<const Node*> below = operands(node);
  return std::any_of(below.begin(), below.end(),
                     [&](const Node* operand) { return may_repeat(*operand, names); });
}

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

std::unique_ptr<SharedParts> SharedParts::find(Evaluation& evaluation, const Node& root) {
  if (root.order > kNodeLimit) return nullptr;
  std::vector<std::string_view> names;
  if (!may_repeat(root, names)) return nullptr;
  auto parts = std::unique_ptr<SharedParts>(new SharedParts(evaluation));
  parts->collect(root);
  std::erase_if(parts->part_of_, [](const auto& entry) { return entry.second->count < 2; });
  return parts->part_of_.empty() ? nullptr : std::move(parts);
}

void SharedParts::collect(const Node& node) {
  if (type(node) == ValueType::Vector && !std::holds_alternative<Paren>(node.form)) {
    std::string text;
    append_text(text, node);
    Part& part = parts_[std::move(text)];
    part.count += 1;
    if (part.last == nullptr || part.last->order < node.order) part.last = &node;
    part_of_[&node] = &part;
    // What is inside a part that comes again is evaluated once by that already.
    if (part.count > 1) return;
  }
  for (const Node* operand : operands(node)) collect(*operand);
}

SeriesStreamPointer SharedParts::stream(const Node& node, const StepGrid& grid,
                                        const Evaluate& evaluate) {
  const auto found = part_of_.find(&node);
  if (found == part_of_.end()) return nullptr;
  Part& part = *found->second;
  std::shared_ptr<Held>& held =
      part.held[{to_millis(grid.first), std::int64_t(grid.step.count()), grid.count}];
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
