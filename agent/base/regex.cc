#include "agent/base/regex.h"

#include <re2/re2.h>

#include <charconv>

namespace lapwing {
namespace {

constexpr std::int64_t kProgramLimitBytes = 1 << 20;

RE2::Options options() {
  RE2::Options o;
  o.set_dot_nl(true);
  o.set_log_errors(false);
  o.set_max_mem(kProgramLimitBytes);
  return o;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

bool is_name_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// Splits "name…" or "{name}…" (what follows a '$') into the name and its length in the text.
/// An empty name means that the '$' names nothing.
std::pair<std::string_view, std::size_t> group_name(std::string_view text) {
  const bool braced = !text.empty() && text[0] == '{';
  const std::string_view body = braced ? text.substr(1) : text;
  std::size_t length = 0;
  while (length < body.size() && is_name_char(body[length])) ++length;
  if (!braced) return {body.substr(0, length), length};
  if (length == body.size() || body[length] != '}') return {{}, 0};
  return {body.substr(0, length), length + 2};
}

}  // namespace

struct Regex::Program {
  explicit Program(std::string_view text) : pattern(text), re(piece(text), options()) {}
  std::string pattern;
  RE2 re;
};

Result<Regex> Regex::create(std::string_view pattern) {
  auto program = std::make_shared<const Program>(pattern);
  if (!program->re.ok())
    return invalid("invalid regular expression \"" + std::string(pattern.substr(0, 200)) +
                   "\": " + program->re.error());
  return Regex(std::move(program));
}

const std::string& Regex::pattern() const { return program_->pattern; }

bool Regex::matches(std::string_view text) const {
  return program_->re.Match(piece(text), 0, text.size(), RE2::ANCHOR_BOTH, nullptr, 0);
}

bool Regex::finds(std::string_view text) const {
  return program_->re.Match(piece(text), 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

void Regex::append_expansion(std::string& out, std::string_view replacement,
                             const std::vector<std::string_view>& groups) const {
  while (!replacement.empty()) {
    const std::size_t dollar = replacement.find('$');
    out += replacement.substr(0, dollar);
    if (dollar == std::string_view::npos) return;
    replacement.remove_prefix(dollar + 1);
    if (replacement.starts_with('$')) {
      out += '$';
      replacement.remove_prefix(1);
      continue;
    }
    const auto [group, length] = group_name(replacement);
    if (group.empty()) {
      out += '$';
      continue;
    }
    replacement.remove_prefix(length);
    std::size_t index = groups.size();
    const auto [end, error] = std::from_chars(group.data(), group.data() + group.size(), index);
    if (error != std::errc() || end != group.data() + group.size()) {
      const auto& names = program_->re.NamedCapturingGroups();
      const auto found = names.find(std::string(group));
      index = found != names.end() ? std::size_t(found->second) : groups.size();
    }
    if (index < groups.size()) out += groups[index];  // An unknown group is empty, as in Go.
  }
}

bool Regex::expand(std::string_view text, std::string_view replacement, std::string& out) const {
  const int count = 1 + program_->re.NumberOfCapturingGroups();
  std::vector<re2::StringPiece> pieces(static_cast<std::size_t>(count));
  if (!program_->re.Match(piece(text), 0, text.size(), RE2::ANCHOR_BOTH, pieces.data(), count))
    return false;
  std::vector<std::string_view> groups;
  groups.reserve(pieces.size());
  for (const auto& p : pieces) groups.emplace_back(p.data(), p.size());
  append_expansion(out, replacement, groups);
  return true;
}

std::string Regex::replace_all(std::string_view text, std::string_view replacement) const {
  const int count = 1 + program_->re.NumberOfCapturingGroups();
  std::vector<re2::StringPiece> pieces(static_cast<std::size_t>(count));
  std::string out;
  std::size_t at = 0;
  while (at <= text.size() &&
         program_->re.Match(piece(text), at, text.size(), RE2::UNANCHORED, pieces.data(), count)) {
    const std::size_t start = std::size_t(pieces[0].data() - text.data());
    out += text.substr(at, start - at);
    std::vector<std::string_view> groups;
    groups.reserve(pieces.size());
    for (const auto& p : pieces) groups.emplace_back(p.data(), p.size());
    append_expansion(out, replacement, groups);
    at = start + pieces[0].size();
    if (pieces[0].empty()) {  // Step over one character, or the match would repeat for ever.
      if (at < text.size()) out += text[at];
      ++at;
    }
  }
  if (at < text.size()) out += text.substr(at);
  return out;
}

}  // namespace lapwing
