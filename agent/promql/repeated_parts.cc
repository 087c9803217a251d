#include "agent/promql/repeated_parts.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "agent/promql/ast.h"
#include "agent/promql/printer.h"

namespace lapwing::promql {
namespace {

// More is not looked through: each node's text is built.
constexpr std::uint32_t kNodeLimit = 300;

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

/// How often each metric's name is selected in the whole expression.
class Names {
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

/// Counts what there is of each text.
class Collector {
 public:
  explicit Collector(const Names& names) : names_(names) {}

  void collect(const Node& node) {
    if (type(node) == ValueType::Vector && !std::holds_alternative<Paren>(node.form) &&
        names_.may_come_again(node)) {
      Use& use = parts_[text_of(node)];
      use.nodes.push_back(&node);
      // What is inside a part that comes again is evaluated once by that already: in the last of
      // its nodes, whose range selectors are no further use.
      if (use.nodes.size() > 1) return know_ranges(node);
    }
    if (std::holds_alternative<MatrixSelector>(node.form) && names_.may_come_again(node))
      add_range(node).count += 1;
    each_operand(node, [&](const Node& operand) { collect(operand); });
  }

  RepeatedParts result() const {
    RepeatedParts repeated;
    for (const auto& [text, use] : parts_) {
      if (use.nodes.size() < 2) continue;
      for (const Node* node : use.nodes) repeated.part_of[node] = repeated.parts.size();
      const auto last =
          std::ranges::max_element(use.nodes, {}, [](const Node* node) { return node->order; });
      repeated.parts.push_back({*last, use.nodes.size()});
    }
    for (const auto& [text, use] : ranges_) {
      if (use.count < 2) continue;
      for (const Node* node : use.nodes) repeated.range_of[node] = repeated.ranges.size();
      repeated.ranges.push_back(use.count);
    }
    return repeated;
  }

 private:
  struct Use {
    std::vector<const Node*> nodes;
    std::size_t count = 0;  // of range selectors
  };

  Use& add_range(const Node& node) {
    Use& use = ranges_[text_of(node)];
    use.nodes.push_back(&node);
    return use;
  }
  void know_ranges(const Node& node) {
    if (std::holds_alternative<MatrixSelector>(node.form)) add_range(node);
    each_operand(node, [&](const Node& operand) { know_ranges(operand); });
  }

  const Names& names_;
  std::unordered_map<std::string, Use> parts_;
  std::unordered_map<std::string, Use> ranges_;
};

}  // namespace

std::unique_ptr<const RepeatedParts> RepeatedParts::find(const Node& root) {
  if (root.order > kNodeLimit) return nullptr;
  const Names names(root);
  if (!names.any_repeated()) return nullptr;
  Collector collector(names);
  collector.collect(root);
  RepeatedParts repeated = collector.result();
  if (repeated.parts.empty() && repeated.ranges.empty()) return nullptr;
  return std::make_unique<const RepeatedParts>(std::move(repeated));
}

}  // namespace lapwing::promql
