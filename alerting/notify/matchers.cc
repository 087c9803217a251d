#include "alerting/notify/matchers.h"

#include <algorithm>

#include "alerting/notify/classic_matchers.h"

namespace lapwing::alerting {
namespace {

/// Go's unicode.IsSpace, of ASCII.
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_reserved(char c) {
  return is_space(c) || std::string_view("{}!=~,\\\"'`").find(c) != std::string_view::npos;
}

class MatcherParser {
 public:
  explicit MatcherParser(std::string_view text) : text_(text), rest_(text) {}

  Result<Matchers> run() {
    Matchers matchers;
    skip_spaces();
    const bool braced = accept('{');
    skip_spaces();
    while (!rest_.empty() && !(braced && rest_[0] == '}')) {
      auto matcher = one();
      if (!matcher) return std::move(matcher).error();
      matchers.push_back(std::move(*matcher));
      skip_spaces();
      if (!accept(',')) break;
      skip_spaces();
    }
    if (braced && !accept('}')) return bad("expected a closing brace");
    skip_spaces();
    if (!rest_.empty()) return bad("unexpected text \"" + std::string(rest_.substr(0, 40)) + "\"");
    return matchers;
  }

 private:
  Error bad(const std::string& why) const {
    return invalid("bad matcher format: " + std::string(text_.substr(0, 200)) + ": " + why);
  }

  void skip_spaces() {
    while (!rest_.empty() && is_space(rest_[0])) rest_.remove_prefix(1);
  }

  bool accept(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Result<std::string> word() {
    std::string out;
    if (!accept('"')) {
      while (!rest_.empty() && !is_reserved(rest_[0])) {
        out += rest_[0];
        rest_.remove_prefix(1);
      }
      return out;
    }
    while (!rest_.empty() && rest_[0] != '"') {
      if (rest_[0] == '\\' && rest_.size() > 1) {
        rest_.remove_prefix(1);
        if (rest_[0] == 'n') {
          out += '\n';
        } else {
          if (rest_[0] != '"' && rest_[0] != '\\') out += '\\';
          out += rest_[0];
        }
      } else {
        out += rest_[0];
      }
      rest_.remove_prefix(1);
    }
    if (!accept('"')) return bad("a quote is not closed");
    return out;
  }

  Result<Matcher> one() {
    auto label = word();
    if (!label) return std::move(label).error();
    if (label->empty()) return bad("expected a label's name");
    skip_spaces();
    MatchKind kind = MatchKind::Equal;
    if (rest_.starts_with("=~"))
      kind = MatchKind::Regex;
    else if (rest_.starts_with("!~"))
      kind = MatchKind::NotRegex;
    else if (rest_.starts_with("!="))
      kind = MatchKind::NotEqual;
    else if (!rest_.starts_with('='))
      return bad("expected =, !=, =~ or !~");
    rest_.remove_prefix(kind == MatchKind::Equal ? 1 : 2);
    skip_spaces();
    auto value = word();
    if (!value) return std::move(value).error();
    return Matcher::create(kind, std::move(*label), std::move(*value));
  }

  std::string_view text_;
  std::string_view rest_;
};

}  // namespace

Result<Matchers> parse_matchers(std::string_view text) {
  auto matchers = MatcherParser(text).run();
  auto classic = parse_classic_matchers(text);
  if (!matchers) return classic ? std::move(classic) : std::move(matchers);
  // Where the two disagree Alertmanager keeps to what it always did.
  const bool agree = !classic || matchers_text(*classic) == matchers_text(*matchers);
  return agree ? std::move(matchers) : std::move(classic);
}

Result<Matcher> parse_matcher(std::string_view text) {
  if (text.starts_with('{') || text.ends_with('}'))
    return invalid("unexpected open or close brace: " + std::string(text));
  auto classic = parse_classic_matcher(text);
  if (classic) return classic;
  auto matchers = MatcherParser(text).run();
  if (!matchers) return std::move(matchers).error();
  if (matchers->size() != 1) return invalid("bad matcher format: " + std::string(text));
  return std::move(matchers->front());
}

Matchers read_matchers(config::Mapping& map, const std::string& prefix) {
  Matchers all;
  const auto add = [&](const std::string& key, Result<Matcher> matcher) {
    if (matcher) {
      all.push_back(std::move(*matcher));
    } else {
      map.error(key, matcher.error().message);
    }
  };
  for (const std::string& text : map.strings(prefix + "matchers")) {
    const auto parsed = parse_matchers(text);
    if (!parsed) {
      map.error(prefix + "matchers", parsed.error().message);
      continue;
    }
    all.insert(all.end(), parsed->begin(), parsed->end());
  }
  for (const auto& [label, value] : map.string_map(prefix + "match"))
    add(prefix + "match", Matcher::create(MatchKind::Equal, label, value));
  for (const auto& [label, value] : map.string_map(prefix + "match_re"))
    add(prefix + "match_re", Matcher::create(MatchKind::Regex, label, value));
  std::stable_sort(all.begin(), all.end(), [](const Matcher& a, const Matcher& b) {
    return std::tie(a.label(), a.value()) < std::tie(b.label(), b.value());
  });
  return all;
}

bool matches_all(const Matchers& matchers, const Labels& labels) {
  return std::all_of(matchers.begin(), matchers.end(),
                     [&](const Matcher& matcher) { return matcher.matches(labels); });
}

std::string matchers_text(const Matchers& matchers) {
  std::string text = "{";
  for (const Matcher& matcher : matchers) {
    if (text.size() > 1) text += ',';
    const bool plain = std::none_of(matcher.label().begin(), matcher.label().end(), is_reserved);
    if (plain) {
      text += matcher.label();
    } else {
      append_quoted(text, matcher.label());
    }
    text += name(matcher.kind());
    append_quoted(text, matcher.value());
  }
  return text + "}";
}

}  // namespace lapwing::alerting
