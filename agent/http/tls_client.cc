// Source of truth: SSL_set_bio(3), SSL_do_handshake(3), X509_VERIFY_PARAM_set1_host(3).
#include "agent/http/tls_client.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace lapwing::http {
namespace {

using Context = std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)>;
using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;

/// The oldest of OpenSSL's queue of errors, which is emptied.
std::string reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* const text = code == 0 ? nullptr : ERR_reason_error_string(code);
  return text == nullptr ? "it failed for no stated reason" : text;
}

bool is_address(const std::string& name) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

Bio memory(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), int(text.size())), BIO_free};
}

/// The system's authorities by the links that c_rehash(1) makes, of which OpenSSL opens the one
/// that it needs: parsing the whole bundle would hold up everybody on this thread for tens of
/// milliseconds. The bundle where there are no such links.
void trust_system(SSL_CTX* context) {
  if (::access(X509_get_default_cert_dir(), R_OK | X_OK) == 0)
    SSL_CTX_set_default_verify_dir(context);
  else
    SSL_CTX_set_default_verify_file(context);
}

Result<void> trust(SSL_CTX* context, const TlsOptions& options) {
  if (!options.verify) return {};
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  if (options.ca.empty() && options.ca_file.empty()) {
    trust_system(context);
    return {};
  }
  if (options.ca.empty()) {
    if (SSL_CTX_load_verify_file(context, options.ca_file.c_str()) == 1) return {};
    return invalid("cannot use the authorities in " + options.ca_file + ": " + reason());
  }
  const Bio text = memory(options.ca);
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  int taken = 0;
  while (X509* const one = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
    taken += X509_STORE_add_cert(store, one);
    X509_free(one);
  }
  ERR_clear_error();  // the end of the text
  if (taken == 0) return invalid("the authorities' text has no certificate");
  return {};
}

Result<void> use_text(SSL_CTX* context, const TlsOptions& options) {
  const Bio certificates = memory(options.certificate);
  X509* const own = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr);
  if (own == nullptr) return invalid("the certificate's text holds none");
  SSL_CTX_use_certificate(context, own);
  X509_free(own);
  while (X509* const next = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr))
    SSL_CTX_add0_chain_cert(context, next);
  ERR_clear_error();
  return {};
}

Result<void> identify(SSL_CTX* context, const TlsOptions& options) {
  if (!options.certificate.empty()) {
    if (auto used = use_text(context, options); !used) return used;
  } else if (!options.certificate_file.empty() &&
             SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) != 1) {
    return invalid("cannot use the certificate in " + options.certificate_file + ": " + reason());
  }
  if (!options.key.empty()) {
    const Bio text = memory(options.key);
    EVP_PKEY* const key = PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr);
    const bool used = key != nullptr && SSL_CTX_use_PrivateKey(context, key) == 1;
    EVP_PKEY_free(key);
    if (!used) return invalid("cannot use the key: " + reason());
  } else if (!options.key_file.empty() &&
             SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) !=
                 1) {
    return invalid("cannot use the key in " + options.key_file + ": " + reason());
  }
  return {};
}

int protocol(TlsVersion version, int otherwise) {
  switch (version) {
    case TlsVersion::Tls10:
      return TLS1_VERSION;
    case TlsVersion::Tls11:
      return TLS1_1_VERSION;
    case TlsVersion::Tls12:
      return TLS1_2_VERSION;
    case TlsVersion::Tls13:
      return TLS1_3_VERSION;
    case TlsVersion::Any:
      break;
  }
  return otherwise;
}

}  // namespace

struct TlsClient::State {
  Context context{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, void (*)(SSL*)> ssl{nullptr, SSL_free};
  bool verify = true;
};

TlsClient::TlsClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsClient::~TlsClient() = default;

Result<std::unique_ptr<TlsClient>> TlsClient::create(const TlsOptions& options,
                                                     const std::string& server_name) {
  auto state = std::make_unique<State>();
  state->context.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = state->context.get();
  if (context == nullptr) return unavailable("no memory for TLS");
  SSL_CTX_set_min_proto_version(context, protocol(options.least, TLS1_2_VERSION));
  SSL_CTX_set_max_proto_version(context, protocol(options.most, 0));
  if (auto trusted = trust(context, options); !trusted) return std::move(trusted).error();
  if (auto identified = identify(context, options); !identified)
    return std::move(identified).error();
  state->ssl.reset(SSL_new(context));
  SSL* const ssl = state->ssl.get();
  if (ssl == nullptr) return unavailable("no memory for TLS");
  const std::string& name = options.server_name.empty() ? server_name : options.server_name;
  if (is_address(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str());
  } else if (!name.empty()) {
    SSL_set_tlsext_host_name(ssl, name.c_str());
    SSL_set1_host(ssl, name.c_str());
  }
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl);
  state->verify = options.verify;
  std::unique_ptr<TlsClient> client(new TlsClient(std::move(state)));
  if (auto begun = client->advance(); !begun) return std::move(begun).error();
  return client;
}

Result<void> TlsClient::advance() {
  if (agreed_) return {};
  SSL* const ssl = state_->ssl.get();
  const int done = SSL_do_handshake(ssl);
  if (done == 1) {
    agreed_ = true;
    return {};
  }
  const int why = SSL_get_error(ssl, done);
  if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) return {};
  const long verdict = SSL_get_verify_result(ssl);
  if (state_->verify && verdict != X509_V_OK) {
    ERR_clear_error();
    return unavailable(std::string("TLS: the peer's certificate is not trusted: ") +
                       X509_verify_cert_error_string(verdict));
  }
  return unavailable("TLS: " + reason());
}

Result<void> TlsClient::receive(std::string_view wire) {
  BIO_write(SSL_get_rbio(state_->ssl.get()), wire.data(), int(wire.size()));
  return advance();
}

Result<void> TlsClient::send(std::string_view text) {
  if (text.empty()) return {};
  if (SSL_write(state_->ssl.get(), text.data(), int(text.size())) == int(text.size())) return {};
  return unavailable("TLS: " + reason());
}

std::string TlsClient::take_text() {
  std::string text;
  if (!agreed_) return text;
  std::array<char, 16 * 1024> piece{};
  while (true) {
    const int count = SSL_read(state_->ssl.get(), piece.data(), int(piece.size()));
    if (count > 0) {
      text.append(piece.data(), std::size_t(count));
      continue;
    }
    const int why = SSL_get_error(state_->ssl.get(), count);
    ended_ = ended_ || (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE);
    ERR_clear_error();
    return text;
  }
}

std::string TlsClient::take_wire() {
  BIO* const out = SSL_get_wbio(state_->ssl.get());
  std::string wire(BIO_ctrl_pending(out), '\0');
  if (!wire.empty()) BIO_read(out, wire.data(), int(wire.size()));
  return wire;
}

TlsFacts TlsClient::facts() const { return read_tls_facts(state_->ssl.get(), state_->verify); }

}  // namespace lapwing::http
