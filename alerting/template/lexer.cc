#include "alerting/template/lexer.h"

#include <cctype>

#include "agent/base/code_point.h"
#include "agent/base/utf8.h"

namespace lapwing::alerting {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads the escape that follows a backslash (Go's rules); false when it is none.
bool take_escape(std::string_view& rest, std::string& out) {
  if (rest.empty()) return false;
  const char c = rest[0];
  rest.remove_prefix(1);
  switch (c) {
    case 'n':
      out += '\n';
      return true;
    case 't':
      out += '\t';
      return true;
    case 'r':
      out += '\r';
      return true;
    case 'a':
      out += '\a';
      return true;
    case 'b':
      out += '\b';
      return true;
    case 'f':
      out += '\f';
      return true;
    case 'v':
      out += '\v';
      return true;
    case '\\':
    case '"':
    case '\'':
      out += c;
      return true;
    default:
      break;
  }
  const std::size_t length = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
  if (length == 0 || rest.size() < length) return false;
  unsigned long code = 0;
  for (std::size_t i = 0; i < length; ++i) {
    const auto digit = static_cast<unsigned char>(rest[i]);
    if (std::isxdigit(digit) == 0) return false;
    code = code * 16 + static_cast<unsigned long>(
                           std::isdigit(digit) != 0 ? digit - '0' : std::tolower(digit) - 'a' + 10);
  }
  rest.remove_prefix(length);
  if (code > 0x10ffff) return false;
  if (c == 'x') {
    out += char(code);
  } else {
    append_code_point(out, code);
  }
  return true;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    while (error_.empty() && at_ < text_.size()) read_text();
    if (!error_.empty()) return invalid(error_);
    add(TokenKind::End, {});
    return std::move(tokens_);
  }

 private:
  bool next_is(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  void add(TokenKind kind, std::string text) {
    tokens_.push_back({kind, std::move(text), start_, after_space_});
    after_space_ = false;
  }

  void fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
  }

  /// Plain text up to the next "{{", then that action.
  void read_text() {
    start_ = at_;
    const std::size_t open = text_.find("{{", at_);
    std::string_view plain = text_.substr(at_, open - at_);
    if (trim_next_) {
      while (!plain.empty() && is_space(plain.front())) plain.remove_prefix(1);
      trim_next_ = false;
    }
    at_ = open == std::string_view::npos ? text_.size() : open + 2;
    const bool trim = open != std::string_view::npos && at_ + 1 < text_.size() &&
                      text_[at_] == '-' && is_space(text_[at_ + 1]);
    if (trim) {
      while (!plain.empty() && is_space(plain.back())) plain.remove_suffix(1);
      at_ += 2;
    }
    if (!plain.empty()) add(TokenKind::Text, std::string(plain));
    if (open == std::string_view::npos) return;
    if (next_is("/*")) {
      read_comment();
    } else {
      start_ = open;
      add(TokenKind::Open, {});
      read_action();
    }
  }

  void read_comment() {
    const std::size_t end = text_.find("*/", at_ + 2);
    if (end == std::string_view::npos) return fail("unclosed comment");
    at_ = end + 2;
    if (at_ < text_.size() && is_space(text_[at_]) && text_.substr(at_ + 1).starts_with("-}}")) {
      trim_next_ = true;
      at_ += 4;
    } else if (next_is("}}")) {
      at_ += 2;
    } else {
      fail("comment ends before closing delimiter");
    }
  }

  void read_action() {
    while (error_.empty()) {
      while (at_ < text_.size() && is_space(text_[at_])) {
        ++at_;
        after_space_ = true;
      }
      start_ = at_;
      if (at_ >= text_.size()) return fail("unclosed action");
      if (after_space_ && next_is("-}}")) {
        trim_next_ = true;
        at_ += 3;
        return add(TokenKind::Close, {});
      }
      if (next_is("}}")) {
        at_ += 2;
        return add(TokenKind::Close, {});
      }
      read_token();
    }
  }

  void read_token() {
    const char c = text_[at_];
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c == '"') return read_quoted();
    if (c == '`') return read_raw();
    if (c == '\'') return read_character();
    if (c == '$') {
      ++at_;
      return add(TokenKind::Variable, std::string(take_name()));
    }
    if (c == '.' && !is_digit(next)) {
      ++at_;
      const std::string_view field = take_name();
      return add(field.empty() ? TokenKind::Dot : TokenKind::Field, std::string(field));
    }
    if (is_digit(c) || ((c == '+' || c == '-' || c == '.') && (is_digit(next) || next == '.')))
      return read_number();
    if (is_name_char(c)) return add(TokenKind::Word, std::string(take_name()));
    if (c == ':' && next == '=') {
      at_ += 2;
      return add(TokenKind::Declare, {});
    }
    ++at_;
    switch (c) {
      case '|':
        return add(TokenKind::Pipe, {});
      case '=':
        return add(TokenKind::Assign, {});
      case ',':
        return add(TokenKind::Comma, {});
      case '(':
        return add(TokenKind::LeftParen, {});
      case ')':
        return add(TokenKind::RightParen, {});
      default:
        return fail(std::string("unexpected character '") + c + "' in action");
    }
  }

  std::string_view take_name() {
    const std::size_t from = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    return text_.substr(from, at_ - from);
  }

  void read_quoted() {
    std::string value;
    std::string_view rest = text_.substr(at_ + 1);
    while (!rest.empty() && rest[0] != '"') {
      if (rest[0] == '\n') return fail("unterminated quoted string");
      if (rest[0] == '\\') {
        rest.remove_prefix(1);
        if (!take_escape(rest, value)) return fail("bad escape in quoted string");
        continue;
      }
      value += rest[0];
      rest.remove_prefix(1);
    }
    if (rest.empty()) return fail("unterminated quoted string");
    at_ = text_.size() - rest.size() + 1;
    add(TokenKind::String, std::move(value));
  }

  void read_raw() {
    const std::size_t end = text_.find('`', at_ + 1);
    if (end == std::string_view::npos) return fail("unterminated raw quoted string");
    std::string value(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    add(TokenKind::String, std::move(value));
  }

  void read_character() {
    std::string_view rest = text_.substr(at_ + 1);
    std::string bytes;
    if (rest.starts_with('\\')) {
      rest.remove_prefix(1);
      if (!take_escape(rest, bytes)) return fail("bad escape in character constant");
    } else {
      const std::size_t length = utf8_length(rest);
      bytes = std::string(rest.substr(0, length));
      rest.remove_prefix(length);
    }
    if (bytes.empty() || !rest.starts_with('\'')) return fail("unterminated character constant");
    at_ = text_.size() - rest.size() + 1;
    add(TokenKind::Character, std::to_string(std::uint32_t(code_point(bytes))));
  }

  void read_number() {
    const std::size_t from = at_;
    if (text_[at_] == '+' || text_[at_] == '-') ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool sign = (c == '+' || c == '-') && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E');
      if (!sign && !is_name_char(c) && c != '.') break;
      ++at_;
    }
    std::string number;
    const std::string_view written = text_.substr(from, at_ - from);
    for (std::size_t i = 0; i < written.size(); ++i) {
      // An underscore stands between digits, or behind the base's letter.
      if (written[i] != '_') {
        number += written[i];
      } else if (i + 1 == written.size() || !is_name_char(written[i + 1]) ||
                 written[i + 1] == '_') {
        return fail("bad number syntax: \"" + std::string(written) + "\"");
      }
    }
    const bool hex = number.find('x') != std::string::npos || number.find('X') != std::string::npos;
    const bool real = !hex && number.find_first_of(".eE") != std::string::npos;
    add(real ? TokenKind::Float : TokenKind::Integer, std::move(number));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  bool after_space_ = false;
  bool trim_next_ = false;
  std::vector<Token> tokens_;
  std::string error_;
};

}  // namespace

Result<std::vector<Token>> lex_template(std::string_view text) { return Lexer(text).run(); }

}  // namespace lapwing::alerting
