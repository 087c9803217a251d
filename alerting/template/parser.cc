#include "alerting/template/parser.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "alerting/template/functions.h"
#include "alerting/template/lexer.h"

namespace lapwing::alerting {
namespace {

class Parser {
 public:
  Parser(std::string_view text, std::vector<Token> tokens,
         std::span<const std::string_view> variables, TemplateDialect dialect)
      : text_(text), dialect_(dialect), tokens_(std::move(tokens)) {
    variables_.emplace_back();  // "$" alone
    for (const std::string_view name : variables) variables_.emplace_back(name);
  }

  Result<TemplateTree> run() {
    TemplateTree tree;
    tree_ = &tree;
    const Stop stop = parse_body(tree.body, 0);
    if (stop != Stop::End) fail(stop == Stop::Else ? "unexpected {{else}}" : "unexpected {{end}}");
    if (!error_.empty()) return invalid(error_);
    return tree;
  }

 private:
  enum class Stop { End, EndAction, Else };

  const Token& peek() const { return tokens_[at_]; }
  Token take() {
    Token token = tokens_[at_];
    if (token.kind != TokenKind::End) ++at_;
    return token;
  }
  bool peek_is(TokenKind kind) const { return peek().kind == kind; }
  bool accept(TokenKind kind) {
    if (!peek_is(kind)) return false;
    ++at_;
    return true;
  }
  bool accept_word(std::string_view word) {
    if (!peek_is(TokenKind::Word) || peek().text != word) return false;
    ++at_;
    return true;
  }

  void fail(const std::string& message) {
    if (!error_.empty()) return;
    const std::size_t offset = std::min(peek().offset, text_.size());
    const auto line = 1 + std::count(text_.begin(), text_.begin() + std::ptrdiff_t(offset), '\n');
    error_ = std::to_string(line) + ": " + message;
  }

  void expect_close(std::string_view context) {
    if (!accept(TokenKind::Close)) fail("unexpected token in " + std::string(context));
  }

  /// Reads nodes until {{end}}, {{else …}} (the word is taken, the rest is not) or the end.
  Stop parse_body(TemplateBody& body, int depth) {
    if (depth > kTemplateDepthLimit) fail("actions nest too deep");
    while (error_.empty()) {
      if (peek_is(TokenKind::End)) return Stop::End;
      if (peek_is(TokenKind::Text)) {
        TemplateNode node;
        node.text = take().text;
        body.push_back(std::move(node));
        continue;
      }
      if (!accept(TokenKind::Open)) {
        fail("unexpected token");
        break;
      }
      if (accept_word("end")) {
        expect_close("end");
        return Stop::EndAction;
      }
      if (accept_word("else")) return Stop::Else;
      parse_action(body, depth);
    }
    return Stop::End;
  }

  void parse_action(TemplateBody& body, int depth) {
    if (accept_word("if")) return parse_control(body, TemplateNode::Kind::If, "if", depth);
    if (accept_word("with")) return parse_control(body, TemplateNode::Kind::With, "with", depth);
    if (accept_word("range")) return parse_control(body, TemplateNode::Kind::Range, "range", depth);
    if (peek_is(TokenKind::Word) && peek().text == "define" && depth > 0)
      return fail("unexpected {{define}} inside of another action");
    if (accept_word("define")) return parse_define(depth);
    if (accept_word("template")) return parse_call(body);
    if (accept_word("block")) return parse_block(body, depth);
    TemplateNode node;
    if (peek_is(TokenKind::Word) && (peek().text == "break" || peek().text == "continue")) {
      node.kind = take().text == "break" ? TemplateNode::Kind::Break : TemplateNode::Kind::Continue;
      if (range_depth_ == 0) fail("{{break}} or {{continue}} outside {{range}}");
    } else {
      node.kind = TemplateNode::Kind::Action;
      node.pipeline = parse_pipeline(1, depth);
    }
    expect_close("command");
    body.push_back(std::move(node));
  }

  void parse_control(TemplateBody& body, TemplateNode::Kind kind, std::string_view word,
                     int depth) {
    const std::size_t scope = variables_.size();
    const bool range = kind == TemplateNode::Kind::Range;
    TemplateNode node;
    node.kind = kind;
    node.pipeline = parse_pipeline(range ? 2 : 1, depth);
    expect_close(word);
    range_depth_ += range ? 1 : 0;
    Stop stop = parse_body(node.body, depth + 1);
    range_depth_ -= range ? 1 : 0;
    if (stop == Stop::Else) {
      // `else if` in an if and `else with` in a with stand inside of the else and share its end.
      if (kind != TemplateNode::Kind::Range && peek_is(TokenKind::Word) && peek().text == word) {
        if (depth > kTemplateDepthLimit) return fail("actions nest too deep");
        take();
        parse_control(node.otherwise, kind, word, depth + 1);
        stop = Stop::EndAction;
      } else {
        expect_close("else");
        stop = parse_body(node.otherwise, depth + 1);
        if (stop == Stop::Else) fail("expected end; found {{else}}");
      }
    }
    if (stop == Stop::End) fail("unexpected EOF");
    variables_.resize(std::min(scope, variables_.size()));
    body.push_back(std::move(node));
  }

  std::string parse_name(std::string_view context) {
    if (!peek_is(TokenKind::String))
      fail("unexpected token in " + std::string(context) + " clause");
    return take().text;
  }

  void parse_define(int depth) {
    const std::string name = parse_name("define");
    expect_close("define");
    define(name, depth);
  }

  void define(const std::string& name, int depth) {
    std::vector<std::string> outer(1);
    variables_.swap(outer);  // A definition sees no variable of its surroundings.
    const int outer_range = std::exchange(range_depth_, 0);
    TemplateBody defined;
    if (parse_body(defined, depth + 1) != Stop::EndAction) fail("unexpected EOF");
    variables_.swap(outer);
    range_depth_ = outer_range;
    const auto [at, added] = tree_->defined.try_emplace(name, std::move(defined));
    if (added || is_blank(defined)) return;
    if (!is_blank(at->second)) return fail("multiple definition of template \"" + name + "\"");
    at->second = std::move(defined);
  }

  void parse_call(TemplateBody& body) {
    TemplateNode node;
    node.kind = TemplateNode::Kind::Call;
    node.text = parse_name("template");
    if (!peek_is(TokenKind::Close)) {
      node.pipeline = parse_pipeline(1, 0);
      node.has_pipeline = true;
    }
    expect_close("template");
    body.push_back(std::move(node));
  }

  void parse_block(TemplateBody& body, int depth) {
    TemplateNode node;
    node.kind = TemplateNode::Kind::Call;
    node.text = parse_name("block");
    node.pipeline = parse_pipeline(1, depth);
    node.has_pipeline = true;
    expect_close("block");
    define(node.text, depth);
    body.push_back(std::move(node));
  }

  TemplatePipeline parse_pipeline(std::size_t variable_limit, int depth) {
    TemplatePipeline pipeline;
    pipeline.offset = peek().offset;
    if (depth > kTemplateDepthLimit) fail("actions nest too deep");
    parse_declarations(pipeline, variable_limit);
    do {
      TemplateCommand command;
      while (error_.empty() && starts_operand()) {
        if (!command.operands.empty() && !peek().after_space) fail("unexpected token in operand");
        command.operands.push_back(parse_operand(depth));
      }
      if (command.operands.empty()) fail("missing value for command");
      if (!pipeline.commands.empty() && !command.operands.empty() &&
          !executable(command.operands[0]))
        fail("non executable command in pipeline stage " +
             std::to_string(pipeline.commands.size() + 1));
      pipeline.commands.push_back(std::move(command));
      // Go lets a pipe stand at the end.
    } while (error_.empty() && accept(TokenKind::Pipe) && !peek_is(TokenKind::Close) &&
             !peek_is(TokenKind::RightParen));
    // A variable exists from behind its own pipeline on.
    if (!pipeline.assigns)
      for (const std::string& name : pipeline.variables) variables_.push_back(name);
    return pipeline;
  }

  /// Whether the operand may take what the pipe brings; fields may be methods.
  static bool executable(const TemplateOperand& operand) {
    using Kind = TemplateOperand::Kind;
    return !operand.fields.empty() || operand.kind == Kind::Function ||
           operand.kind == Kind::Variable || operand.kind == Kind::Group;
  }

  void parse_declarations(TemplatePipeline& pipeline, std::size_t limit) {
    const std::size_t start = at_;
    std::vector<std::string> names;
    while (peek_is(TokenKind::Variable)) {
      names.push_back(take().text);
      if (peek_is(TokenKind::Declare) || peek_is(TokenKind::Assign)) {
        pipeline.assigns = take().kind == TokenKind::Assign;
        if (names.size() > limit) fail("too many declarations in command");
        if (pipeline.assigns)
          for (const std::string& name : names) require_variable(name);
        pipeline.variables = std::move(names);
        return;
      }
      if (!accept(TokenKind::Comma)) break;
    }
    at_ = start;
  }

  void require_variable(const std::string& name) {
    if (std::find(variables_.begin(), variables_.end(), name) == variables_.end())
      fail("undefined variable \"$" + name + "\"");
  }

  bool starts_operand() const {
    switch (peek().kind) {
      case TokenKind::Word:
      case TokenKind::Field:
      case TokenKind::Dot:
      case TokenKind::Variable:
      case TokenKind::String:
      case TokenKind::Integer:
      case TokenKind::Float:
      case TokenKind::Character:
      case TokenKind::LeftParen:
        return true;
      default:
        return false;
    }
  }

  TemplateOperand parse_operand(int depth) {
    TemplateOperand operand;
    const std::size_t from = peek().offset;
    Token token = take();
    switch (token.kind) {
      case TokenKind::Dot:
        break;
      case TokenKind::Field:
        operand.fields.push_back(std::move(token.text));
        break;
      case TokenKind::Variable:
        operand.kind = TemplateOperand::Kind::Variable;
        operand.name = std::move(token.text);
        require_variable(operand.name);
        break;
      case TokenKind::Word:
        parse_word(operand, token.text);
        break;
      case TokenKind::LeftParen:
        operand.kind = TemplateOperand::Kind::Group;
        operand.group = std::make_shared<const TemplatePipeline>(parse_pipeline(1, depth + 1));
        if (!accept(TokenKind::RightParen)) fail("unclosed left paren");
        break;
      default:
        parse_literal(operand, token);
        break;
    }
    while (peek_is(TokenKind::Field) && !peek().after_space) {
      if (operand.kind == TemplateOperand::Kind::Literal ||
          operand.kind == TemplateOperand::Kind::Nil)
        fail("unexpected . after term");
      operand.fields.push_back(take().text);
    }
    const std::size_t to = std::min(peek().offset, text_.size());
    std::string_view source = text_.substr(from, to - from);
    while (!source.empty() && (source.back() == ' ' || source.back() == '\n'))
      source.remove_suffix(1);
    operand.source = std::string(source);
    return operand;
  }

  void parse_word(TemplateOperand& operand, const std::string& word) {
    if (word == "true" || word == "false") {
      operand.kind = TemplateOperand::Kind::Literal;
      operand.literal = TemplateValue::boolean(word == "true");
    } else if (word == "nil") {
      operand.kind = TemplateOperand::Kind::Nil;
    } else {
      operand.kind = TemplateOperand::Kind::Function;
      operand.name = word;
      operand.function = find_template_function(word, dialect_);
      if (operand.function == nullptr) fail("function \"" + word + "\" not defined");
    }
  }

  void parse_literal(TemplateOperand& operand, const Token& token) {
    operand.kind = TemplateOperand::Kind::Literal;
    if (token.kind == TokenKind::String) {
      operand.literal = TemplateValue::string(token.text);
      return;
    }
    const bool sign = token.text.starts_with('+') || token.text.starts_with('-');
    std::string_view digits = std::string_view(token.text).substr(sign ? 1 : 0);
    if (token.kind == TokenKind::Float) {
      double value = 0;
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (error != std::errc() || end != digits.data() + digits.size())
        fail("bad number syntax: \"" + token.text + "\"");
      operand.literal = TemplateValue::number(token.text[0] == '-' ? -value : value);
      return;
    }
    int base = 10;
    if (digits.size() > 1 && digits[0] == '0') {
      const char form = char(digits[1] | 0x20);
      base = form == 'x' ? 16 : form == 'b' ? 2 : 8;
      digits.remove_prefix(form == 'x' || form == 'b' || form == 'o' ? 2 : 1);
    }
    std::int64_t value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc() || end != digits.data() + digits.size() || digits.starts_with('-'))
      fail("bad number syntax: \"" + token.text + "\"");
    operand.literal = TemplateValue::integer(token.text[0] == '-' ? -value : value);
  }

  std::string_view text_;
  const TemplateDialect dialect_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::vector<std::string> variables_;
  int range_depth_ = 0;
  TemplateTree* tree_ = nullptr;
  std::string error_;
};

}  // namespace

bool is_blank(const TemplateBody& body) {
  return std::all_of(body.begin(), body.end(), [](const TemplateNode& node) {
    return node.kind == TemplateNode::Kind::Text &&
           node.text.find_first_not_of(" \t\r\n") == std::string::npos;
  });
}

Result<TemplateTree> parse_template(std::string_view text,
                                    std::span<const std::string_view> variables,
                                    TemplateDialect dialect) {
  auto tokens = lex_template(text);
  if (!tokens) return std::move(tokens).error();
  return Parser(text, std::move(*tokens), variables, dialect).run();
}

}  // namespace lapwing::alerting
