// The syntax tree of a template (pkg.go.dev/text/template, "Actions").
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alerting/template/value.h"

namespace lapwing::alerting {

struct TemplatePipeline;
struct TemplateFunctionEntry;

/// One word of a command: `.a.b`, `$x.a`, a literal, a function's name, `(pipeline).a`.
struct TemplateOperand {
  enum class Kind { Dot, Variable, Literal, Nil, Function, Group };
  Kind kind = Kind::Dot;
  std::string name;  ///< of the variable or function
  const TemplateFunctionEntry* function = nullptr;
  TemplateValue literal;
  std::shared_ptr<const TemplatePipeline> group;
  std::vector<std::string> fields;  ///< looked up one after the other
  std::string source;               ///< as messages show it
};

struct TemplateCommand {
  std::vector<TemplateOperand> operands;  ///< at least one
};

struct TemplatePipeline {
  std::vector<std::string> variables;  ///< declared or assigned; two only in range
  bool assigns = false;                ///< `=`, not `:=`
  std::vector<TemplateCommand> commands;
  std::size_t offset = 0;
};

struct TemplateNode {
  enum class Kind { Text, Action, If, Range, With, Call, Break, Continue };
  Kind kind = Kind::Text;
  std::string text;  ///< Text; the name of the template that Call runs
  TemplatePipeline pipeline;
  bool has_pipeline = false;  ///< Call
  std::vector<TemplateNode> body;
  std::vector<TemplateNode> otherwise;
};

using TemplateBody = std::vector<TemplateNode>;
using TemplateDefinitions = std::map<std::string, TemplateBody, std::less<>>;

/// A text with all that it defines.
struct TemplateTree {
  TemplateBody body;
  TemplateDefinitions defined;
};

/// Nothing but white space: such a definition never replaces another.
bool is_blank(const TemplateBody& body);

}  // namespace lapwing::alerting
