// Upper, lower and title case of UTF-8 text, as Go's strings package and its cases package give
// them; what is no UTF-8 stays as it is.
#pragma once

#include <string>
#include <string_view>

namespace lapwing::alerting {

std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
/// What becomes of a word behind its large letter.
enum class TitleRest { Keep, Lower };

/// cases.Title(language.AmericanEnglish): the first letter of each word becomes large; words by
/// Unicode's rules ("o'neil" is one).
std::string title_case(std::string_view text, TitleRest rest);

}  // namespace lapwing::alerting
