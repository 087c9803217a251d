// Every option that libcurl is given, and why. Source of truth: curl_easy_setopt(3).
#include "agent/http/transfer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "agent/http/answer_limit.h"
#include "agent/http/header.h"
#include "agent/http/url.h"

namespace lapwing::http {
namespace {

constexpr std::size_t kHeaderLimitBytes = 256 * 1024;
constexpr int kRedirectLimit = 10;
constexpr long kSeeOther = 303;
constexpr long kTemporaryRedirect = 307;
constexpr long kPermanentRedirect = 308;
// What any server may know of us.
constexpr std::array<std::string_view, 3> kOpenHeaders = {"Accept", "Content-Type",
                                                          "X-Prometheus-Scrape-Timeout-Seconds"};

bool has_scheme(std::string_view url, std::string_view scheme) {
  return url.size() > scheme.size() && equal_without_case(url.substr(0, scheme.size()), scheme);
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == kSeeOther || status == kTemporaryRedirect ||
         status == kPermanentRedirect;
}

std::string environment_variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Go lets a SOCKS proxy resolve names; libcurl calls that socks5h.
std::string socks_with_names(const std::string& proxy) {
  return proxy.starts_with("socks5://") ? "socks5h" + proxy.substr(6) : proxy;
}

long version_range(const TlsOptions& tls) {
  const auto least = [](TlsVersion version) -> long {
    switch (version) {
      case TlsVersion::Tls10:
        return CURL_SSLVERSION_TLSv1_0;
      case TlsVersion::Tls11:
        return CURL_SSLVERSION_TLSv1_1;
      case TlsVersion::Tls13:
        return CURL_SSLVERSION_TLSv1_3;
      default:
        return CURL_SSLVERSION_TLSv1_2;
    }
  };
  const auto most = [](TlsVersion version) -> long {
    switch (version) {
      case TlsVersion::Tls10:
        return CURL_SSLVERSION_MAX_TLSv1_0;
      case TlsVersion::Tls11:
        return CURL_SSLVERSION_MAX_TLSv1_1;
      case TlsVersion::Tls12:
        return CURL_SSLVERSION_MAX_TLSv1_2;
      default:
        return CURL_SSLVERSION_MAX_TLSv1_3;
    }
  };
  return least(tls.least) | most(tls.most);
}

/// Addresses go into SMTP commands: a line break in one would be a command of its own.
Result<void> validate_mail(const ClientRequest& request) {
  const auto sound = [](const std::string& address) {
    return !address.empty() && is_header_value(address) &&
           address.find_first_of(" <>") == std::string::npos;
  };
  const MailEnvelope& mail = *request.mail;
  if (!has_scheme(request.url, "smtp://") && !has_scheme(request.url, "smtps://"))
    return invalid(presentable_url(request.url) + ": mail goes to smtp and smtps URLs");
  if (!is_header_value(request.url) || request.url.find(' ') != std::string::npos)
    return invalid(presentable_url(request.url) + ": blank or control character in the URL");
  if (!sound(mail.from) || mail.to.empty() || !std::all_of(mail.to.begin(), mail.to.end(), sound))
    return invalid(presentable_url(request.url) + ": a mail address is none");
  return {};
}

}  // namespace

Result<void> validate(const ClientRequest& request) {
  if (request.mail) return validate_mail(request);
  if (!has_scheme(request.url, "http://") && !has_scheme(request.url, "https://"))
    return invalid(
        fmt::format("{}: only http and https URLs can be called", presentable_url(request.url)));
  if (!is_header_value(request.url) || request.url.find(' ') != std::string::npos)
    return invalid(
        fmt::format("{}: blank or control character in the URL", presentable_url(request.url)));
  if (!is_token(request.method)) return invalid("bad method '" + request.method + "'");
  for (const auto& [name, value] : request.headers)
    if (!is_token(name) || !is_header_value(value))
      return invalid(fmt::format("{}: bad header '{}'", presentable_url(request.url), name));
  if (request.timeout <= 0ms)
    return invalid(presentable_url(request.url) + ": the timeout is not positive");
  return {};
}

Transfer::Transfer(const CurlLibrary& curl, ClientRequest request, ClientCallback done,
                   std::chrono::nanoseconds asked_at)
    : curl_(curl), request_(std::move(request)), done_(std::move(done)), asked_at_(asked_at) {}

Transfer::~Transfer() { reset(); }

CURL* Transfer::reset() {
  if (handle_ != nullptr) curl_.easy_cleanup(handle_);
  for (curl_slist** const list : {&headers_, &proxy_headers_, &connect_to_, &recipients_})
    curl_.slist_free_all(std::exchange(*list, nullptr));
  handle_ = nullptr;
  return handle_;
}

CURL* Transfer::begin(Duration left) {
  reset();
  handle_ = curl_.easy_init();
  if (handle_ == nullptr) return nullptr;
  curl_.easy_setopt(handle_, CURLOPT_PRIVATE, this);
  curl_.easy_setopt(handle_, CURLOPT_ERRORBUFFER, error_);
  curl_.easy_setopt(handle_, CURLOPT_URL, request_.url.c_str());
  curl_.easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_.easy_setopt(handle_, CURLOPT_WRITEDATA, this);
  curl_.easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_.easy_setopt(handle_, CURLOPT_HEADERDATA, this);
  if (!request_.mail) set_method();
  set_limits(left);
  set_tls();
  set_proxy();
  set_credentials();
  return (request_.mail ? set_mail() : set_headers()) ? handle_ : reset();
}

bool Transfer::set_mail() {
  const MailEnvelope& mail = *request_.mail;
  for (const std::string& address : mail.to) {
    curl_slist* const longer = curl_.slist_append(recipients_, ("<" + address + ">").c_str());
    if (longer == nullptr) return false;
    recipients_ = longer;
  }
  uploaded_ = 0;
  curl_.easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_.easy_setopt(handle_, CURLOPT_MAIL_FROM, ("<" + mail.from + ">").c_str());
  curl_.easy_setopt(handle_, CURLOPT_MAIL_RCPT, recipients_);
  curl_.easy_setopt(handle_, CURLOPT_USE_SSL,
                    long(mail.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
  if (!mail.mechanism.empty())
    curl_.easy_setopt(handle_, CURLOPT_LOGIN_OPTIONS, ("AUTH=" + mail.mechanism).c_str());
  curl_.easy_setopt(handle_, CURLOPT_UPLOAD, 1L);
  curl_.easy_setopt(handle_, CURLOPT_READFUNCTION, &Transfer::on_upload);
  curl_.easy_setopt(handle_, CURLOPT_READDATA, this);
  curl_.easy_setopt(handle_, CURLOPT_INFILESIZE_LARGE, curl_off_t(request_.body.size()));
  return true;
}

std::size_t Transfer::on_upload(char* to, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string_view left = std::string_view(transfer.request_.body).substr(transfer.uploaded_);
  const std::size_t bytes = std::min(size * count, left.size());
  std::copy_n(left.data(), bytes, to);
  transfer.uploaded_ += bytes;
  return bytes;
}

void Transfer::set_method() {
  const std::string& method = request_.method;
  if (method == "HEAD") {
    curl_.easy_setopt(handle_, CURLOPT_NOBODY, 1L);
  } else if (method == "POST" || !request_.body.empty()) {
    // The body stays in request_, which outlives the handle: libcurl does not copy it.
    curl_.easy_setopt(handle_, CURLOPT_POST, 1L);
    curl_.easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request_.body.size()));
    curl_.easy_setopt(handle_, CURLOPT_POSTFIELDS, request_.body.c_str());
    if (method != "POST") curl_.easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, method.c_str());
  } else if (method != "GET") {
    curl_.easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, method.c_str());
  }
}

bool Transfer::set_headers() {
  const auto append = [this](const std::string& line) {
    curl_slist* const longer = curl_.slist_append(headers_, line.c_str());
    if (longer == nullptr) return false;
    headers_ = longer;
    return true;
  };
  // "Name;" is libcurl's way to send a header without a value, "Name:" its way to leave one out.
  for (const auto& [name, value] : request_.headers)
    if (!append(value.empty() ? name + ";" : name + ": " + value)) return false;
  // The name in the URL is the server's for TLS; the server is asked by its own.
  if (connect_to_ != nullptr && find_header(request_.headers, "Host").empty() &&
      !append("Host: " + authority_of(request_.url)))
    return false;
  // Waiting for "100 Continue" costs a second with servers that do not know it.
  if (!append("Expect:")) return false;
  if (find_header(request_.headers, "Content-Type").empty() && !append("Content-Type:"))
    return false;
  // Not libcurl's own option: take_body() unpacks, also what was not asked for.
  if (request_.accept_compressed && !append("Accept-Encoding: gzip")) return false;
  curl_.easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_);
  curl_.easy_setopt(handle_, CURLOPT_USERAGENT, "lapwing/" LAPWING_VERSION);
  return true;
}

void Transfer::set_limits(Duration left) {
  curl_.easy_setopt(handle_, CURLOPT_TIMEOUT_MS, long(left.count()));
  curl_.easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  // We follow by ourselves: libcurl would send every header along, whoever is next.
  curl_.easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  curl_.easy_setopt(handle_, CURLOPT_HTTP_VERSION,
                    long(request_.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  if (request_.fresh_connection) {
    curl_.easy_setopt(handle_, CURLOPT_FRESH_CONNECT, 1L);
    curl_.easy_setopt(handle_, CURLOPT_FORBID_REUSE, 1L);
    curl_.easy_setopt(handle_, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  }
  if (!request_.trace) return;
  curl_.easy_setopt(handle_, CURLOPT_COOKIEFILE, "");  // the engine alone, no file
  for (const std::string& cookie : cookies_)
    curl_.easy_setopt(handle_, CURLOPT_COOKIELIST, cookie.c_str());
  curl_.easy_setopt(handle_, CURLOPT_HTTP09_ALLOWED, 0L);
}

void Transfer::set_tls() {
  curl_.easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_.easy_setopt(handle_, CURLOPT_NETRC, long(CURL_NETRC_IGNORED));
  const TlsOptions defaults;
  const TlsOptions& tls = request_.tls ? *request_.tls : defaults;
  const auto set_text = [&](CURLoption option, const std::string& text) {
    curl_blob blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY};
    if (!text.empty()) curl_.easy_setopt(handle_, option, &blob);
  };
  const auto set_file = [&](CURLoption option, const std::string& file) {
    if (!file.empty()) curl_.easy_setopt(handle_, option, file.c_str());
  };
  set_text(CURLOPT_CAINFO_BLOB, tls.ca);
  set_file(CURLOPT_CAINFO, tls.ca_file);
  set_text(CURLOPT_PROXY_CAINFO_BLOB, tls.ca);
  set_file(CURLOPT_PROXY_CAINFO, tls.ca_file);
  // Parsed authorities are kept for a day by default: one's own file may change before.
  if (!tls.ca_file.empty()) curl_.easy_setopt(handle_, CURLOPT_CA_CACHE_TIMEOUT, 0L);
  set_text(CURLOPT_SSLCERT_BLOB, tls.certificate);
  set_file(CURLOPT_SSLCERT, tls.certificate_file);
  set_text(CURLOPT_SSLKEY_BLOB, tls.key);
  set_file(CURLOPT_SSLKEY, tls.key_file);
  for (const CURLoption option : {CURLOPT_SSL_VERIFYPEER, CURLOPT_PROXY_SSL_VERIFYPEER})
    curl_.easy_setopt(handle_, option, tls.verify ? 1L : 0L);
  for (const CURLoption option : {CURLOPT_SSL_VERIFYHOST, CURLOPT_PROXY_SSL_VERIFYHOST})
    curl_.easy_setopt(handle_, option, tls.verify ? 2L : 0L);
  curl_.easy_setopt(handle_, CURLOPT_SSLVERSION, version_range(tls));
  const bool renamed = !tls.server_name.empty() && has_scheme(request_.url, "https://");
  if (!renamed && request_.address.empty()) return;
  // libcurl asks for the name in the URL: it gets another URL and the real address beside it.
  Origin real = origin_of(request_.url);
  if (!request_.address.empty()) real.host = request_.address;
  connect_to_ =
      curl_.slist_append(nullptr, fmt::format("::{}:{}", bracketed_host(real), real.port).c_str());
  curl_.easy_setopt(handle_, CURLOPT_CONNECT_TO, connect_to_);
  if (renamed)
    curl_.easy_setopt(handle_, CURLOPT_URL, with_host(request_.url, tls.server_name).c_str());
}

void Transfer::set_proxy() {
  // The environment alone decides nothing, as Prometheus has it.
  const std::string proxy =
      request_.proxy ? proxy_for(*request_.proxy, request_.url, environment_variable) : "";
  curl_.easy_setopt(handle_, CURLOPT_PROXY, socks_with_names(proxy).c_str());
  curl_.easy_setopt(handle_, CURLOPT_NOPROXY, proxy.empty() ? "*" : "");
  if (proxy.empty() || !has_scheme(request_.url, "https://")) return;
  for (const auto& [name, value] : request_.proxy->connect_headers)
    proxy_headers_ = curl_.slist_append(proxy_headers_, (name + ": " + value).c_str());
  curl_.easy_setopt(handle_, CURLOPT_PROXYHEADER, proxy_headers_);
  curl_.easy_setopt(handle_, CURLOPT_HEADEROPT, long(CURLHEADER_SEPARATE));
}

void Transfer::set_credentials() {
  if (!request_.basic && request_.username.empty()) return;
  if (!request_.mail) curl_.easy_setopt(handle_, CURLOPT_HTTPAUTH, long(CURLAUTH_BASIC));
  curl_.easy_setopt(handle_, CURLOPT_USERNAME, request_.username.c_str());
  curl_.easy_setopt(handle_, CURLOPT_PASSWORD, request_.password.c_str());
}

bool Transfer::follow(std::chrono::nanoseconds now) {
  long status = 0;
  const char* target = nullptr;
  curl_.easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  curl_.easy_getinfo(handle_, CURLINFO_REDIRECT_URL, &target);
  if (!request_.follow_redirects || target == nullptr || !is_redirect(status)) return false;
  if (redirects_ >= kRedirectLimit)
    return request_.trace ? false : refuse("redirected more than ten times");
  if (now - asked_at_ >= request_.timeout) return refuse("timed out after a redirect");
  std::string next(target);
  const bool renamed =
      connect_to_ != nullptr && response_.header("Location").find("://") == std::string_view::npos;
  if (renamed) next = with_host(next, bracketed_host(origin_of(request_.url)));
  const Origin before = origin_of(request_.url);
  std::swap(request_.url, next);
  if (const auto sound = validate(request_); !sound) {
    std::swap(request_.url, next);
    return refuse("redirected to " + sound.error().message);
  }
  ++redirects_;
  note_hop();
  keep_cookies();
  if (status != kTemporaryRedirect && status != kPermanentRedirect && request_.method != "HEAD") {
    const bool again = request_.method != "POST" && status != kSeeOther;
    if (!again) {
      request_.method = "GET";
      request_.body.clear();
    }
  }
  if (!(origin_of(request_.url) == before)) leave_origin();
  response_ = {};
  gunzip_.reset();
  header_bytes_ = 0;
  return true;
}

bool Transfer::refuse(std::string reason) {
  refused_ = std::move(reason);
  return false;
}

void Transfer::leave_origin() {
  request_.basic = false;
  request_.address.clear();
  request_.username.clear();
  request_.password.clear();
  std::erase_if(request_.headers, [](const auto& header) {
    return std::none_of(kOpenHeaders.begin(), kOpenHeaders.end(), [&](std::string_view open) {
      return equal_without_case(open, header.first);
    });
  });
  if (!request_.tls) return;
  TlsOptions tls = *request_.tls;
  for (std::string* own : {&tls.certificate, &tls.certificate_file, &tls.key, &tls.key_file})
    own->clear();
  request_.tls = std::make_shared<const TlsOptions>(std::move(tls));
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  const std::string_view line(data, size * count);
  return static_cast<Transfer*>(self)->take_header(line) ? line.size() : 0;
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  const std::string_view bytes(data, size * count);
  return static_cast<Transfer*>(self)->take_body(bytes) ? bytes.size() : 0;
}

bool Transfer::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kHeaderLimitBytes) {
    refused_ = fmt::format("the answer's headers exceed {} bytes", kHeaderLimitBytes);
    return false;
  }
  while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
  if (line.substr(0, 5) == "HTTP/") {
    response_.headers.clear();  // The one before was "100 Continue" or a redirect.
    if (!request_.trace) return true;
    request_.trace->protocol = line.substr(0, line.find(' '));
    request_.trace->body_bytes = 0;
    note_tls();
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos && colon > 0)
    response_.headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  return true;
}

bool Transfer::take_body(std::string_view bytes) {
  std::string& body = response_.body;
  if (request_.trace) request_.trace->body_bytes += bytes.size();
  if (!request_.keep_body) {
    if (request_.trace && request_.trace->body_bytes > request_.response_limit_bytes)
      return refuse(fmt::format("{}{} bytes", kAnswerTooLarge, request_.response_limit_bytes));
    return true;
  }
  Gunzip::Outcome outcome = Gunzip::Outcome::Sound;
  // libcurl's own unpacking takes a stream that was cut for a whole one.
  if (request_.unpack && body.empty() && gunzip_ == nullptr &&
      response_.header("Content-Encoding") == "gzip")
    gunzip_ = std::make_unique<Gunzip>();
  if (gunzip_ != nullptr)
    outcome = gunzip_->append(bytes, body, request_.response_limit_bytes);
  else if (bytes.size() > request_.response_limit_bytes - body.size())
    outcome = Gunzip::Outcome::TooLarge;
  else
    body.append(bytes);
  if (outcome == Gunzip::Outcome::TooLarge)
    refused_ = fmt::format("{}{} bytes", kAnswerTooLarge, request_.response_limit_bytes);
  if (outcome == Gunzip::Outcome::Damaged) refused_ = "the answer is no sound gzip stream";
  return outcome == Gunzip::Outcome::Sound;
}

void Transfer::note_tls() {
  curl_tlssessioninfo* session = nullptr;
  curl_.easy_getinfo(handle_, CURLINFO_TLS_SSL_PTR, &session);
  request_.trace->tls = {};
  if (session == nullptr || session->backend != CURLSSLBACKEND_OPENSSL ||
      session->internals == nullptr)
    return;
  request_.trace->tls = read_tls_facts(session->internals, !request_.tls || request_.tls->verify);
}

void Transfer::note_hop() {
  if (!request_.trace) return;
  Hop hop;
  const char* url = nullptr;
  curl_.easy_getinfo(handle_, CURLINFO_EFFECTIVE_URL, &url);
  if (url != nullptr) hop.url = url;
  hop.tls = has_scheme(hop.url, "https://");
  long status = 0;
  curl_.easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  hop.status = int(status);
  const auto seconds = [this](CURLINFO which) {
    curl_off_t micros = 0;
    curl_.easy_getinfo(handle_, which, &micros);
    return double(micros) / 1e6;
  };
  hop.name_looked_up = seconds(CURLINFO_NAMELOOKUP_TIME_T);
  hop.connected = seconds(CURLINFO_CONNECT_TIME_T);
  hop.tls_agreed = seconds(CURLINFO_APPCONNECT_TIME_T);
  hop.first_byte = seconds(CURLINFO_STARTTRANSFER_TIME_T);
  hop.ended = seconds(CURLINFO_TOTAL_TIME_T);
  request_.trace->hops.push_back(std::move(hop));
  request_.trace->headers = response_.headers;
}

void Transfer::keep_cookies() {
  if (!request_.trace) return;
  cookies_.clear();
  curl_slist* known = nullptr;
  curl_.easy_getinfo(handle_, CURLINFO_COOKIELIST, &known);
  for (const curl_slist* one = known; one != nullptr; one = one->next)
    cookies_.emplace_back(one->data);
  curl_.slist_free_all(known);
}

void Transfer::finish(CURLcode code, std::chrono::nanoseconds now) {
  note_hop();
  if (code != CURLE_OK) {
    const char* const reason = error_[0] != '\0' ? error_ : curl_.easy_strerror(code);
    return fail(refused_.empty() ? reason : refused_);
  }
  if (!refused_.empty()) return fail(refused_);
  if (gunzip_ != nullptr && !gunzip_->complete())
    return fail("the answer's gzip stream ends too early");
  long status = 0;
  curl_.easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = int(status);
  response_.seconds = std::chrono::duration<double>(now - asked_at_).count();
  std::exchange(done_, nullptr)(std::move(response_));
}

void Transfer::fail(const std::string& reason) {
  std::exchange(done_, nullptr)(unavailable(
      fmt::format("{} {}: {}", request_.method, presentable_url(request_.url), reason)));
}

}  // namespace lapwing::http
