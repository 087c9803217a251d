// Upper, lower and title case of UTF-8 text, as Go's strings package and its cases package give
// them; what is no UTF-8 stays as it is.
#pragma once

#include <string>
#include <string_view>

namespace lapwing::alerting {

std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);
/// strings.Title: a letter that begins a word becomes large, the rest stays.
std::string title_words(std::string_view text);
/// cases.Title(language.AmericanEnglish): words by Unicode's rules ("o'neil" is one), all but
/// their first letter become small.
std::string title_case(std::string_view text);

}  // namespace lapwing::alerting
