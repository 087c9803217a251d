// Probe: one look at one target, whatever its kind: resolving, the deadline, notes and the end are
// here; the kinds are http_probe, tcp_probe, dns_probe and icmp_probe. All of it runs on the
// reactor's thread. Names, helps and order of the gauges are blackbox_exporter's.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "agent/http/client.h"
#include "collectors/probe/address.h"
#include "collectors/probe/module.h"
#include "collectors/probe/page.h"
#include "collectors/probe/reactor.h"
#include "collectors/scrape/http_access.h"
#include "collectors/slow_lane.h"

namespace lapwing::collectors::probe {

struct ProbeRequest {
  std::shared_ptr<const Module> module;
  std::string target;
  std::string hostname{};  ///< of HTTP's Host header or TLS, where the target is an address
  Duration timeout = 120s;
  bool debug = false;  ///< the result's notes are wanted
  /// Of an HTTP module: kept from probe to probe, since it may hold a token.
  std::shared_ptr<scrape::HttpAccess> access{};
};

struct ProbeResult {
  bool success = false;
  ProbePage page;     ///< probe_success and probe_duration_seconds among the rest
  std::string notes;  ///< "" unless asked for
};

using Send = std::function<void(http::ClientRequest, http::ClientCallback)>;

/// What probes share; it outlives them.
struct ProbeTools {
  Reactor& reactor;
  SlowLane& names;  ///< looks names up
  const Clock& clock;
  const Send& send;
};

class Probe : public std::enable_shared_from_this<Probe> {
 public:
  using Done = std::function<void(ProbeResult)>;

  Probe(const ProbeTools& tools, ProbeRequest request, Done done);
  virtual ~Probe() = default;
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  /// Begins; `done` is called once, on the reactor's thread, by the deadline.
  void start();

 protected:
  /// The kind's own work.
  virtual void begin() = 0;
  /// Lets go of sockets; after it nothing of the kind is called any more.
  virtual void release() {}

  /// Calls `chosen` with the address and what the look-up took, soon or before it returns. Without
  /// an address the probe ends.
  void resolve(const std::string& host, const AddressOptions& options,
               std::function<void(const Address&, double seconds)> chosen);
  /// The probe is over. Calling it again does nothing.
  void finish(bool success);
  /// The same after a note on why it failed.
  void fail(std::string_view why);
  bool over() const { return done_ == nullptr; }

  void note(std::string_view level, std::string_view message);
  Duration left() const;
  double seconds_since(std::chrono::nanoseconds instant) const;
  /// From here on somebody else keeps the deadline.
  void leave_deadline();

  const ProbeTools& tools_;
  const ProbeRequest request_;
  const Module& module_;
  ProbePage page_;

 private:
  struct LookUp;
  void take_addresses(const Result<std::vector<Address>>& addresses, const AddressOptions& options,
                      std::chrono::nanoseconds began,
                      const std::function<void(const Address&, double)>& chosen);

  Done done_;
  ProbeNotes notes_;
  std::chrono::nanoseconds began_{};
  Reactor::Timer timer_{};
  std::shared_ptr<SlowLane::Ticket> look_up_;  // while it runs
};

/// A new probe of the module's kind; nullptr where the kind is not served.
std::shared_ptr<Probe> make_probe(const ProbeTools& tools, ProbeRequest request, Probe::Done done);

// The kinds, each in its file.
std::shared_ptr<Probe> make_http_probe(const ProbeTools& tools, ProbeRequest request,
                                       Probe::Done done);
std::shared_ptr<Probe> make_tcp_probe(const ProbeTools& tools, ProbeRequest request,
                                      Probe::Done done);
std::shared_ptr<Probe> make_dns_probe(const ProbeTools& tools, ProbeRequest request,
                                      Probe::Done done);
std::shared_ptr<Probe> make_icmp_probe(const ProbeTools& tools, ProbeRequest request,
                                       Probe::Done done);

}  // namespace lapwing::collectors::probe
