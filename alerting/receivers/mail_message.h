// MailMessage: a mail as it goes over the wire (RFC 5322, MIME: RFC 2045 to 2047). Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/time.h"

namespace lapwing::alerting {

struct MailMessage {
  std::vector<std::pair<std::string, std::string>> headers{};  ///< From, To, Subject, …
  std::string text{};                                          ///< empty: no plain part
  std::string html{};                                          ///< empty: no HTML part
};

/// Lines end with CRLF. Subject and other headers that are not ASCII are encoded; line breaks in
/// headers become blanks. `boundary` must stand in no part.
std::string encode_mail(const MailMessage& message, std::string_view boundary);

/// "Mon, 02 Jan 2006 15:04:05 +0000".
std::string mail_date(Timestamp time);

/// The bare addresses of a list such as `Ops <ops@example.org>, me@example.org`. Invalid when one
/// is no address.
Result<std::vector<std::string>> mail_addresses(std::string_view list);

/// Quoted-printable (RFC 2045, 6.7).
std::string quoted_printable(std::string_view text);

}  // namespace lapwing::alerting
