// Transfer: one outgoing request as a libcurl easy handle, and the answer as it comes in.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/http/client.h"
#include "agent/http/curl_library.h"
#include "agent/http/gzip.h"

namespace lapwing::http {

/// Whether the request can be sent: http or https, sound method and headers. Invalid otherwise.
Result<void> validate(const ClientRequest& request);

/// Used by the client's thread alone. `curl` must outlive it.
class Transfer {
 public:
  Transfer(const CurlLibrary& curl, ClientRequest request, ClientCallback done,
           std::chrono::nanoseconds asked_at);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Makes the handle; `left` is what remains of the timeout. nullptr when libcurl cannot.
  CURL* begin(Duration left);
  CURL* handle() const { return handle_; }
  Duration timeout() const { return request_.timeout; }
  std::chrono::nanoseconds asked_at() const { return asked_at_; }

  /// Whether the answer, which has come well, is a redirect that we follow. Then begin() again: the
  /// request is the next one, without what another origin must not get.
  bool follow(std::chrono::nanoseconds now);

  /// Calls back, once. `code`: how libcurl ended.
  void finish(CURLcode code, std::chrono::nanoseconds now);
  /// Calls back with Unavailable and that reason, the URL before it.
  void fail(const std::string& reason);

 private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  bool take_header(std::string_view line);
  bool take_body(std::string_view bytes);
  void set_method();
  bool set_mail();
  static std::size_t on_upload(char* to, std::size_t size, std::size_t count, void* self);
  bool set_headers();
  void set_limits(Duration left);
  void set_tls();
  void set_proxy();
  void set_credentials();
  void leave_origin();
  void note_hop();
  void note_tls();
  void keep_cookies();
  bool refuse(std::string reason);
  CURL* reset();

  const CurlLibrary& curl_;
  ClientRequest request_;
  ClientCallback done_;
  const std::chrono::nanoseconds asked_at_;
  CURL* handle_ = nullptr;
  curl_slist* headers_ = nullptr;
  curl_slist* proxy_headers_ = nullptr;
  curl_slist* connect_to_ = nullptr;
  curl_slist* recipients_ = nullptr;
  std::size_t uploaded_ = 0;  ///< bytes of a mail
  int redirects_ = 0;
  std::vector<std::string> cookies_;  ///< in Netscape's format, from hop to hop
  ClientResponse response_;
  std::size_t header_bytes_ = 0;
  std::unique_ptr<Gunzip> gunzip_;  ///< of a body that is packed
  std::string refused_;             ///< why we broke the transfer off ourselves
  char error_[CURL_ERROR_SIZE] = "";
};

}  // namespace lapwing::http
