// Every option that libcurl is given, and why. Source of truth: curl_easy_setopt(3).
#include "agent/http/transfer.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "agent/http/header.h"

namespace lapwing::http {
namespace {

constexpr std::size_t kHeaderLimitBytes = 256 * 1024;
constexpr long kRedirectLimit = 10;

bool has_scheme(std::string_view url, std::string_view scheme) {
  return url.size() > scheme.size() && equal_without_case(url.substr(0, scheme.size()), scheme);
}

}  // namespace

Result<void> validate(const ClientRequest& request) {
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

std::string presentable_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url.substr(0, 200));
  std::string_view rest = url.substr(scheme + 3);
  // Userinfo ends at the authority's last '@'.
  const std::string_view authority = rest.substr(0, rest.find('/'));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    rest.remove_prefix(at + 1);
  return std::string(url.substr(0, scheme + 3)).append(rest.substr(0, 200));
}

Transfer::Transfer(const CurlLibrary& curl, ClientRequest request, ClientCallback done,
                   std::chrono::nanoseconds asked_at)
    : curl_(curl), request_(std::move(request)), done_(std::move(done)), asked_at_(asked_at) {}

Transfer::~Transfer() {
  if (handle_ != nullptr) curl_.easy_cleanup(handle_);
  curl_.slist_free_all(headers_);
}

CURL* Transfer::begin(Duration left) {
  handle_ = curl_.easy_init();
  if (handle_ == nullptr) return nullptr;
  curl_.easy_setopt(handle_, CURLOPT_PRIVATE, this);
  curl_.easy_setopt(handle_, CURLOPT_ERRORBUFFER, error_);
  curl_.easy_setopt(handle_, CURLOPT_URL, request_.url.c_str());
  curl_.easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_.easy_setopt(handle_, CURLOPT_WRITEDATA, this);
  curl_.easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_.easy_setopt(handle_, CURLOPT_HEADERDATA, this);
  set_method();
  set_limits(left);
  set_security();
  return set_headers() ? handle_ : nullptr;
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
  // Waiting for "100 Continue" costs a second with servers that do not know it.
  if (!append("Expect:")) return false;
  if (find_header(request_.headers, "Content-Type").empty() && !append("Content-Type:"))
    return false;
  curl_.easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_);
  curl_.easy_setopt(handle_, CURLOPT_USERAGENT, "lapwing/" LAPWING_VERSION);
  // Decompression counts against the limit: on_body gets what has been unpacked.
  if (request_.accept_compressed) curl_.easy_setopt(handle_, CURLOPT_ACCEPT_ENCODING, "gzip");
  return true;
}

void Transfer::set_limits(Duration left) {
  curl_.easy_setopt(handle_, CURLOPT_TIMEOUT_MS, long(left.count()));
  curl_.easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_.easy_setopt(handle_, CURLOPT_MAXREDIRS, kRedirectLimit);
  curl_.easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, request_.follow_redirects ? 1L : 0L);
  curl_.easy_setopt(handle_, CURLOPT_HTTP_VERSION, long(CURL_HTTP_VERSION_1_1));
  curl_.easy_setopt(handle_, CURLOPT_HTTP09_ALLOWED, 0L);
}

void Transfer::set_security() {
  curl_.easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_.easy_setopt(handle_, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  // The environment's proxies are ignored, as Prometheus does unless told otherwise.
  curl_.easy_setopt(handle_, CURLOPT_PROXY, "");
  curl_.easy_setopt(handle_, CURLOPT_NOPROXY, "*");
  curl_.easy_setopt(handle_, CURLOPT_NETRC, long(CURL_NETRC_IGNORED));
  // Credentials, an Authorization header too, go to the first host and port alone.
  curl_.easy_setopt(handle_, CURLOPT_UNRESTRICTED_AUTH, 0L);
  if (!request_.username.empty()) {
    curl_.easy_setopt(handle_, CURLOPT_HTTPAUTH, long(CURLAUTH_BASIC));
    curl_.easy_setopt(handle_, CURLOPT_USERNAME, request_.username.c_str());
    curl_.easy_setopt(handle_, CURLOPT_PASSWORD, request_.password.c_str());
  }
  if (!request_.ca_file.empty())
    curl_.easy_setopt(handle_, CURLOPT_CAINFO, request_.ca_file.c_str());
  curl_.easy_setopt(handle_, CURLOPT_SSL_VERIFYPEER, request_.verify_tls ? 1L : 0L);
  curl_.easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, request_.verify_tls ? 2L : 0L);
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
    return true;
  }
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos && colon > 0)
    response_.headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
  return true;
}

bool Transfer::take_body(std::string_view bytes) {
  if (bytes.size() > request_.response_limit_bytes - response_.body.size()) {
    refused_ = fmt::format("the answer exceeds {} bytes", request_.response_limit_bytes);
    return false;
  }
  response_.body.append(bytes);
  return true;
}

void Transfer::finish(CURLcode code, std::chrono::nanoseconds now) {
  if (code != CURLE_OK) {
    const char* const reason = error_[0] != '\0' ? error_ : curl_.easy_strerror(code);
    return fail(refused_.empty() ? reason : refused_);
  }
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
