#include "alerting/receivers/mail_message.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "agent/base/sha256.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kLineLimit = 76;
constexpr std::size_t kWordBytes = 42;  ///< that one encoded word takes: 56 of Base64

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; });
}

/// RFC 2047: words of whole code points, each on a line of its own.
std::string encoded_header(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    std::size_t end = std::min(kWordBytes, text.size());
    while (end < text.size() && end > 1 && (text[end] & 0xc0) == 0x80) --end;
    out.append(out.empty() ? "" : "\r\n ").append("=?utf-8?b?");
    out.append(base64(text.substr(0, end))).append("?=");
    text.remove_prefix(end);
  }
  return out;
}

void add_part(std::string& out, std::string_view boundary, std::string_view type,
              const std::string& content) {
  out.append("--").append(boundary).append("\r\nContent-Type: ").append(type);
  out.append("; charset=UTF-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n");
  out.append(quoted_printable(content)).append("\r\n");
}

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

}  // namespace

std::string quoted_printable(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  const auto put = [&](std::string_view piece) {
    if (column + piece.size() >= kLineLimit) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool ends_line = at + 1 == text.size() || text[at + 1] == '\n' || text[at + 1] == '\r';
    const bool blank = c == ' ' || c == '\t';
    // A dot at a line's begin would end the mail for a careless server.
    const bool plain = c > ' ' && c <= '~' && c != '=' && !(c == '.' && column == 0);
    if (plain || (blank && !ends_line)) {
      put(std::string_view(&text[at], 1));
      continue;
    }
    const std::array<char, 3> code = {'=', "0123456789ABCDEF"[std::uint8_t(c) >> 4],
                                      "0123456789ABCDEF"[std::uint8_t(c) & 15]};
    put({code.data(), code.size()});
  }
  return out;
}

std::string encode_mail(const MailMessage& message, std::string_view boundary) {
  std::string out;
  for (const auto& [name, value] : message.headers) {
    std::string line = value;
    std::replace_if(line.begin(), line.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
    out.append(name).append(": ").append(encoded_header(line)).append("\r\n");
  }
  out.append("MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=");
  out.append(boundary).append("\r\n\r\n");
  if (!message.text.empty()) add_part(out, boundary, "text/plain", message.text);
  if (!message.html.empty()) add_part(out, boundary, "text/html", message.html);
  return out.append("--").append(boundary).append("--\r\n");
}

std::string mail_date(Timestamp time) {
  const std::time_t seconds = to_millis(time) / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  constexpr std::array kShortDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kShortMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %d %02d:%02d:%02d +0000",
                kShortDays.at(std::size_t(utc.tm_wday)), utc.tm_mday,
                kShortMonths.at(std::size_t(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  return text.data();
}

Result<std::vector<std::string>> mail_addresses(std::string_view list) {
  std::vector<std::string> addresses;
  bool quoted = false;
  std::string one;
  const auto finish = [&]() -> Result<void> {
    std::string_view address = trimmed(one);
    if (const std::size_t from = address.rfind('<'); from != std::string_view::npos) {
      const std::size_t to = address.find('>', from);
      if (to == std::string_view::npos) return invalid("mail: missing > in " + one);
      address = address.substr(from + 1, to - from - 1);
    }
    const std::size_t at = address.find('@');
    if (at == 0 || at == std::string_view::npos || at + 1 == address.size() ||
        address.find_first_of(" \t\r\n<>\"") != std::string_view::npos)
      return invalid("mail: no address: \"" + std::string(trimmed(one)) + "\"");
    addresses.emplace_back(address);
    one.clear();
    return {};
  };
  for (const char c : list) {
    if (c == '"') quoted = !quoted;
    if (c != ',' || quoted) {
      one += c;
    } else if (auto done = finish(); !done) {
      return done.error();
    }
  }
  if (auto done = finish(); !done) return done.error();
  return addresses;
}

}  // namespace lapwing::alerting
