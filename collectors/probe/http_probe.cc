// The HTTP probe: resolves by itself, as the phases ask for, calls by the one client, judges.
#include <fmt/core.h>

#include <algorithm>

#include "agent/base/file.h"
#include "agent/http/header.h"
#include "agent/http/url.h"
#include "collectors/probe/http_check.h"
#include "collectors/probe/probe.h"
#include "collectors/probe/tls_gauges.h"

namespace lapwing::collectors::probe {
namespace {

constexpr Gauge kDuration{"probe_http_duration_seconds",
                          "Duration of http request by phase, summed over all redirects"};
constexpr Gauge kContentLength{"probe_http_content_length", "Length of http content response"};
constexpr Gauge kBodyLength{"probe_http_uncompressed_body_length",
                            "Length of uncompressed response body"};
constexpr Gauge kRedirects{"probe_http_redirects", "The number of redirects"};
constexpr Gauge kSsl{"probe_http_ssl", "Indicates if SSL was used for the final redirect"};
constexpr Gauge kStatus{"probe_http_status_code", "Response HTTP status code"};
constexpr Gauge kVersion{"probe_http_version", "Returns the version of HTTP of the probe response"};
constexpr Gauge kDueToRegex{"probe_failed_due_to_regex", "Indicates if probe failed due to regex"};
constexpr Gauge kLastModified{"probe_http_last_modified_timestamp_seconds",
                              "Returns the Last-Modified HTTP response header in unixtime"};

constexpr std::size_t kBodyFileLimitBytes = 1u << 20;

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

class HttpProbe final : public Probe {
 public:
  using Probe::Probe;

 private:
  const HttpModule& http() const { return module_.http; }
  std::size_t body_limit() const {
    return std::size_t(http().body_size_limit_bytes > 0 ? http().body_size_limit_bytes
                                                        : kBodyLimitBytes);
  }

  void begin() override {
    page_.set(kDuration, {{"phase", "resolve"}}, 0);
    for (const Gauge* gauge :
         {&kContentLength, &kBodyLength, &kRedirects, &kSsl, &kStatus, &kVersion, &kDueToRegex})
      page_.set(*gauge, 0);
    url_ = request_.target;
    if (!url_.starts_with("http://") && !url_.starts_with("https://")) url_.insert(0, "http://");
    const std::string host = http::origin_of(url_).host;
    if (host.empty()) return fail("Could not parse target URL");
    resolve(host, http().address, [this](const Address& address, double seconds) {
      page_.set(kDuration, {{"phase", "resolve"}}, seconds);
      for (const char* phase : {"connect", "tls", "processing", "transfer"})
        page_.set(kDuration, {{"phase", phase}}, 0);
      call(address);
    });
  }

  Result<http::ClientRequest> make_request(const Address& address) {
    http::ClientRequest request;
    request.method = http().method;
    request.url = url_;
    request.headers = http().headers;
    request.body = http().body;
    if (!http().body_file.empty()) {
      auto body = read_file(http().body_file, kBodyFileLimitBytes);
      if (!body) return std::move(body).in("body_file").error();
      request.body = *std::move(body);
    }
    if (!request_.hostname.empty()) request.headers.emplace_back("Host", request_.hostname);
    if (auto ready = request_.access->prepare(request); !ready) return std::move(ready).error();
    const http::ProxyOptions& proxy = http().access.proxy;
    if (proxy.url.empty() && !proxy.from_environment) request.address = address.text();
    request.timeout = left();
    request.response_limit_bytes = body_limit();
    request.accept_compressed = false;
    request.fresh_connection = true;
    request.http2 = http().enable_http2;
    request.unpack = false;
    const bool needs_body = !http().fail_if_body_matches.empty() ||
                            !http().fail_if_body_not_matches.empty() ||
                            http().compression != Compression::None;
    request.keep_body = needs_body;
    request.trace = trace_;
    return request;
  }

  void call(const Address& address) {
    Result<http::ClientRequest> request = make_request(address);
    if (!request) return fail(request.error().message);
    note("INFO", "Making HTTP request: " + http::presentable_url(url_));
    // The client keeps the deadline, and owns the trace until it calls back.
    leave_deadline();
    tools_.send(*std::move(request),
                [self = shared_from_this(), this](Result<http::ClientResponse> answer) {
                  tools_.reactor.post([self, this, answer = std::move(answer)]() mutable {
                    take(std::move(answer));
                  });
                });
  }

  void take(Result<http::ClientResponse> answer) {
    if (!answer) note("ERROR", answer.error().message);
    add_phases();
    const http::ClientTrace& trace = *trace_;
    page_.set(kRedirects, double(trace.hops.empty() ? 0 : trace.hops.size() - 1));
    const int status = trace.hops.empty() ? 0 : trace.hops.back().status;
    if (status == 0) return fail("Error for HTTP request");
    judge(std::move(answer), status);
  }

  void judge(Result<http::ClientResponse> answer, int status) {
    const http::ClientTrace& trace = *trace_;
    const bool left_there =
        is_redirect(status) && !http::find_header(trace.headers, "Location").empty();
    if (left_there) page_.add(kRedirects, {}, 1);
    std::string body;
    const bool whole = answer.ok();
    bool was_packed = true;
    double length = double(std::min<std::uint64_t>(trace.body_bytes, body_limit()));
    if (answer && http().compression != Compression::None) {
      auto unpacked = unpack_body(http().compression, std::move(answer->body), body_limit());
      was_packed = unpacked.has_value();
      body = unpacked ? *std::move(unpacked) : std::string();
      length = double(body.size());
    } else if (answer) {
      body = std::move(answer->body);
    }
    if (left_there) length = 0;
    const bool tls = !trace.tls.empty();
    const HttpVerdict verdict = check_http_answer({.status = status,
                                                   .protocol = trace.protocol,
                                                   .headers = trace.headers,
                                                   .body = body,
                                                   .body_is_whole = whole,
                                                   .unpacked = was_packed,
                                                   .tls = tls},
                                                  http());
    if (const auto time =
            parse_http_date(std::string(http::find_header(trace.headers, "Last-Modified"))))
      page_.set(kLastModified, *time);
    page_.set(kStatus, status);
    page_.set(kVersion, protocol_number(trace.protocol));
    page_.set(kContentLength, content_length(trace.headers, status));
    page_.set(kBodyLength, length);
    page_.set(kDueToRegex, verdict.failed_due_to_regex ? 1 : 0);
    page_.set(kSsl, tls ? 1 : 0);
    if (tls) set_tls_gauges(page_, trace.tls, Cipher::Shown);
    if (verdict.success) return finish(true);
    fail(verdict.reason);
  }

  void add_phases() {
    const auto add = [this](const char* phase, double seconds) {
      page_.add(kDuration, {{"phase", phase}}, std::max(seconds, 0.0));
    };
    for (std::size_t i = 0; i < trace_->hops.size(); ++i) {
      const http::Hop& hop = trace_->hops[i];
      if (i > 0) add("resolve", hop.name_looked_up);
      const double ready = hop.tls ? hop.tls_agreed : hop.connected;
      if (hop.connected == 0 || ready == 0) continue;
      add("connect", hop.connected - hop.name_looked_up);
      if (hop.tls) add("tls", hop.tls_agreed - hop.connected);
      if (hop.first_byte == 0) continue;
      add("processing", hop.first_byte - ready);
      if (i + 1 == trace_->hops.size()) add("transfer", hop.ended - hop.first_byte);
    }
  }

  std::string url_;
  const std::shared_ptr<http::ClientTrace> trace_ = std::make_shared<http::ClientTrace>();
};

}  // namespace

std::shared_ptr<Probe> make_http_probe(const ProbeTools& tools, ProbeRequest request,
                                       Probe::Done done) {
  return std::make_shared<HttpProbe>(tools, std::move(request), std::move(done));
}

}  // namespace lapwing::collectors::probe
