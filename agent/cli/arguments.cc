#include "agent/cli/arguments.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace lapwing::cli {
namespace {

/// Levenshtein's distance, with a neighbour swap counted as one mistake.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(above);
    above.swap(row);
  }
  return above[b.size()];
}

const Option* find_option(const Syntax& syntax, std::string_view name) {
  const auto found = std::find_if(syntax.options.begin(), syntax.options.end(),
                                  [&](const Option& option) { return option.name == name; });
  return found == syntax.options.end() ? nullptr : &*found;
}

Error unknown_option(const Syntax& syntax, std::string_view name) {
  std::vector<std::string_view> names{"help"};
  for (const Option& option : syntax.options) names.push_back(option.name);
  std::string message = "unknown option --" + std::string(name);
  if (const std::string_view hint = nearest(name, names); !hint.empty())
    message += "; did you mean --" + std::string(hint) + "?";
  else
    message += "; \"" + std::string(syntax.command) + " --help\" lists the options";
  return invalid(std::move(message));
}

Error operand_count(const Syntax& syntax, const std::vector<std::string>& operands) {
  const std::string command(syntax.command);
  if (operands.size() < syntax.least_operands)
    return invalid(command + " needs " + std::string(syntax.operands) + "; \"" + command +
                   " --help\" shows how to call it");
  std::string message = "\"" + operands[syntax.most_operands] + "\" is one argument too many";
  if (syntax.most_operands > 0)
    message += "; " + command + " takes " + std::string(syntax.operands) +
               " (put quotes around text that has blanks)";
  return invalid(std::move(message));
}

}  // namespace

std::string Arguments::get(std::string_view option, std::string_view fallback) const {
  const std::span<const std::string> given = all(option);
  return given.empty() ? std::string(fallback) : given.back();
}

std::span<const std::string> Arguments::all(std::string_view option) const {
  const auto found = values_.find(option);
  assert(found != values_.end() || help_);
  if (found == values_.end()) return {};
  return found->second;
}

Result<Arguments> parse_arguments(const Syntax& syntax, std::span<const std::string> words) {
  Arguments out;
  for (const Option& option : syntax.options) out.values_[std::string(option.name)];
  bool options_ended = false;
  // --help wins over every mistake, wherever it stands: who asks for it is lost already.
  for (const std::string& word : words) {
    if (word == "--") break;
    if (word == "--help" || word == "-h") {
      out.help_ = true;
      return out;
    }
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (options_ended || !word.starts_with("--")) {
      out.operands_.emplace_back(word);
      continue;
    }
    if (word == "--") {
      options_ended = true;
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(2, equals == word.npos ? word.npos : equals - 2);
    const Option* option = find_option(syntax, name);
    if (option == nullptr) return unknown_option(syntax, name);
    const std::string shown = "--" + std::string(name);
    std::string value;
    if (option->value_name.empty()) {
      if (equals != word.npos) return invalid(shown + " takes no value");
    } else if (equals != word.npos) {
      value = word.substr(equals + 1);
    } else if (i + 1 < words.size()) {
      value = words[++i];
    } else {
      return invalid(shown + " needs a value: " + shown + " " + std::string(option->value_name));
    }
    std::vector<std::string>& given = out.values_[std::string(name)];
    if (!given.empty() && !option->repeats) return invalid(shown + " is given twice");
    given.push_back(std::move(value));
  }
  if (out.operands_.size() < syntax.least_operands || out.operands_.size() > syntax.most_operands)
    return operand_count(syntax, out.operands_);
  return out;
}

std::string help_text(const Syntax& syntax) {
  std::string out = "Usage: " + std::string(syntax.command);
  if (!syntax.operands.empty()) out += " " + std::string(syntax.operands);
  out += " [OPTION…]\n\n" + std::string(syntax.summary) + "\n\nOptions:\n";
  const auto add = [&](std::string_view name, std::string_view value_name, std::string_view help) {
    std::string head = "  --" + std::string(name);
    if (!value_name.empty()) head += " " + std::string(value_name);
    constexpr std::size_t kColumn = 28;
    if (head.size() + 2 > kColumn)
      head += "\n" + std::string(kColumn, ' ');
    else
      head.resize(kColumn, ' ');
    out += head;
    for (std::size_t at = 0; at <= help.size();) {
      const std::size_t end = std::min(help.find('\n', at), help.size());
      if (at > 0) out += std::string(kColumn, ' ');
      out += std::string(help.substr(at, end - at)) + "\n";
      at = end + 1;
    }
  };
  for (const Option& option : syntax.options) add(option.name, option.value_name, option.help);
  add("help", "", "show this text");
  if (!syntax.details.empty()) out += "\n" + std::string(syntax.details) + "\n";
  return out;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t best_distance = 0;
  for (const std::string_view candidate : candidates) {
    const std::size_t mistakes = distance(word, candidate);
    // A third of the word wrong is still a slip; more is another word.
    if (mistakes > std::max<std::size_t>(1, candidate.size() / 3)) continue;
    if (best.empty() || mistakes < best_distance) {
      best = candidate;
      best_distance = mistakes;
    }
  }
  return best;
}

}  // namespace lapwing::cli
