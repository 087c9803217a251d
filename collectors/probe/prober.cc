#include "collectors/probe/prober.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "agent/base/number.h"
#include "agent/http/form.h"
#include "agent/http/header.h"
#include "agent/http/url.h"

namespace lapwing::collectors::probe {
namespace {

constexpr int kBadRequest = 400;
constexpr int kServerError = 500;
constexpr int kUnavailable = 503;
constexpr double kDefaultTimeoutSeconds = 120;
constexpr double kLongestTimeoutSeconds = 3600;
constexpr std::string_view kTextFormat =
    "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";
constexpr std::string_view kTimeoutHeader = "X-Prometheus-Scrape-Timeout-Seconds";

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

/// The module's timeout, or what the scrape leaves, whichever is shorter.
Duration timeout_of(double scrape_seconds, const Module& module, Duration offset) {
  const double left = scrape_seconds - to_seconds(offset);
  const double own = to_seconds(module.timeout);
  double seconds = (own > 0 && own < left) || left < 0 ? own : left;
  // blackbox_exporter would not wait at all; a scrape as short as the offset still gets a try.
  if (seconds <= 0) seconds = std::max(scrape_seconds / 2, 0.001);
  return Duration(
      std::max<std::int64_t>(1, std::int64_t(std::min(seconds, kLongestTimeoutSeconds) * 1000)));
}

}  // namespace

struct Prober::Asked {
  std::shared_ptr<const Module> module;
  bool debug = false;
};

Prober::Prober(ProberOptions options, Surroundings surroundings)
    : surroundings_(std::move(surroundings)),
      succeeded_(surroundings_.registry.counter("lapwing_probes_total", "Probes that have ended.",
                                                {{"result", "success"}})),
      failed_(surroundings_.registry.counter("lapwing_probes_total", "Probes that have ended.",
                                             {{"result", "failure"}})),
      rejected_(surroundings_.registry.counter("lapwing_probes_rejected_total",
                                               "Probes refused because too many were running.")),
      unknown_(surroundings_.registry.counter("lapwing_probe_unknown_module_total",
                                              "Probes asked for by modules that there are not.")),
      running_gauge_(surroundings_.registry.gauge("lapwing_probes_running", "Probes at work.")),
      options_(std::move(options)),
      reactor_(surroundings_.clock),
      tools_{reactor_, names_, surroundings_.clock, surroundings_.send} {}

Prober::~Prober() { stop(); }

void Prober::stop() { reactor_.stop(); }

void Prober::apply(ProberOptions options) {
  const std::lock_guard lock(mutex_);
  options_ = std::move(options);
}

http::Response Prober::refuse(int status, const std::string& text) {
  return http::text_response(status, text + "\n");
}

http::Response Prober::answer(const Asked& asked, const ProbeResult& result) const {
  (result.success ? succeeded_ : failed_).add();
  if (asked.debug)
    return http::text_response(200, "Logs for the probe:\n" + result.notes +
                                        "\n\n\nMetrics that would have been returned:\n" +
                                        result.page.text() + "\n\n\nModule configuration:\n" +
                                        asked.module->yaml);
  http::Response response;
  response.content_type = kTextFormat;
  response.body = result.page.text();
  return response;
}

std::optional<http::Response> Prober::read(const http::Request& request, ProbeRequest& probe) {
  std::string name(request.parameter("module"));
  if (name.empty()) name = "http_2xx";
  Duration offset{};
  {
    const std::lock_guard lock(mutex_);
    const auto found = options_.modules.find(name);
    if (found != options_.modules.end()) probe.module = found->second;
    offset = options_.timeout_offset;
  }
  if (!probe.module) {
    unknown_.add();
    return refuse(kBadRequest, "Unknown module " + quoted(name));
  }
  double scrape_seconds = 0;
  if (const std::string_view text = request.header(kTimeoutHeader); !text.empty()) {
    const Result<double> parsed = parse_value(text);
    if (!parsed || !std::isfinite(*parsed))
      return refuse(kServerError,
                    "Failed to parse timeout from Prometheus header: " + quoted(text));
    scrape_seconds = *parsed;
  }
  if (scrape_seconds <= 0) scrape_seconds = kDefaultTimeoutSeconds;
  probe.target = request.parameter("target");
  if (probe.target.empty()) return refuse(kBadRequest, "Target parameter is missing");
  if (probe.module->kind == Kind::NotServed)
    return refuse(kBadRequest, "Unknown prober " + quoted(probe.module->prober));
  probe.hostname = request.parameter("hostname");
  const std::string_view host = http::find_header(probe.module->http.headers, "Host");
  if (probe.module->kind == Kind::Http && !probe.hostname.empty() && !host.empty() &&
      host != probe.hostname)
    return refuse(kBadRequest,
                  "host header defined both in module configuration and with URL-parameter "
                  "'hostname'");
  probe.timeout = timeout_of(scrape_seconds, *probe.module, offset);
  probe.debug = request.parameter("debug") == "true";
  return std::nullopt;
}

void Prober::begin(ProbeRequest probe, Probe::Done done) {
  if (probe.module->kind == Kind::Http) {
    // Modules of configurations before this one go when nothing of theirs runs.
    std::erase_if(access_, [](const auto& known) { return known.first.use_count() == 1; });
    auto& access = access_[probe.module];
    if (!access)
      access = std::make_shared<scrape::HttpAccess>(
          probe.module->http.access,
          scrape::HttpAccess::Surroundings{surroundings_.clock, surroundings_.send});
    probe.access = access;
  }
  make_probe(tools_, std::move(probe), std::move(done))->start();
}

void Prober::end_one() {
  const std::lock_guard lock(mutex_);
  running_gauge_.set(double(--running_));
}

void Prober::handle(const http::Request& request, const http::Respond& respond) {
  ProbeRequest probe;
  if (auto refused = read(request, probe)) return respond(*std::move(refused));
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    full = running_ >= options_.concurrency_limit;
    if (!full) running_gauge_.set(double(++running_));
  }
  if (full) {
    rejected_.add();
    return respond(refuse(kUnavailable, "Too many probes are running"));
  }
  auto done = [this, asked = Asked{probe.module, probe.debug}, respond](const ProbeResult& result) {
    end_one();
    respond(answer(asked, result));
  };
  if (reactor_.post([this, probe = std::move(probe), done = std::move(done)]() mutable {
        begin(std::move(probe), std::move(done));
      }))
    return;
  end_one();
  respond(refuse(kUnavailable, "The agent is stopping"));
}

bool Prober::is_own(std::string_view url) {
  const http::Origin origin = http::origin_of(url);
  return origin.scheme == "http" && origin.host == kOwnHost;
}

void Prober::exchange(const http::ClientRequest& request, http::ClientCallback done) {
  http::Request asked;
  asked.method = request.method;
  asked.headers = request.headers;
  const std::size_t question = request.url.find('?');
  if (question != std::string::npos)
    asked.parameters = http::parse_form(std::string_view(request.url).substr(question + 1));
  const auto began = surroundings_.clock.monotonic();
  handle(asked, [this, began, done = std::move(done)](http::Response response) {
    http::ClientResponse answer;
    answer.status = response.status;
    answer.headers.emplace_back("Content-Type", std::move(response.content_type));
    answer.body = std::move(response.body);
    answer.seconds = std::chrono::duration<double>(surroundings_.clock.monotonic() - began).count();
    done(std::move(answer));
  });
}

}  // namespace lapwing::collectors::probe
