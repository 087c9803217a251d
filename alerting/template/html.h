// HTML's escapes, as Go's text/template and html/template write them: for a text, an attribute, a
// link, a style, a script. What cannot be made harmless becomes "ZgotmplZ", Go's own mark.
#pragma once

#include <string>
#include <string_view>

namespace lapwing::alerting {

/// The `html` function of text/template: < > & ' " and NUL.
std::string escape_html(std::string_view text);

/// html/template's form for text and quoted attributes: '+' too.
std::string escape_html_value(std::string_view text);
/// For an attribute without quotes: blanks and what ends it too.
std::string escape_html_unquoted(std::string_view text);
/// HTML that is trusted: entities stay, what could end an attribute or element does not.
std::string normalize_html(std::string_view text);
/// Text without what stands between < and >.
std::string strip_tags(std::string_view text);
/// The name itself when it is plain; attributes that hold code or links may not come from data.
std::string filter_attribute_name(std::string_view name);

/// Percent-encodes what may not stand in a link; what is encoded already stays.
std::string normalize_url(std::string_view text);
/// Percent-encodes all but RFC 3986's unreserved characters.
std::string escape_url(std::string_view text);
/// The link has no scheme, or http, https or mailto.
bool is_harmless_link(std::string_view text);

/// A value of a style sheet: names, numbers, colours.
std::string filter_css_value(std::string_view text);
/// What stands between the quotes of a script's string.
std::string escape_script_string(std::string_view text);

}  // namespace lapwing::alerting
