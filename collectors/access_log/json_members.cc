#include "collectors/access_log/json_members.h"

#include <cstddef>

namespace lapwing::collectors::access_log {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  void skip_blanks() {
    while (!at_end() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool accept(char c) {
    skip_blanks();
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  /// A string's inside; false when it does not end.
  bool string(std::string_view& inside) {
    if (!accept('"')) return false;
    const std::size_t begin = at_;
    for (; !at_end(); ++at_) {
      if (text_[at_] == '\\') {
        if (++at_ == text_.size()) return false;
      } else if (text_[at_] == '"') {
        inside = text_.substr(begin, at_++ - begin);
        return true;
      }
    }
    return false;
  }
  bool value(std::string_view& found) {
    skip_blanks();
    if (at_end()) return false;
    if (text_[at_] == '"') return string(found);
    if (text_[at_] == '{' || text_[at_] == '[') return nested(found);
    const std::size_t begin = at_;
    while (!at_end() &&
           std::string_view(",}] \t\r\n\"{[:").find(text_[at_]) == std::string_view::npos)
      ++at_;
    found = text_.substr(begin, at_ - begin);
    return !found.empty();
  }

 private:
  bool nested(std::string_view& found) {
    const std::size_t begin = at_;
    std::size_t depth = 0;
    while (!at_end()) {
      const char c = text_[at_];
      if (c == '"') {
        std::string_view ignored;
        if (!string(ignored)) return false;
        continue;
      }
      ++at_;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) {
        found = text_.substr(begin, at_ - begin);
        return true;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool for_each_member(std::string_view text, const MemberSink& sink) {
  Reader reader(text);
  if (!reader.accept('{')) return false;
  bool first = true;
  while (!reader.accept('}')) {
    if (!first && !reader.accept(',')) return false;
    first = false;
    std::string_view name;
    std::string_view value;
    if (!reader.string(name) || !reader.accept(':') || !reader.value(value)) return false;
    sink(name, value);
  }
  reader.skip_blanks();
  return reader.at_end();
}

}  // namespace lapwing::collectors::access_log
