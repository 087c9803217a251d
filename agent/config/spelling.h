// The nearest known word, for "did you mean".
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace lapwing::config {

/// The word of `known` that is the fewest edits (insert, delete, replace, swap neighbours) away
/// from `word`, when that is near enough to be a slip of the hand; "" otherwise.
std::string nearest_word(std::string_view word, const std::set<std::string, std::less<>>& known);

}  // namespace lapwing::config
