// Arguments: reads a command's words. One small reader for every command, so that all of them
// take options, answer --help and explain mistakes in the same way. Pure: prints nothing.
// Leaves out abbreviations and grouped short options; -h is the only short one.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::cli {

/// One option that a command takes. The views are string constants.
struct Option {
  std::string_view name;        ///< without the dashes: "listen"
  std::string_view value_name;  ///< "HOST:PORT"; empty: a flag, which takes no value
  std::string_view help;        ///< one or more lines, without the final line break
  bool repeats = false;         ///< may stand several times
};

/// What a command takes: a constant beside the command.
struct Syntax {
  std::string_view command;   ///< "lapwing query"
  std::string_view operands;  ///< "EXPR", "FILE…", or empty
  std::string_view summary;   ///< one sentence
  std::span<const Option> options;
  std::size_t least_operands = 0;
  std::size_t most_operands = 0;
  std::string_view details = {};  ///< examples and the like, shown last by --help
};

/// What was given. Asking for an option that the Syntax has not is our own bug (assert).
class Arguments {
 public:
  /// --help or -h was given: nothing else was checked.
  bool help() const { return help_; }
  bool has(std::string_view option) const { return !all(option).empty(); }
  /// The last value given, or `fallback`.
  std::string get(std::string_view option, std::string_view fallback = {}) const;
  /// Every value given, in order; a flag's values are empty texts.
  std::span<const std::string> all(std::string_view option) const;
  /// The words that are no options, in order.
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  friend Result<Arguments> parse_arguments(const Syntax& syntax,
                                           std::span<const std::string> words);
  bool help_ = false;
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> operands_;
};

/// Reads `--name value`, `--name=value`, flags and operands in any order. `--` ends the options;
/// a word with one dash is an operand, because an expression may begin with a minus.
/// Invalid with a sentence for a person: unknown option (with the nearest known one), missing
/// value, an option given twice that does not repeat, too few or too many operands.
Result<Arguments> parse_arguments(const Syntax& syntax, std::span<const std::string> words);

/// The text of --help, with a final line break.
std::string help_text(const Syntax& syntax);

/// The candidate that is few typing mistakes away from `word`, or "" when none is near: the
/// dispatcher uses it for command names.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace lapwing::cli
