#include "alerting/template/evaluator.h"

#include <optional>
#include <vector>

#include "alerting/template/methods.h"

namespace lapwing::alerting {
namespace {

using Kind = TemplateValue::Kind;

class Evaluator {
 public:
  Evaluator(const TemplateTree& tree, const TemplateEnvironment& environment,
            const TemplateRun& run)
      : tree_(tree), environment_(environment), run_(run) {}

  Result<std::string> run(const TemplateValue& data) {
    scope_.push_back({"", data});
    for (const auto& [variable, value] : run_.variables)
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
    fail("executing \"" + std::string(run_.name) + "\" at <" + operand.source + ">: " + message);
  }

  /// Counts one step; false when the template has used its share or failed.
  bool step() {
    if (++steps_ > run_.limits.steps)
      fail("template takes more than " + std::to_string(run_.limits.steps) + " steps");
    return !failed();
  }

  void write_text(const std::string& text) {
    if (!has_room(text.size())) return;
    if (run_.escaper != nullptr) {
      run_.escaper->text(text, out_);
    } else {
      out_ += text;
    }
  }

  void write_value(const TemplateValue& value) {
    if (run_.escaper != nullptr) {
      run_.escaper->value(value, out_);
    } else {
      value.print(out_);
    }
    has_room(0);
  }

  bool has_room(std::size_t more) {
    const std::size_t limit = run_.limits.output_bytes;
    if (out_.size() + more > limit)
      fail("template writes more than " + std::to_string(limit) + " bytes");
    return !failed();
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
        write_text(node.text);
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
        if (!failed() && node.pipeline.variables.empty()) write_value(value);
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

  const TemplateBody* find_definition(const std::string& name) const {
    const auto own = tree_.defined.find(name);
    if (run_.library == nullptr) return own != tree_.defined.end() ? &own->second : nullptr;
    const auto shared = run_.library->find(name);
    if (own == tree_.defined.end())
      return shared != run_.library->end() ? &shared->second : nullptr;
    // A blank definition replaces nothing.
    if (shared != run_.library->end() && is_blank(own->second)) return &shared->second;
    return &own->second;
  }

  void run_template(const std::string& name, const TemplateValue& argument) {
    const TemplateBody* body = find_definition(name);
    if (body == nullptr) return fail("template \"" + name + "\" not defined");
    if (depth_ >= run_.limits.depth) return fail("templates call each other too deep");
    ++depth_;
    std::vector<Variable> outer{{"", argument}};
    scope_.swap(outer);
    walk(*body, argument);
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
    if (first.kind == TemplateOperand::Kind::Nil) {
      fail_at(first, "nil is not a command");
      return {};
    }
    if (command.operands.size() == 1 && !previous) return operand_value(first, dot);
    if (first.fields.empty()) {
      fail_at(first, "can't give argument to non-function " + first.source);
      return {};
    }
    // The last field must be a method: the arguments are its.
    const TemplateValue owner = base_value(first, dot);
    const TemplateValue receiver =
        walk_fields(first, owner, std::span(first.fields).first(first.fields.size() - 1));
    const auto arguments = command_arguments(command, dot, previous);
    return failed() ? TemplateValue() : member(first, receiver, first.fields.back(), arguments);
  }

  TemplateValue operand_value(const TemplateOperand& operand, const TemplateValue& dot) {
    if (operand.kind == TemplateOperand::Kind::Literal) return operand.literal;
    return walk_fields(operand, base_value(operand, dot), operand.fields);
  }

  /// The operand without its fields.
  TemplateValue base_value(const TemplateOperand& operand, const TemplateValue& dot) {
    switch (operand.kind) {
      case TemplateOperand::Kind::Dot:
        return dot;
      case TemplateOperand::Kind::Literal:
        return operand.literal;
      case TemplateOperand::Kind::Nil:
        return {};
      case TemplateOperand::Kind::Variable:
        return variable(operand);
      case TemplateOperand::Kind::Group: {
        const std::size_t scope = scope_.size();
        TemplateValue value = evaluate(*operand.group, dot);
        scope_.resize(std::min(scope, scope_.size()));
        return value;
      }
      case TemplateOperand::Kind::Function:
        return apply(operand, {}, dot, std::nullopt);
    }
    return {};
  }

  TemplateValue walk_fields(const TemplateOperand& operand, TemplateValue value,
                            std::span<const std::string> fields) {
    for (const std::string& field : fields) {
      if (failed()) return {};
      value = member(operand, value, field, {});
    }
    return value;
  }

  std::vector<TemplateValue> command_arguments(const TemplateCommand& command,
                                               const TemplateValue& dot,
                                               const std::optional<TemplateValue>& previous) {
    std::vector<TemplateValue> arguments;
    for (std::size_t i = 1; i < command.operands.size() && !failed(); ++i)
      arguments.push_back(operand_value(command.operands[i], dot));
    if (previous) arguments.push_back(*previous);
    return arguments;
  }

  TemplateValue variable(const TemplateOperand& operand) {
    for (std::size_t i = scope_.size(); i-- > 0;)
      if (scope_[i].name == operand.name) return scope_[i].value;
    fail_at(operand, "undefined variable: $" + operand.name);
    return {};
  }

  /// The result of a method, else a field or a map's member.
  TemplateValue member(const TemplateOperand& operand, const TemplateValue& value,
                       const std::string& field, TemplateArguments arguments) {
    if (const TemplateMethod* method = find_template_method(value, field); method != nullptr)
      return call_method(operand, value, *method, arguments);
    const bool structured = value.kind() == Kind::Map || value.kind() == Kind::Object;
    if (structured && !arguments.empty()) {
      fail_at(operand, field + (value.kind() == Kind::Map
                                    ? " is not a method but has arguments"
                                    : " has arguments but cannot be invoked as function"));
      return {};
    }
    if (const TemplateValue* found = value.find(field); found != nullptr) return *found;
    if (value.kind() == Kind::Map)
      return value.type().missing_is_nil ? TemplateValue() : TemplateValue::string("");
    if (value.kind() == Kind::None) {
      fail_at(operand, "nil data; no entry for key \"" + field + "\"");
    } else {
      fail_at(operand,
              "can't evaluate field " + field + " in type " + std::string(value.type_name()));
    }
    return {};
  }

  TemplateValue call_method(const TemplateOperand& operand, const TemplateValue& value,
                            const TemplateMethod& method, TemplateArguments arguments) {
    if (!step()) return {};
    if (int(arguments.size()) != method.arguments) {
      fail_at(operand, "wrong number of args for " + std::string(method.name) + ": want " +
                           std::to_string(method.arguments) + " got " +
                           std::to_string(arguments.size()));
      return {};
    }
    auto result = method.call(value, arguments);
    if (result) return std::move(*result);
    fail_at(operand, result.error().message);
    return {};
  }

  TemplateValue call(const TemplateCommand& command, const TemplateValue& dot,
                     const std::optional<TemplateValue>& previous) {
    const TemplateOperand& function = command.operands.front();
    TemplateValue result = apply(function, std::span(command.operands).subspan(1), dot, previous);
    return walk_fields(function, std::move(result), function.fields);
  }

  TemplateValue apply(const TemplateOperand& function, std::span<const TemplateOperand> operands,
                      const TemplateValue& dot, const std::optional<TemplateValue>& previous) {
    const TemplateFunctionEntry& entry = *function.function;
    const int count = int(operands.size()) + (previous ? 1 : 0);
    if (count < entry.least || (entry.most >= 0 && count > entry.most)) {
      const std::string want =
          entry.most < 0 ? "at least " + std::to_string(entry.least) : std::to_string(entry.least);
      fail_at(function, "wrong number of args for " + function.name + ": want " + want + " got " +
                            std::to_string(count));
      return {};
    }
    if (entry.call == nullptr) return short_circuit(function.name == "or", operands, dot, previous);
    std::vector<TemplateValue> arguments;
    arguments.reserve(std::size_t(count));
    for (std::size_t i = 0; i < operands.size() && !failed(); ++i)
      arguments.push_back(operand_value(operands[i], dot));
    if (previous) arguments.push_back(*previous);
    if (!step()) return {};
    auto value = entry.call(environment_, arguments);
    if (value) return std::move(*value);
    fail_at(function, value.error().message);
    return {};
  }

  /// `and` gives the first false argument or the last, `or` the first true or the last.
  TemplateValue short_circuit(bool stop_at, std::span<const TemplateOperand> operands,
                              const TemplateValue& dot,
                              const std::optional<TemplateValue>& previous) {
    TemplateValue value;
    for (const TemplateOperand& operand : operands) {
      value = operand_value(operand, dot);
      if (failed() || value.truth() == stop_at) return value;
    }
    return previous ? *previous : value;
  }

  const TemplateTree& tree_;
  const TemplateEnvironment& environment_;
  const TemplateRun& run_;
  std::vector<Variable> scope_;
  std::string out_;
  std::size_t steps_ = 0;
  int depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace

Result<std::string> evaluate_template(const TemplateTree& tree, const TemplateValue& data,
                                      const TemplateEnvironment& environment,
                                      const TemplateRun& run) {
  return Evaluator(tree, environment, run).run(data);
}

}  // namespace lapwing::alerting
