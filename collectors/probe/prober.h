// Prober: runs probes, however they are asked for: by GET /probe, or by our own scrapes of it,
// which do not go over the network. One thread for all of them; no probe waits for another.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "agent/base/log.h"
#include "agent/http/client.h"
#include "agent/http/message.h"
#include "agent/metrics/registry.h"
#include "collectors/probe/module.h"
#include "collectors/probe/probe.h"

namespace lapwing::collectors::probe {

/// Where `probes` are scraped: a name that no host can have (RFC 6761).
inline constexpr std::string_view kOwnHost = "probes.invalid";

struct ProberOptions {
  Modules modules = default_modules();
  /// Probes at once; one more is refused and counted.
  std::size_t concurrency_limit = 256;
  /// What is left of a scrape's timeout for the way back, as in blackbox_exporter.
  Duration timeout_offset = 500ms;
};

class Prober {
 public:
  struct Surroundings {
    const Clock& clock;
    Log& log;
    metrics::Registry& registry;
    Send send;  ///< http::Client::send; not called after stop()
  };

  Prober(ProberOptions options, Surroundings surroundings);
  ~Prober();

  /// Probes that run go on as they were. Any thread.
  void apply(ProberOptions options);
  /// Drops what runs: nobody is answered any more. Any thread but the prober's.
  void stop();

  /// Answers GET /probe as blackbox_exporter does: parameters target, module, hostname, debug. Any
  /// thread; `respond` is called once, soon or by the probe's deadline.
  void handle(const http::Request& request, const http::Respond& respond);

  /// Whether the URL is /probe at kOwnHost.
  static bool is_own(std::string_view url);
  /// A scrape of kOwnHost: the same as handle(), as an exchange of the client's.
  void exchange(const http::ClientRequest& request, http::ClientCallback done);

 private:
  struct Asked;
  static http::Response refuse(int status, const std::string& text);
  http::Response answer(const Asked& asked, const ProbeResult& result) const;
  /// Fills `probe`, or gives the refusal.
  std::optional<http::Response> read(const http::Request& request, ProbeRequest& probe);
  /// On the reactor's thread.
  void begin(ProbeRequest probe, Probe::Done done);
  void end_one();

  const Surroundings surroundings_;
  const metrics::Counter succeeded_;
  const metrics::Counter failed_;
  const metrics::Counter rejected_;
  const metrics::Counter unknown_;
  const metrics::Gauge running_gauge_;
  std::mutex mutex_;
  ProberOptions options_;    // guarded by mutex_
  std::size_t running_ = 0;  // guarded by mutex_
  /// By module; the reactor thread's own.
  std::map<std::shared_ptr<const Module>, std::shared_ptr<scrape::HttpAccess>> access_;
  Reactor reactor_;
  SlowLane names_;
  const ProbeTools tools_;
};

}  // namespace lapwing::collectors::probe
