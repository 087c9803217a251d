#include "alerting/template/links.h"

#include <cctype>

namespace lapwing::alerting {

std::string url_query_escape(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~')) {
      out += c;
    } else if (c == ' ') {
      out += '+';
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::string link_to_table(std::string_view expression) {
  return "/graph?g0.expr=" + url_query_escape(expression) + "&g0.tab=1";
}

std::string link_to_graph(std::string_view expression) {
  return "/graph?g0.expr=" + url_query_escape(expression) + "&g0.tab=0";
}

}  // namespace lapwing::alerting
