#include "agent/config/print.h"

#include <algorithm>
#include <array>

namespace lapwing::config {
namespace {

constexpr std::string_view kHidden = "<secret>";

// Whole names and endings of the keys whose values are secret in Prometheus and Alertmanager.
// Their "_file" forms end in "_file", and stay visible: a path is no secret.
constexpr std::array<std::string_view, 12> kSecretEndings = {
    "password", "secret",      "credentials", "token",   "api_key",   "routing_key",
    "user_key", "service_key", "api_secret",  "api_url", "smtp_auth", "webhook_url"};

bool is_secret_key(std::string_view key, std::string_view section) {
  // A webhook's address is its password; a list of targets has an address like any other.
  if (key == "url") return section.ends_with("_configs") && section != "http_sd_configs";
  if (key == "key") return section == "tls_config";
  // Of http_headers, and whatever goes with CONNECT.
  if (key == "secrets" || section == "proxy_connect_header") return true;
  return std::any_of(kSecretEndings.begin(), kSecretEndings.end(),
                     [key](std::string_view ending) { return key.ends_with(ending); });
}

/// "http://user:word@host" → "http://user:<secret>@host".
std::string without_password(const std::string& text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string::npos) return text;
  const std::size_t from = scheme + 3;
  const std::size_t path = std::min(text.find_first_of("/?#", from), text.size());
  const std::size_t at = text.rfind('@', path);
  const std::size_t colon = text.find(':', from);
  if (at == std::string::npos || at < from || colon == std::string::npos || colon > at) return text;
  return text.substr(0, colon + 1).append(kHidden).append(text, at, std::string::npos);
}

/// Whether YAML reads the text back as the same text without quotes.
bool is_plain(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./+-").find(c) != std::string_view::npos;
  };
  return !text.empty() && text[0] != '-' && text != "null" && text != "Null" && text != "NULL" &&
         std::all_of(text.begin(), text.end(), allowed);
}

void append_scalar(std::string& out, std::string_view text, bool quoted) {
  if (!quoted && is_plain(text)) {
    out += text;
    return;
  }
  constexpr std::string_view kHexDigits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append("\\").append(1, c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out.append("\\x").append(1, kHexDigits[byte >> 4]).append(1, kHexDigits[byte & 15]);
    } else {
      out += c;
    }
  }
  out += '"';
}

class Printer {
 public:
  explicit Printer(std::string& out) : out_(out) {}

  /// Prints after "key:" or "-": scalars on the same line, the rest below it.
  void value(const Value& value, std::string_view key, std::string_view section, int depth) {
    if (!key.empty() && value.kind() != Value::Kind::Null && is_secret_key(key, section)) {
      out_.append(" ").append(kHidden).append("\n");
      return;
    }
    const std::string_view name = key.empty() ? section : key;
    switch (value.kind()) {
      case Value::Kind::Null:
        out_ += " null\n";
        return;
      case Value::Kind::Scalar:
        out_ += ' ';
        append_scalar(out_, without_password(value.text()), value.quoted());
        out_ += '\n';
        return;
      case Value::Kind::List:
        out_ += value.items().empty() ? " []\n" : "\n";
        list(value, name, depth);
        return;
      case Value::Kind::Map:
        out_ += value.entries().empty() ? " {}\n" : "\n";
        map(value, name, depth);
        return;
    }
  }

  void map(const Value& value, std::string_view section, int depth) {
    for (const Value::Entry& entry : value.entries()) {
      indent(depth);
      append_scalar(out_, entry.key, false);
      out_ += ':';
      this->value(entry.value, entry.key, section, depth + 1);
    }
  }

 private:
  void list(const Value& value, std::string_view section, int depth) {
    for (const Value& item : value.items()) {
      indent(depth);
      out_ += '-';
      this->value(item, {}, section, depth + 1);
    }
  }

  void indent(int depth) { out_.append(2 * std::size_t(depth), ' '); }

  std::string& out_;
};

}  // namespace

std::string print_yaml(const Value& root) {
  std::string out;
  Printer(out).map(root, "", 0);
  return out;
}

}  // namespace lapwing::config
