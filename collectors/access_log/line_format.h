// LineFormat: how a line of an access log is read. nginx's log_format (ngx_http_log_module),
// Apache's LogFormat (mod_log_config) or one JSON object a line. Pure; leaves out what no series is
// made of: addresses, agents, referrers and the paths of requests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"

namespace lapwing::collectors::access_log {

/// What a line tells. The views live as long as the line.
struct AccessRecord {
  std::string_view method;  ///< "" where the line names none
  int status = 0;
  double seconds = -1;    ///< how long the request took; below 0: not told
  std::string_view host;  ///< "" where the line names none
};

/// The members of JSON lines; "" means those that servers commonly use.
struct JsonFields {
  std::string method{};
  std::string request{};  ///< "GET / HTTP/1.1", where there is no method of its own
  std::string status{};
  std::string duration{};
  std::string host{};
  bool operator==(const JsonFields&) const = default;
};

class LineFormat {
 public:
  /// "combined", "common", "combined_timed" (combined and $request_time), "json", or a format of
  /// nginx's ("$status …") or Apache's ("%>s …"). `time_unit_seconds`: of JSON's durations.
  /// Invalid when the format tells no status.
  static Result<LineFormat> create(const std::string& format, const JsonFields& fields = {},
                                   double time_unit_seconds = 1);

  /// False when the line is not of this format.
  bool parse(std::string_view line, AccessRecord& record) const;
  bool tells_duration() const { return tells_duration_; }
  bool tells_host() const { return tells_host_; }

 private:
  enum class Field : std::uint8_t {
    Other,
    Word,
    Request,
    Method,
    Status,
    Seconds,
    Millis,
    Micros,
    Host
  };
  struct Part {
    Field field;
    std::string after;  ///< the text that ends it; "": the end of the line
  };
  struct Member {
    std::string name;
    Field field;
  };

  void add_nginx(std::string_view format);
  void add_apache(std::string_view format);
  void add_literal(std::string_view text);
  void add_field(Field field);
  bool parse_text(std::string_view line, AccessRecord& record) const;
  bool parse_json(std::string_view line, AccessRecord& record) const;
  bool take(Field field, std::string_view text, AccessRecord& record) const;
  static Field nginx_field(std::string_view name);
  static Field apache_field(char letter, std::string_view argument);
  static std::vector<Member> json_members(const JsonFields& fields);

  std::string before_;  ///< the text that lines begin with
  std::vector<Part> parts_;
  bool json_ = false;
  std::vector<Member> members_;
  double time_unit_seconds_ = 1;
  bool tells_duration_ = false;
  bool tells_host_ = false;
};

}  // namespace lapwing::collectors::access_log
