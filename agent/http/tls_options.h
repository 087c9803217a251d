// What a client wants of TLS. Texts are PEM; a text wins over the file of the same name.
#pragma once

#include <string>

namespace lapwing::http {

enum class TlsVersion { Any, Tls10, Tls11, Tls12, Tls13 };

struct TlsOptions {
  std::string ca{};  ///< trusted authorities; with no ca and no ca_file the system's
  std::string ca_file{};
  std::string certificate{};  ///< our own, with its chain
  std::string certificate_file{};
  std::string key{};  ///< of the certificate
  std::string key_file{};
  std::string server_name{};  ///< asked for and checked instead of the URL's host
  bool verify = true;
  TlsVersion least = TlsVersion::Any;
  TlsVersion most = TlsVersion::Any;
  bool operator==(const TlsOptions&) const = default;
};

}  // namespace lapwing::http
