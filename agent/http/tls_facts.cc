#include "agent/http/tls_facts.h"

#include <openssl/bn.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <ctime>
#include <memory>
#include <string_view>

namespace lapwing::http {
namespace {

std::int64_t end_of(const X509* certificate) {
  tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return 0;
  return std::int64_t(::timegm(&parts));
}

std::int64_t earliest_end(const STACK_OF(X509) * chain) {
  std::int64_t earliest = 0;
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    const std::int64_t end = end_of(sk_X509_value(chain, i));
    earliest = i == 0 ? end : std::min(earliest, end);
  }
  return earliest;
}

std::string name_text(const X509_NAME* name) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
  if (!out) return {};
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return size > 0 ? std::string(text, std::size_t(size)) : std::string();
}

std::string hexadecimal(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

std::string serial_text(X509* certificate) {
  const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> number(
      ASN1_INTEGER_to_BN(X509_get_serialNumber(certificate), nullptr), BN_free);
  if (!number) return {};
  std::string bytes(std::size_t(BN_num_bytes(number.get())), '\0');
  auto* const data = reinterpret_cast<unsigned char*>(bytes.data());
  BN_bn2bin(number.get(), data);
  return hexadecimal(data, bytes.size());
}

std::string dns_names_of(X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> names(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  std::string text;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    if (!text.empty()) text += ',';
    text.append(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                std::size_t(ASN1_STRING_length(name->d.dNSName)));
  }
  return text;
}

std::string version_text(const SSL* ssl) {
  switch (SSL_version(ssl)) {
    case TLS1_VERSION:
      return "TLS 1.0";
    case TLS1_1_VERSION:
      return "TLS 1.1";
    case TLS1_2_VERSION:
      return "TLS 1.2";
    case TLS1_3_VERSION:
      return "TLS 1.3";
    default:
      return "unknown";
  }
}

}  // namespace

TlsFacts read_tls_facts(void* ssl, bool verified) {
  TlsFacts facts;
  auto* const connection = static_cast<SSL*>(ssl);
  facts.version = version_text(connection);
  if (const SSL_CIPHER* const cipher = SSL_get_current_cipher(connection))
    facts.cipher = SSL_CIPHER_standard_name(cipher);
  facts.earliest_expiry = earliest_end(SSL_get_peer_cert_chain(connection));
  if (verified) {
    const STACK_OF(X509)* const chain = SSL_get0_verified_chain(connection);
    if (chain != nullptr && sk_X509_num(chain) > 0) facts.chain_expiry = earliest_end(chain);
  }
  X509* const own = SSL_get0_peer_certificate(connection);
  if (own == nullptr) return facts;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (X509_digest(own, EVP_sha256(), digest.data(), &size) == 1)
    facts.fingerprint_sha256 = hexadecimal(digest.data(), size);
  facts.subject = name_text(X509_get_subject_name(own));
  facts.issuer = name_text(X509_get_issuer_name(own));
  facts.dns_names = dns_names_of(own);
  facts.serial = serial_text(own);
  return facts;
}

}  // namespace lapwing::http
