#include "agent/model/matcher.h"

#include <algorithm>
#include <functional>

namespace lapwing {

std::string_view name(MatchKind kind) {
  switch (kind) {
    case MatchKind::Equal:
      return "=";
    case MatchKind::NotEqual:
      return "!=";
    case MatchKind::Regex:
      return "=~";
    case MatchKind::NotRegex:
      return "!~";
  }
  return "=";
}

Result<Matcher> Matcher::create(MatchKind kind, std::string label, std::string value) {
  std::optional<Regex> regex;
  if (kind == MatchKind::Regex || kind == MatchKind::NotRegex) {
    auto compiled = Regex::create(value);
    if (!compiled) return std::move(compiled).error();
    regex = *std::move(compiled);
  }
  return Matcher(kind, std::move(label), std::move(value), std::move(regex));
}

Matcher Matcher::equal(std::string label, std::string value) {
  return Matcher(MatchKind::Equal, std::move(label), std::move(value), std::nullopt);
}

bool Matcher::matches(std::string_view value) const {
  switch (kind_) {
    case MatchKind::Equal:
      return value == value_;
    case MatchKind::NotEqual:
      return value != value_;
    case MatchKind::Regex:
      return regex_->matches(value);
    case MatchKind::NotRegex:
      return !regex_->matches(value);
  }
  return false;
}

std::string Matcher::to_string() const {
  std::string out;
  if (is_legacy_label_name(label_))
    out = label_;
  else
    append_quoted(out, label_);
  out += name(kind_);
  append_quoted(out, value_);
  return out;
}

// Made at each read of each rule: a text would cost more than some reads.
std::size_t hash_of(std::span<const Matcher> matchers) {
  constexpr std::size_t kFactor = 1099511628211U;  // FNV's prime
  std::size_t hash = matchers.size();
  const auto mix = [&](std::size_t part) { hash = (hash ^ part) * kFactor; };
  for (const Matcher& matcher : matchers) {
    mix(std::size_t(matcher.kind()));
    mix(std::hash<std::string>()(matcher.label()));
    mix(std::hash<std::string>()(matcher.value()));
  }
  return hash;
}

bool same(std::span<const Matcher> a, std::span<const Matcher> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Matcher& x, const Matcher& y) {
    return x.kind() == y.kind() && x.label() == y.label() && x.value() == y.value();
  });
}

}  // namespace lapwing
