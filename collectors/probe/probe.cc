#include "collectors/probe/probe.h"

#include <algorithm>
#include <utility>

namespace lapwing::collectors::probe {
namespace {

constexpr Gauge kSuccess{"probe_success", "Displays whether or not the probe was a success"};
constexpr Gauge kDuration{"probe_duration_seconds",
                          "Returns how long the probe took to complete in seconds"};
constexpr Gauge kLookUpTime{"probe_dns_lookup_time_seconds",
                            "Returns the time taken for probe dns lookup in seconds"};
constexpr Gauge kIpProtocol{"probe_ip_protocol",
                            "Specifies whether probe ip protocol is IP4 or IP6"};
constexpr Gauge kAddressHash{
    "probe_ip_addr_hash",
    "Specifies the hash of IP address. It's useful to detect if the IP address changes."};

}  // namespace

/// What a thread of the lane writes; its own until `posted`.
struct Probe::LookUp {
  Result<std::vector<Address>> addresses = unavailable("not looked up");
};

Probe::Probe(const ProbeTools& tools, ProbeRequest request, Done done)
    : tools_(tools),
      request_(std::move(request)),
      module_(*request_.module),
      done_(std::move(done)),
      notes_(request_.debug) {}

void Probe::start() {
  began_ = tools_.clock.monotonic();
  timer_ = tools_.reactor.after(
      request_.timeout, [self = shared_from_this()] { self->fail("the deadline has passed"); });
  begin();
}

void Probe::leave_deadline() { tools_.reactor.cancel(timer_); }

Duration Probe::left() const {
  const auto spent = tools_.clock.monotonic() - began_;
  return std::max(std::chrono::ceil<Duration>(request_.timeout - spent), Duration(1));
}

double Probe::seconds_since(std::chrono::nanoseconds instant) const {
  return std::chrono::duration<double>(tools_.clock.monotonic() - instant).count();
}

void Probe::note(std::string_view level, std::string_view message) {
  if (notes_.kept()) notes_.note(tools_.clock.now(), level, message);
}

void Probe::fail(std::string_view why) {
  if (over()) return;
  note("ERROR", why);
  finish(false);
}

void Probe::finish(bool success) {
  if (over()) return;
  const auto self = shared_from_this();  // the timer may hold the last one
  const Done done = std::exchange(done_, nullptr);
  tools_.reactor.cancel(timer_);
  if (look_up_) tools_.names.leave_behind(look_up_);
  release();
  page_.set(kDuration, seconds_since(began_));
  page_.set(kSuccess, success ? 1 : 0);
  note(success ? "INFO" : "ERROR", success ? "Probe succeeded" : "Probe failed");
  done({success, std::move(page_), notes_.text()});
}

void Probe::resolve(const std::string& host, const AddressOptions& options,
                    std::function<void(const Address&, double)> chosen) {
  page_.set(kLookUpTime, 0);
  page_.set(kIpProtocol, 0);
  page_.set(kAddressHash, 0);
  const auto began = tools_.clock.monotonic();
  if (const auto literal = literal_address(host))
    return take_addresses(std::vector{*literal}, options, began, chosen);
  auto look = std::make_shared<LookUp>();
  look_up_ = tools_.names.submit(
      [look, host] { look->addresses = look_up(host); },
      [look, &options, began, chosen = std::move(chosen), self = shared_from_this()] {
        self->tools_.reactor.post([=] {
          self->look_up_.reset();
          if (!self->over()) self->take_addresses(look->addresses, options, began, chosen);
        });
      });
}

void Probe::take_addresses(const Result<std::vector<Address>>& addresses,
                           const AddressOptions& options, std::chrono::nanoseconds began,
                           const std::function<void(const Address&, double)>& chosen) {
  const double seconds = seconds_since(began);
  page_.set(kLookUpTime, seconds);
  if (!addresses) return fail("Error resolving address: " + addresses.error().message);
  const std::optional<Address> address = choose(*addresses, options);
  if (!address) return fail("Error resolving address: unable to find ip; no fallback");
  page_.set(kIpProtocol, address->is_ip4() ? 4 : 6);
  page_.set(kAddressHash, address_hash(*address));
  note("INFO", "Resolved target address: " + address->text());
  chosen(*address, seconds);
}

std::shared_ptr<Probe> make_probe(const ProbeTools& tools, ProbeRequest request, Probe::Done done) {
  switch (request.module->kind) {
    case Kind::Http:
      return make_http_probe(tools, std::move(request), std::move(done));
    case Kind::Tcp:
      return make_tcp_probe(tools, std::move(request), std::move(done));
    case Kind::Dns:
      return make_dns_probe(tools, std::move(request), std::move(done));
    case Kind::Icmp:
      return make_icmp_probe(tools, std::move(request), std::move(done));
    case Kind::NotServed:
      break;
  }
  return nullptr;
}

}  // namespace lapwing::collectors::probe
