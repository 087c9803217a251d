#include "alerting/template/evaluator.h"

#include <optional>
#include <vector>

namespace lapwing::alerting {
namespace {

using Kind = TemplateValue::Kind;

class Evaluator {
 public:
  Evaluator(const TemplateTree& tree, std::string_view name, const TemplateEnvironment& environment,
            const TemplateLimits& limits)
      : tree_(tree), name_(name), environment_(environment), limits_(limits) {}

  Result<std::string> run(const TemplateValue& data, std::span<const TemplateVariable> variables) {
    scope_.push_back({"", data});
    for (const auto& [variable, value] : variables)
      scope_.push_back({std::string(variable), value});
    walk(tree_.body, data);
    if (error_) return std::move(*error_);
    return std::move(out_);
  }

 private:
  enum class Flow { Next, Break, Continue };
  struct Variable {
    std::string name;
    TemplateValue value;
  };

  bool failed() const { return error_.has_value(); }

  void fail(std::string message) {
    if (!error_) error_ = invalid(std::move(message));
  }

  void fail_at(const TemplateOperand& operand, const std::string& message) {
    fail("executing \"" + std::string(name_) + "\" at <" + operand.source + ">: " + message);
  }

  /// Counts one step; false when the template has used its share or failed.
  bool step() {
    if (++steps_ > limits_.steps)
      fail("template takes more than " + std::to_string(limits_.steps) + " steps");
    return !failed();
  }

  void write(std::string_view text) {
    if (out_.size() + text.size() > limits_.output_bytes)
      return fail("template writes more than " + std::to_string(limits_.output_bytes) + " bytes");
    out_ += text;
  }

  Flow walk(const TemplateBody& body, const TemplateValue& dot) {
    for (const TemplateNode& node : body) {
      if (!step()) return Flow::Next;
      const Flow flow = visit(node, dot);
      if (flow != Flow::Next) return flow;
    }
    return Flow::Next;
  }

  Flow visit(const TemplateNode& node, const TemplateValue& dot) {
    switch (node.kind) {
      case TemplateNode::Kind::Text:
        write(node.text);
        return Flow::Next;
      case TemplateNode::Kind::Break:
        return Flow::Break;
      case TemplateNode::Kind::Continue:
        return Flow::Continue;
      case TemplateNode::Kind::Call:
        call_template(node, dot);
        return Flow::Next;
      case TemplateNode::Kind::Action: {
        const TemplateValue value = evaluate(node.pipeline, dot);
        if (failed() || !node.pipeline.variables.empty()) return Flow::Next;
        std::string text;
        value.print(text);
        write(text);
        return Flow::Next;
      }
      case TemplateNode::Kind::Range:
        return walk_range(node, dot);
      case TemplateNode::Kind::If:
      case TemplateNode::Kind::With:
        break;
    }
    const std::size_t scope = scope_.size();
    const TemplateValue value = evaluate(node.pipeline, dot);
    Flow flow = Flow::Next;
    if (!failed()) {
      const bool with = node.kind == TemplateNode::Kind::With;
      flow = value.truth() ? walk(node.body, with ? value : dot) : walk(node.otherwise, dot);
    }
    scope_.resize(scope);
    return flow;
  }

  Flow walk_range(const TemplateNode& node, const TemplateValue& dot) {
    const std::size_t scope = scope_.size();
    // The loop's variables are set for each turn, not to the list itself.
    const TemplateValue range = run_commands(node.pipeline, dot);
    bool empty = true;
    Flow flow = Flow::Next;
    const auto turn = [&](const TemplateValue& key, const TemplateValue& item) {
      empty = false;
      scope_.resize(scope);
      set_range_variables(node.pipeline, key, item);
      flow = walk(node.body, item);
      return flow != Flow::Break && step();
    };
    if (failed()) return Flow::Next;
    switch (range.kind()) {
      case Kind::List:
        for (std::size_t i = 0; i < range.items().size(); ++i)
          if (!turn(TemplateValue::integer(std::int64_t(i)), range.items()[i])) break;
        break;
      case Kind::Map:
        for (const auto& [name, value] : range.members())
          if (!turn(TemplateValue::string(name), value)) break;
        break;
      case Kind::Integer:
        for (std::int64_t i = 0; i < range.as_integer(); ++i)
          if (!turn(TemplateValue::integer(i), TemplateValue::integer(i))) break;
        break;
      case Kind::None:
        break;
      default:
        fail("range can't iterate over " + std::string(range.type_name()));
    }
    scope_.resize(scope);
    if (empty && !failed()) return walk(node.otherwise, dot);
    return Flow::Next;
  }

  void set_range_variables(const TemplatePipeline& pipeline, const TemplateValue& key,
                           const TemplateValue& item) {
    for (std::size_t i = 0; i < pipeline.variables.size(); ++i) {
      const bool is_key = pipeline.variables.size() == 2 && i == 0;
      set_variable(pipeline.variables[i], is_key ? key : item, pipeline.assigns);
    }
  }

  void set_variable(const std::string& name, const TemplateValue& value, bool assigns) {
    if (assigns)
      for (std::size_t i = scope_.size(); i-- > 0;)
        if (scope_[i].name == name) {
          scope_[i].value = value;
          return;
        }
    scope_.push_back({name, value});
  }

  void call_template(const TemplateNode& node, const TemplateValue& dot) {
    const TemplateValue argument =
        node.has_pipeline ? evaluate(node.pipeline, dot) : TemplateValue();
    if (!failed()) run_template(node.text, argument);
  }

  void run_template(const std::string& name, const TemplateValue& argument) {
    const auto found = tree_.defined.find(name);
    if (found == tree_.defined.end()) return fail("template \"" + name + "\" not defined");
    if (depth_ >= limits_.depth) return fail("templates call each other too deep");
    ++depth_;
    std::vector<Variable> outer{{"", argument}};
    scope_.swap(outer);
    walk(found->second, argument);
    scope_.swap(outer);
    --depth_;
  }

  TemplateValue run_commands(const TemplatePipeline& pipeline, const TemplateValue& dot) {
    std::optional<TemplateValue> previous;
    for (const TemplateCommand& command : pipeline.commands) {
      previous = evaluate_command(command, dot, previous);
      if (failed()) return {};
    }
    return previous ? std::move(*previous) : TemplateValue();
  }

  TemplateValue evaluate(const TemplatePipeline& pipeline, const TemplateValue& dot) {
    TemplateValue value = run_commands(pipeline, dot);
    if (failed()) return {};
    for (const std::string& name : pipeline.variables) set_variable(name, value, pipeline.assigns);
    return value;
  }

  TemplateValue evaluate_command(const TemplateCommand& command, const TemplateValue& dot,
                                 const std::optional<TemplateValue>& previous) {
    if (!step()) return {};
    const TemplateOperand& first = command.operands.front();
    if (first.kind == TemplateOperand::Kind::Function) return call(command, dot, previous);
    if (command.operands.size() > 1 || previous) {
      fail_at(first, "can't give argument to non-function " + first.source);
      return {};
    }
    if (first.kind == TemplateOperand::Kind::Nil) {
      fail_at(first, "nil is not a command");
      return {};
    }
    return operand_value(first, dot);
  }

  TemplateValue operand_value(const TemplateOperand& operand, const TemplateValue& dot) {
    TemplateValue value;
    switch (operand.kind) {
      case TemplateOperand::Kind::Dot:
        value = dot;
        break;
      case TemplateOperand::Kind::Literal:
        return operand.literal;
      case TemplateOperand::Kind::Nil:
        return {};
      case TemplateOperand::Kind::Variable:
        value = variable(operand);
        break;
      case TemplateOperand::Kind::Group: {
        const std::size_t scope = scope_.size();
        value = evaluate(*operand.group, dot);
        scope_.resize(std::min(scope, scope_.size()));
        break;
      }
      case TemplateOperand::Kind::Function: {
        TemplateCommand command;
        command.operands.push_back(operand);
        command.operands[0].fields.clear();
        value = call(command, dot, std::nullopt);
        break;
      }
    }
    for (const std::string& field : operand.fields) {
      if (failed()) return {};
      value = member(operand, value, field);
    }
    return value;
  }

  TemplateValue variable(const TemplateOperand& operand) {
    for (std::size_t i = scope_.size(); i-- > 0;)
      if (scope_[i].name == operand.name) return scope_[i].value;
    fail_at(operand, "undefined variable: $" + operand.name);
    return {};
  }

  TemplateValue member(const TemplateOperand& operand, const TemplateValue& value,
                       const std::string& field) {
    if (value.kind() == Kind::Map || value.kind() == Kind::Object) {
      const auto found = value.members().find(field);
      if (found != value.members().end()) return found->second;
      if (value.kind() == Kind::Map) return TemplateValue::string("");
    }
    if (value.kind() == Kind::None) {
      fail_at(operand, "nil data; no entry for key \"" + field + "\"");
    } else {
      fail_at(operand,
              "can't evaluate field " + field + " in type " + std::string(value.type_name()));
    }
    return {};
  }

  TemplateValue call(const TemplateCommand& command, const TemplateValue& dot,
                     const std::optional<TemplateValue>& previous) {
    const TemplateOperand& function = command.operands.front();
    const TemplateFunctionEntry* entry = find_template_function(function.name);
    if (entry == nullptr) {
      fail_at(function, "\"" + function.name + "\" is not a defined function");
      return {};
    }
    const int count = int(command.operands.size()) - 1 + (previous ? 1 : 0);
    if (count < entry->least || (entry->most >= 0 && count > entry->most)) {
      const std::string want = entry->most < 0 ? "at least " + std::to_string(entry->least)
                                               : std::to_string(entry->least);
      fail_at(function, "wrong number of args for " + function.name + ": want " + want + " got " +
                            std::to_string(count));
      return {};
    }
    if (function.name == "and" || function.name == "or")
      return short_circuit(command, dot, previous);
    std::vector<TemplateValue> arguments;
    for (std::size_t i = 1; i < command.operands.size() && !failed(); ++i)
      arguments.push_back(operand_value(command.operands[i], dot));
    if (previous) arguments.push_back(*previous);
    if (!step()) return {};
    if (function.name == "tmpl") return call_tmpl(function, arguments);
    auto value = entry->call(environment_, arguments);
    if (!value) {
      fail_at(function, value.error().message);
      return {};
    }
    TemplateValue result = std::move(*value);
    for (const std::string& field : function.fields) {
      if (failed()) return {};
      result = member(function, result, field);
    }
    return result;
  }

  /// Runs a template that was defined here and gives its text.
  TemplateValue call_tmpl(const TemplateOperand& function,
                          const std::vector<TemplateValue>& arguments) {
    if (arguments[0].kind() != Kind::String) {
      fail_at(function, "wrong type for value; expected string");
      return {};
    }
    std::string outer;
    outer.swap(out_);
    run_template(arguments[0].as_string(), arguments[1]);
    outer.swap(out_);
    return TemplateValue::string(std::move(outer));
  }

  /// `and` gives the first false argument or the last, `or` the first true or the last.
  TemplateValue short_circuit(const TemplateCommand& command, const TemplateValue& dot,
                              const std::optional<TemplateValue>& previous) {
    const bool stop_at = command.operands.front().name == "or";
    TemplateValue value;
    for (std::size_t i = 1; i < command.operands.size(); ++i) {
      value = operand_value(command.operands[i], dot);
      if (failed() || value.truth() == stop_at) return value;
    }
    return previous ? *previous : value;
  }

  const TemplateTree& tree_;
  const std::string_view name_;
  const TemplateEnvironment& environment_;
  const TemplateLimits& limits_;
  std::vector<Variable> scope_;
  std::string out_;
  std::size_t steps_ = 0;
  int depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<std::string> evaluate_template(const TemplateTree& tree, std::string_view name,
                                      const TemplateValue& data,
                                      std::span<const TemplateVariable> variables,
                                      const TemplateEnvironment& environment,
                                      const TemplateLimits& limits) {
  return Evaluator(tree, name, environment, limits).run(data, variables);
}

}  // namespace lapwing::alerting
