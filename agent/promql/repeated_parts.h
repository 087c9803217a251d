// RepeatedParts: what comes more than once in a query: parts, and range selectors below different
// functions. Found once for an expression, which a rule evaluates each second.
#pragma once

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

namespace lapwing::promql {

struct Node;  // ast.h

/// Immutable. Refers to the tree's nodes.
struct RepeatedParts {
  struct Part {
    const Node* last = nullptr;  ///< the one of its nodes that is evaluated last
    std::size_t count = 0;
  };

  /// Null when nothing comes twice.
  static std::unique_ptr<const RepeatedParts> find(const Node& root);

  std::vector<Part> parts;  ///< instant vectors
  std::unordered_map<const Node*, std::size_t> part_of;
  std::vector<std::size_t> ranges;  ///< how often each range selector comes
  std::unordered_map<const Node*, std::size_t> range_of;
};

}  // namespace lapwing::promql
