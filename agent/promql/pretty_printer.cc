// The one-line form comes from the printer; this part decides where it breaks. The words between
// two operands are cut out of it, so that they are written in one place only.
#include "agent/promql/pretty_printer.h"

#include <string_view>

#include "agent/promql/functions/table.h"
#include "agent/promql/printer.h"

namespace lapwing::promql {
namespace {

constexpr std::size_t kLineLimit = 100;

std::string one_line(const Node& node) {
  std::string text;
  append_text(text, node);
  return text;
}

struct PrettyPrinter {
  std::string& out;
  const std::size_t level;
  const std::string& line;  ///< the node in one line, longer than the limit

  void operator()(const NumberLiteral&) const { whole(); }
  void operator()(const StringLiteral&) const { whole(); }
  void operator()(const VectorSelector&) const { whole(); }
  void operator()(const MatrixSelector&) const { whole(); }

  void operator()(const Subquery& node) const {
    print(*node.inner, level);
    out += std::string_view(line).substr(one_line(*node.inner).size());
  }
  void operator()(const Call& node) const {
    indent();
    out += node.function->name;
    out += "(\n";
    for (std::size_t i = 0; i < node.arguments.size(); ++i) {
      if (i != 0) out += ",\n";
      print(*node.arguments[i], level + 1);
    }
    close();
  }
  void operator()(const Unary& node) const {
    indent();
    out += node.negative ? '-' : '+';
    // The sign stands where the operand's blanks would begin.
    std::string operand;
    PrettyPrinter{operand, level, line}.print(*node.operand, level);
    const std::size_t begin = operand.find_first_not_of(" \n");
    out += std::string_view(operand).substr(begin == operand.npos ? 0 : begin);
  }
  void operator()(const Paren& node) const {
    indent();
    out += "(\n";
    print(*node.inner, level + 1);
    close();
  }
  void operator()(const Binary& node) const {
    const std::size_t left = left_size(node);
    if (left == one_line(*node.left).size())
      print(*node.left, level + 1);
    else  // The base of a power: its sign would be read as that of the whole power.
      out.append(2 * (level + 1), ' ').append(line, 0, left);
    out += '\n';
    indent();
    out += operator_text(node, left);
    out += '\n';
    print(*node.right, level + 1);
  }
  void operator()(const Aggregation& node) const {
    const std::string operand = one_line(*node.operand);
    std::size_t arguments = operand.size() + 2;
    if (node.parameter != nullptr) arguments += one_line(*node.parameter).size() + 2;
    indent();
    out += std::string_view(line).substr(0, line.size() - arguments);
    out += "(\n";
    if (node.parameter != nullptr) {
      print(*node.parameter, level + 1);
      out += ",\n";
    }
    print(*node.operand, level + 1);
    close();
  }

  void print(const Node& node, std::size_t at_level) const {
    const std::string text = one_line(node);
    const PrettyPrinter inner{out, at_level, text};
    if (text.size() > kLineLimit)
      std::visit(inner, node.form);
    else
      inner.whole();
  }

 private:
  void indent() const { out.append(2 * level, ' '); }
  void whole() const {
    indent();
    out += line;
  }
  void close() const {
    out += '\n';
    indent();
    out += ')';
  }
  /// How much of the line the left operand takes: "Inf ^ 2" lacks the sign of "+Inf".
  std::size_t left_size(const Binary& node) const {
    const std::string left = one_line(*node.left);
    return line.starts_with(left) ? left.size() : left.size() - 1;
  }
  /// "+ on (a) group_left (b)", "== bool", …
  std::string_view operator_text(const Binary& node, std::size_t left) const {
    const std::size_t right = one_line(*node.right).size();
    return std::string_view(line).substr(left + 1, line.size() - left - right - 2);
  }
};

}  // namespace

void append_pretty(std::string& out, const Node& node) {
  PrettyPrinter{out, 0, out}.print(node, 0);
}

}  // namespace lapwing::promql
