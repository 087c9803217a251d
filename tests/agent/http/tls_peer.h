// A TLS server in memory, with a certificate of its own making: what TlsClient speaks to in tests.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <string>
#include <string_view>

namespace lapwing::testing {

class TlsPeer {
 public:
  /// The certificate is valid for the name and 127.0.0.1, from 2000 to `end` (ASN.1's form).
  explicit TlsPeer(const char* end = "20991231235959Z") {
    key_ = EVP_EC_gen("P-256");
    certificate_ = X509_new();
    X509_set_version(certificate_, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 0x1f2);
    ASN1_TIME_set_string(X509_getm_notBefore(certificate_), "20000101000000Z");
    ASN1_TIME_set_string(X509_getm_notAfter(certificate_), end);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* const name = X509_get_subject_name(certificate_);
    const auto add = [&](const char* field, const char* text) {
      X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>(text), -1, -1, 0);
    };
    add("O", "Lap, Wing");
    add("CN", "peer.example");
    X509_set_issuer_name(certificate_, name);
    X509_EXTENSION* const names = X509V3_EXT_conf_nid(
        nullptr, nullptr, NID_subject_alt_name, "DNS:peer.example,DNS:other.example,IP:127.0.0.1");
    X509_add_ext(certificate_, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate_, key_, EVP_sha256());
    context_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context_, certificate_);
    SSL_CTX_use_PrivateKey(context_, key_);
    ssl_ = SSL_new(context_);
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_);
  }
  ~TlsPeer() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  std::string certificate_pem() const {
    BIO* const out = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(out, certificate_);
    char* text = nullptr;
    const long size = BIO_get_mem_data(out, &text);
    std::string found(text, std::size_t(size));
    BIO_free(out);
    return found;
  }
  /// Takes bytes from the wire; gives those for the wire. Text that comes is sent back.
  std::string exchange(std::string_view wire) {
    BIO_write(SSL_get_rbio(ssl_), wire.data(), int(wire.size()));
    char text[4096];
    const int count = SSL_read(ssl_, text, sizeof text);
    if (count > 0) SSL_write(ssl_, text, count);
    if (close_) SSL_shutdown(ssl_);
    std::string out(BIO_ctrl_pending(SSL_get_wbio(ssl_)), '\0');
    if (!out.empty()) BIO_read(SSL_get_wbio(ssl_), out.data(), int(out.size()));
    return out;
  }
  void close_soon() { close_ = true; }

 private:
  EVP_PKEY* key_ = nullptr;
  X509* certificate_ = nullptr;
  SSL_CTX* context_ = nullptr;
  SSL* ssl_ = nullptr;
  bool close_ = false;
};

}  // namespace lapwing::testing
