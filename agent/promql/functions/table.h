// The table of PromQL functions: signature and implementation of each, one line a function.
// To add one: its function in a file of this folder or of range_functions, its line in table.cc,
// a block in tests/promql.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <variant>

#include "agent/promql/value.h"
#include "agent/promql/window.h"

namespace lapwing::promql {

class Evaluation;
struct Node;

/// One window → one value, or absent_value().
using RangeFunction = double (*)(const Window& window);
/// The same of all windows of a series' minutes; only where these say exactly what the samples
/// would. `values` has one a step, absent where nothing is written.
using MinuteFunction = void (*)(const MinuteColumn& column, std::span<double> values);
/// The same of a single window's ends.
using EndsFunction = double (*)(const RangeEnds& ends, const WindowPlacement& placement,
                                Extrapolation& known);
/// One value → one value, or absent_value(); `scalars` are the call's scalar arguments.
using ElementFunction = double (*)(double value, std::span<const double> scalars);
/// For what needs more than one series or value; `node` holds the Call.
using StreamFunction = SeriesStreamPointer (*)(Evaluation&, const Node& node, const StepGrid&);
using ScalarFunction = ScalarColumn (*)(Evaluation&, const Node& node, const StepGrid&);

/// What the frame folds over the samples of a step, so that windows of many steps share the work.
enum class BlockFold { None, Sum, Avg, Min, Max };

/// A range function and what the frame around it has to do.
struct RangeTask {
  RangeFunction function = nullptr;
  MinuteFunction of_minutes = nullptr;
  MinuteNeed needs = MinuteNeed::Ends;
  EndsFunction of_ends = nullptr;
  BlockFold fold = BlockFold::None;
  bool keeps_name = false;
  bool wants_falls = false;
  bool expects_counter = false;  ///< tells the user when the name does not look like one
  bool takes_quantile = false;   ///< warns of a first scalar outside 0…1
};

struct ElementTask {
  ElementFunction function = nullptr;
  bool defaults_to_time = false;  ///< without an argument it works on vector(time())
};

class ArgumentTypes {
 public:
  constexpr ArgumentTypes(std::initializer_list<ValueType> types) {
    for (const ValueType type : types) types_[size_++] = type;
  }
  constexpr std::size_t size() const { return size_; }
  constexpr ValueType operator[](std::size_t index) const { return types_[index]; }

 private:
  std::array<ValueType, 5> types_{};
  std::size_t size_ = 0;
};

struct Function {
  std::string_view name;
  ArgumentTypes arguments;
  /// How often the last argument may come: 0 exactly once, n > 0 none to n times, -1 any number.
  int variadic = 0;
  ValueType returns = ValueType::Vector;
  std::variant<RangeTask, ElementTask, StreamFunction, ScalarFunction> implementation;
  bool experimental = false;  ///< in Prometheus 3.5; they are always on here
};

/// nullptr when there is none. The table is constant.
const Function* find_function(std::string_view name);
std::span<const Function> all_functions();

}  // namespace lapwing::promql
