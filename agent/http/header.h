// Header fields (RFC 9110 section 5 and 12): comparing names, finding values, reading lists.
#pragma once

#include <string_view>

#include "agent/http/message.h"

namespace lapwing::http {

/// ASCII letters compare without case.
bool equal_without_case(std::string_view left, std::string_view right);

/// The first value of that name, which lives as long as `headers`; "" when there is none.
std::string_view find_header(const Pairs& headers, std::string_view name);

/// Without blanks and tabs at both ends.
std::string_view trimmed(std::string_view text);

/// RFC 9110's token, which names and methods are made of.
bool is_token(std::string_view text);

/// Whether a value can go on the wire: no CR, LF, NUL or other control character but the tab.
bool is_header_value(std::string_view text);

/// Whether any field of that name lists `token` ("Connection: keep-alive, Upgrade").
bool lists_token(const Pairs& headers, std::string_view name, std::string_view token);

/// Whether Accept-Encoding names gzip (or `*`) with a weight above zero.
bool accepts_gzip(const Pairs& headers);

/// The standard phrase of a status, "Unknown" for one that has none here.
std::string_view status_phrase(int status);

}  // namespace lapwing::http
