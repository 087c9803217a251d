// cpp-httplib checks the head and writes the answer's head; bodies never pass through it. Its
// source of truth is Debian's httplib.h 0.11.4, compiled with the library's own defines.
#include "agent/http/adapter.h"

#include <httplib.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <iterator>
#include <utility>

#include "agent/http/form.h"
#include "agent/http/gzip.h"
#include "agent/http/header.h"

namespace lapwing::http {
namespace {

constexpr std::size_t kPathLimit = 4096;          // Of what cpp-httplib gets; it stops at 8,192.
constexpr std::size_t kHeaderLimit = 4096;        // The same, for a header's value.
constexpr std::size_t kCompressFromBytes = 1024;  // Below it the packet is no smaller.
constexpr std::size_t kAssetLimitBytes = 64u << 20;

/// The head to be read, the answer's head as it was written.
class MemoryStream final : public httplib::Stream {
 public:
  MemoryStream(std::string in, const std::string& peer) : in_(std::move(in)), peer_(peer) {}

  bool is_readable() const override { return at_ < in_.size(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* out, std::size_t size) override {
    const std::size_t count = std::min(size, in_.size() - at_);
    std::memcpy(out, in_.data() + at_, count);
    at_ += count;
    return ssize_t(count);
  }
  ssize_t write(const char* data, std::size_t size) override {
    out_.append(data, size);
    return ssize_t(size);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = peer_;
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  socket_t socket() const override { return -1; }

  std::string take_out() { return std::move(out_); }

 private:
  const std::string in_;
  const std::string& peer_;
  std::size_t at_ = 0;
  std::string out_;
};

/// What cpp-httplib would act on itself, or add and so mix up with the peer's own words.
bool is_kept_from_httplib(std::string_view name) {
  for (const std::string_view kept :
       {"Transfer-Encoding", "Content-Encoding", "Accept-Encoding", "Range", "Content-Length",
        "Expect", "Connection", "REMOTE_ADDR", "REMOTE_PORT", "LOCAL_ADDR", "LOCAL_PORT"})
    if (equal_without_case(name, kept)) return true;
  return false;
}

/// What a handler cannot decide: framing and the connection.
bool is_ours_to_set(std::string_view name) {
  for (const std::string_view ours : {"Content-Length", "Transfer-Encoding", "Connection",
                                      "Content-Type", "X-Content-Type-Options"})
    if (equal_without_case(name, ours)) return true;
  return false;
}

std::string head_for_httplib(const RawRequest& raw, std::string_view path) {
  std::string head = raw.method;
  head.append(" ").append(path.empty() || path.size() > kPathLimit ? "/" : path);
  head.append(raw.http_1_0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
  for (const auto& [name, value] : raw.headers)
    if (value.size() <= kHeaderLimit && !is_kept_from_httplib(name))
      head.append(name).append(": ").append(value).append("\r\n");
  return head.append("\r\n");
}

bool is_form(const Pairs& headers) {
  const std::string_view type = find_header(headers, "Content-Type");
  return equal_without_case(trimmed(type.substr(0, type.find(';'))),
                            "application/x-www-form-urlencoded");
}

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

class Adapter::Parser final : public httplib::Server {
 public:
  Parser(const Router& router, Log& log) : router_(router), log_(log) {
    set_pre_routing_handler([this](const httplib::Request&, httplib::Response& out) {
      respond(out);
      return HandlerResponse::Handled;
    });
    set_post_routing_handler(
        [this](const httplib::Request&, httplib::Response& out) { correct(out); });
  }

  Handled handle(RawRequest raw, const std::string& peer, std::optional<Response> ready) {
    handled_ = Handled();
    ready_ = std::move(ready);
    handled_.answer.keep_alive = raw.keep_alive;
    http_1_0_ = raw.http_1_0;
    const std::size_t question = raw.target.find('?');
    const std::string path = raw.target.substr(0, question);
    MemoryStream stream(head_for_httplib(raw, path), peer);
    request_ = Request();
    request_.method = std::move(raw.method);
    if (question != std::string::npos)
      request_.parameters = parse_form(std::string_view(raw.target).substr(question + 1));
    request_.headers = std::move(raw.headers);
    request_.body = std::move(raw.body);
    request_.remote_address = peer;
    request_.abandoned = std::move(raw.abandoned);
    path_ = path;
    bool closed = false;
    process_request(stream, !raw.keep_alive, closed, nullptr);
    handled_.answer.head = stream.take_out();
    if (handled_.later)
      handled_.request = {std::move(request_.method),
                          std::move(raw.target),
                          std::move(request_.headers),
                          "",
                          raw.keep_alive,
                          raw.http_1_0};
    request_ = Request();
    ready_.reset();
    return std::move(handled_);
  }

 private:
  /// Everything that may throw is behind this: nothing leaves it.
  void respond(httplib::Response& out) noexcept {
    Response response;
    try {
      response = route();
      handled_.later = std::move(response.later);
    } catch (const std::exception& error) {
      log_.error("http: the handler of {} failed ({}); answered 500", handled_.route, error.what());
      response = text_response(500, "internal error\n");
    } catch (...) {
      log_.error("http: the handler of {} failed; answered 500", handled_.route);
      response = text_response(500, "internal error\n");
    }
    out.status = handled_.status = response.status;
    write(std::move(response), out);
  }

  Response route() {
    Router::Match match = router_.find(request_.method, path_);
    handled_.route = match.route;
    if (match.handler == nullptr && match.allowed.empty()) return text_response(404, "not found\n");
    if (match.handler == nullptr) {
      Response response = text_response(405, "method not allowed\n");
      response.headers.emplace_back("Allow", match.allowed);
      return response;
    }
    if (ready_) return std::move(*ready_);
    request_.path = percent_decode(path_);
    request_.path_arguments = std::move(match.arguments);
    if (!request_.body.empty() && is_form(request_.headers)) add_form(parse_form(request_.body));
    return (*match.handler)(request_);
  }

  /// The form's word goes before the query's, as in Go's net/http.
  void add_form(Pairs form) {
    form.insert(form.end(), std::make_move_iterator(request_.parameters.begin()),
                std::make_move_iterator(request_.parameters.end()));
    request_.parameters = std::move(form);
  }

  void write(Response response, httplib::Response& out) {
    if (response.on_stream) {
      out.headers.emplace("Content-Type", "text/event-stream");
      out.headers.emplace("Cache-Control", "no-store");
      if (request_.method != "HEAD") handled_.on_stream = std::move(response.on_stream);
      handled_.answer.keep_alive = false;
    } else {
      write_body(response, out);
    }
    out.headers.emplace("X-Content-Type-Options", "nosniff");
    for (auto& [name, value] : response.headers) {
      if (is_ours_to_set(name)) continue;
      if (is_token(name) && is_header_value(value))
        out.headers.emplace(std::move(name), std::move(value));
      else
        log_.warn("http: the handler of {} set a malformed header; it is left out", handled_.route);
    }
  }

  void write_body(Response& response, httplib::Response& out) {
    if (!has_body(response.status)) return;
    const bool encoded = !find_header(response.headers, "Content-Encoding").empty();
    const bool choice = response.gzipped || (!encoded && is_compressible(response.content_type) &&
                                             response.body.size() > kCompressFromBytes);
    if (choice) {
      out.headers.emplace("Vary", "Accept-Encoding");
      if (encode(response)) out.headers.emplace("Content-Encoding", "gzip");
      out.status = handled_.status = response.status;
    }
    out.headers.emplace("Content-Type", is_header_value(response.content_type)
                                            ? response.content_type
                                            : "application/octet-stream");
    out.headers.emplace("Content-Length", std::to_string(response.body.size()));
    if (request_.method != "HEAD") handled_.answer.body = std::move(response.body);
  }

  /// Brings the body into the form that the peer takes; true when that is gzip.
  bool encode(Response& response) {
    const bool wanted = accepts_gzip(request_.headers);
    if (wanted && response.gzipped) return true;
    auto changed = wanted ? gzip(response.body) : Result<std::string>(std::string());
    if (!wanted) {
      if (!response.gzipped) return false;
      changed = gunzip(response.body, kAssetLimitBytes);
    }
    if (changed) {
      response.body = std::move(*changed);
      return wanted;
    }
    log_.error("http: the body of {}: {}", handled_.route, changed.error().message);
    if (response.gzipped) response = text_response(500, "internal error\n");
    return false;
  }

  /// Takes back what cpp-httplib adds of its own and is not true here.
  void correct(httplib::Response& out) {
    out.headers.erase("Keep-Alive");
    out.headers.erase("Accept-Ranges");
    const bool stream = handled_.on_stream != nullptr;
    if (stream || !has_body(out.status)) out.headers.erase("Content-Length");
    out.headers.erase("Connection");
    if (!handled_.answer.keep_alive)
      out.headers.emplace("Connection", "close");
    else if (http_1_0_)
      out.headers.emplace("Connection", "keep-alive");
  }

  const Router& router_;
  Log& log_;
  // Of the request that is being handled:
  Handled handled_;
  Request request_;
  std::optional<Response> ready_;
  std::string path_;
  bool http_1_0_ = false;
};

Adapter::Adapter(const Router& router, Log& log) : parser_(std::make_unique<Parser>(router, log)) {}
Adapter::~Adapter() = default;

Handled Adapter::handle(RawRequest request, const std::string& peer,
                        std::optional<Response> ready) {
  return parser_->handle(std::move(request), peer, std::move(ready));
}

}  // namespace lapwing::http
