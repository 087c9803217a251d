#include "collectors/access_log/line_format.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "collectors/access_log/json_members.h"

namespace lapwing::collectors::access_log {
namespace {

constexpr std::string_view kCombined =
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
    "\"$http_referer\" \"$http_user_agent\"";
constexpr std::string_view kCommon =
    "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Where `text` ends the value that begins at `from`. Apache escapes quotes inside of values with
/// a backslash, nginx writes \x22.
std::size_t find_end(std::string_view line, std::size_t from, std::string_view text) {
  while (true) {
    const std::size_t at = line.find(text, from);
    if (at == std::string_view::npos || text[0] != '"') return at;
    std::size_t slashes = 0;
    while (at > slashes && line[at - 1 - slashes] == '\\') ++slashes;
    if (slashes % 2 == 0) return at;
    from = at + 1;
  }
}

bool number(std::string_view text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(value);
}

}  // namespace

LineFormat::Field LineFormat::nginx_field(std::string_view name) {
  if (name == "request") return Field::Request;
  if (name == "request_method") return Field::Method;
  if (name == "status") return Field::Status;
  if (name == "request_time") return Field::Seconds;
  if (name == "host" || name == "server_name" || name == "http_host") return Field::Host;
  if (name == "body_bytes_sent" || name == "bytes_sent" || name == "remote_addr")
    return Field::Word;
  return Field::Other;
}

LineFormat::Field LineFormat::apache_field(char letter, std::string_view argument) {
  switch (letter) {
    case 'r':
      return Field::Request;
    case 'm':
      return Field::Method;
    case 's':
      return Field::Status;
    case 'D':
      return Field::Micros;
    case 'T':
      return argument == "ms" ? Field::Millis : argument == "us" ? Field::Micros : Field::Seconds;
    case 'v':
    case 'V':
      return Field::Host;
    case 'i':
      return argument == "Host" || argument == "host" ? Field::Host : Field::Other;
    case 'b':
    case 'B':
    case 'O':
    case 'h':
      return Field::Word;
    default:
      return Field::Other;
  }
}

void LineFormat::add_literal(std::string_view text) {
  (parts_.empty() ? before_ : parts_.back().after).append(text);
}

void LineFormat::add_field(Field field) {
  parts_.push_back({field, ""});
  if (field == Field::Seconds || field == Field::Millis || field == Field::Micros)
    tells_duration_ = true;
  if (field == Field::Host) tells_host_ = true;
}

void LineFormat::add_nginx(std::string_view format) {
  while (!format.empty()) {
    const std::size_t dollar = std::min(format.find('$'), format.size());
    add_literal(format.substr(0, dollar));
    format.remove_prefix(dollar);
    if (format.empty()) return;
    const bool braced = format.size() > 1 && format[1] == '{';
    const std::size_t begin = braced ? 2 : 1;
    std::size_t end = begin;
    while (end < format.size() && is_name_character(format[end])) ++end;
    add_field(nginx_field(format.substr(begin, end - begin)));
    format.remove_prefix(std::min(format.size(), braced ? end + 1 : end));
  }
}

void LineFormat::add_apache(std::string_view format) {
  while (!format.empty()) {
    const std::size_t percent = std::min(format.find('%'), format.size());
    add_literal(format.substr(0, percent));
    format.remove_prefix(std::min(format.size(), percent + 1));
    if (format.empty()) return;
    if (format[0] == '%') {
      add_literal("%");
      format.remove_prefix(1);
      continue;
    }
    // Conditions and modifiers: %!200,304{x}i, %>s, %<s.
    while (!format.empty() && std::string_view("<>!,0123456789").find(format[0]) != format.npos)
      format.remove_prefix(1);
    std::string_view argument;
    if (!format.empty() && format[0] == '{') {
      const std::size_t close = std::min(format.find('}'), format.size());
      argument = format.substr(1, close - 1);
      format.remove_prefix(std::min(format.size(), close + 1));
    }
    if (format.empty()) return;
    add_field(apache_field(format[0], argument));
    format.remove_prefix(1);
  }
}

std::vector<LineFormat::Member> LineFormat::json_members(const JsonFields& fields) {
  std::vector<Member> members;
  const auto add = [&](const std::string& named, Field field,
                       std::initializer_list<const char*> usual) {
    if (!named.empty()) {
      members.push_back({named, field});
      return;
    }
    for (const char* name : usual) members.push_back({name, field});
  };
  add(fields.method, Field::Method, {"method", "request_method"});
  add(fields.request, Field::Request, {"request"});
  add(fields.status, Field::Status, {"status", "status_code", "response_code"});
  add(fields.duration, Field::Seconds, {"request_time", "duration"});
  add(fields.host, Field::Host, {"host", "server_name", "http_host"});
  return members;
}

Result<LineFormat> LineFormat::create(const std::string& format, const JsonFields& fields,
                                      double time_unit_seconds) {
  LineFormat made;
  made.time_unit_seconds_ = time_unit_seconds;
  if (format == "json") {
    made.json_ = true;
    made.members_ = json_members(fields);
    made.tells_duration_ = made.tells_host_ = true;
    return made;
  }
  made.time_unit_seconds_ = 1;
  if (format == "combined")
    made.add_nginx(kCombined);
  else if (format == "common")
    made.add_nginx(kCommon);
  else if (format == "combined_timed")
    made.add_nginx(std::string(kCombined) + " $request_time");
  else if (format.find('$') != std::string::npos)
    made.add_nginx(format);
  else if (format.find('%') != std::string::npos)
    made.add_apache(format);
  else
    return invalid("\"" + format +
                   "\" is no format: combined, common, combined_timed, json, or a text with "
                   "nginx's $variables or Apache's %directives");
  const auto& parts = made.parts_;
  if (std::none_of(parts.begin(), parts.end(),
                   [](const Part& part) { return part.field == Field::Status; }))
    return invalid("the format tells no status ($status, %s)");
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    if (parts[i].after.empty())
      return invalid("nothing stands between two values of the format: they cannot be told apart");
  return made;
}

bool LineFormat::take(Field field, std::string_view text, AccessRecord& record) const {
  double value = 0;
  switch (field) {
    case Field::Other:
      return true;
    case Field::Word:
      return text.find(' ') == std::string_view::npos;
    case Field::Request:
      // A request that was none ("-", bytes of TLS) has a status and no method.
      if (const std::size_t blank = text.find(' ');
          record.method.empty() && blank != std::string_view::npos)
        record.method = text.substr(0, blank);
      return true;
    case Field::Method:
      record.method = text;
      return true;
    case Field::Status: {
      const auto [end, error] =
          std::from_chars(text.data(), text.data() + text.size(), record.status);
      return error == std::errc() && end == text.data() + text.size() && record.status >= 0 &&
             record.status <= 999;
    }
    case Field::Seconds:
    case Field::Millis:
    case Field::Micros:
      if (text == "-" || text.empty()) return true;
      if (!number(text, value)) return false;
      record.seconds = value * (field == Field::Millis   ? 1e-3
                                : field == Field::Micros ? 1e-6
                                                         : time_unit_seconds_);
      return true;
    case Field::Host:
      if (text != "-") record.host = text;
      return true;
  }
  return false;
}

bool LineFormat::parse_text(std::string_view line, AccessRecord& record) const {
  if (!line.starts_with(before_)) return false;
  std::size_t at = before_.size();
  for (const Part& part : parts_) {
    const std::size_t end = part.after.empty() ? line.size() : find_end(line, at, part.after);
    if (end == std::string_view::npos) return false;
    if (part.field != Field::Other && !take(part.field, line.substr(at, end - at), record))
      return false;
    at = end + part.after.size();
  }
  return at == line.size();
}

bool LineFormat::parse_json(std::string_view line, AccessRecord& record) const {
  bool has_status = false;
  bool sound = true;
  const bool whole = for_each_member(line, [&](std::string_view name, std::string_view value) {
    const auto known = std::find_if(members_.begin(), members_.end(),
                                    [&](const Member& member) { return member.name == name; });
    if (known == members_.end()) return;
    has_status = has_status || known->field == Field::Status;
    sound = take(known->field, value, record) && sound;
  });
  return whole && sound && has_status;
}

bool LineFormat::parse(std::string_view line, AccessRecord& record) const {
  record = {};
  if (line.ends_with('\r')) line.remove_suffix(1);
  return json_ ? parse_json(line, record) : parse_text(line, record);
}

}  // namespace lapwing::collectors::access_log
