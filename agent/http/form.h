// Percent-encoding and application/x-www-form-urlencoded: query strings and form bodies
// (WHATWG URL, RFC 3986). Any length: cpp-httplib's own parser stops at 8 kB.
#pragma once

#include <string>
#include <string_view>

#include "agent/http/message.h"

namespace lapwing::http {

enum class Plus {
  Literal,  ///< in paths
  Space,    ///< in query strings and forms
};

/// "%41" becomes "A"; a '%' without two hexadecimal digits stays as it is.
std::string percent_decode(std::string_view text, Plus plus = Plus::Literal);

/// Everything but RFC 3986's unreserved characters as %XX.
std::string percent_encode(std::string_view text);

/// "a=1&b=x+y" to decoded pairs in their order; empty pieces are left out, a piece without '='
/// has the value "". At most `limit` pairs: what comes after them is left out.
Pairs parse_form(std::string_view text, std::size_t limit = 10'000);

/// The reverse of parse_form.
std::string encode_form(const Pairs& parameters);

}  // namespace lapwing::http
