#include "collectors/host/systemd.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <utility>

#include "collectors/host/dbus_connection.h"
#include "collectors/host/factories.h"
#include "collectors/host/filter.h"
#include "collectors/registry.h"

namespace lapwing::collectors::host {
namespace {

constexpr MetricInfo kUnitState{"node_systemd_unit_state",
                                "Whether the unit is in the state.",
                                MetricType::Gauge,
                                {"name", "state", "type"}};
constexpr MetricInfo kUnits{
    "node_systemd_units", "Units that are in the state.", MetricType::Gauge, {"state"}};
constexpr MetricInfo kRunning{"node_systemd_system_running",
                              "Whether systemd says that the system is running, not degraded.",
                              MetricType::Gauge};
constexpr MetricInfo kVersion{
    "node_systemd_version", "The version of systemd.", MetricType::Gauge, {"version"}};
constexpr MetricInfo kVirtualization{"node_systemd_virtualization_info",
                                     "What systemd thinks that the host runs in.",
                                     MetricType::Gauge,
                                     {"virtualization_type"}};
constexpr MetricInfo kRestarts{"node_systemd_service_restart_total",
                               "How often systemd started the service again by itself.",
                               MetricType::Counter,
                               {"name"}};
constexpr MetricInfo kTimer{"node_systemd_timer_last_trigger_seconds",
                            "When the timer elapsed last.",
                            MetricType::Gauge,
                            {"name"}};
constexpr MetricInfo kAccepted{"node_systemd_socket_accepted_connections_total",
                               "Connections that the socket accepted.",
                               MetricType::Counter,
                               {"name"}};
constexpr MetricInfo kCurrent{"node_systemd_socket_current_connections",
                              "Connections that the socket has now.",
                              MetricType::Gauge,
                              {"name"}};
constexpr MetricInfo kRefused{"node_systemd_socket_refused_connections_total",
                              "Connections that the socket refused.",
                              MetricType::Gauge,
                              {"name"}};

constexpr std::array<std::string_view, 5> kStates = {"activating", "active", "deactivating",
                                                     "failed", "inactive"};
constexpr std::string_view kDestination = "org.freedesktop.systemd1";
constexpr std::string_view kManagerPath = "/org/freedesktop/systemd1";
constexpr std::string_view kManager = "org.freedesktop.systemd1.Manager";
constexpr std::string_view kService = "org.freedesktop.systemd1.Service";
constexpr std::string_view kSocket = "org.freedesktop.systemd1.Socket";
constexpr std::string_view kTimerInterface = "org.freedesktop.systemd1.Timer";
constexpr std::string_view kProperties = "org.freedesktop.DBus.Properties";
constexpr std::size_t kCallsAtOnce = 64;
constexpr double kMicro = 1e-6;

/// A property of one unit that is wanted, and the metric that it becomes.
struct Wanted {
  const SystemdUnit* unit;
  std::string_view interface;
  std::string_view property;
  const MetricInfo* info;  // nullptr: the type of a service
};

dbus::Call get_property(std::string_view path) { return {kDestination, path, kProperties, "Get"}; }

bool has_no_owner(std::string_view message) {
  return message.ends_with("Error.ServiceUnknown") || message.ends_with("Error.NameHasNoOwner");
}

bool is_loaded(const SystemdUnit& unit) { return unit.load_state == "loaded"; }

class SystemdCollector final : public Collector {
 public:
  explicit SystemdCollector(const FactoryInput& input)
      : socket_path_(input.context.paths.in_root("run/dbus/system_bus_socket")),
        included_(input, "unit_include"),
        excluded_(input, "unit_exclude") {}

  Result<void> collect(MetricWriter& out) override {
    auto connection = dbus::Connection::open(socket_path_);
    if (!connection) return std::move(connection).error();
    if (auto written = write_manager(*connection, out); !written) return written;
    const auto answer = connection->call({kDestination, kManagerPath, kManager, "ListUnits"}, {});
    if (!answer) return answer.error();
    const auto units = parse_units(answer->body);
    if (!units) return Error(units.error()).in("ListUnits");
    write_summary(*units, out);
    std::vector<const SystemdUnit*> chosen;
    for (const SystemdUnit& unit : *units)
      if (is_loaded(unit) && included_.matches(unit.name) && !excluded_.matches(unit.name))
        chosen.push_back(&unit);
    types_.clear();
    if (auto written = write_properties(*connection, chosen, out); !written) return written;
    for (const SystemdUnit* const unit : chosen) {
      const auto type = types_.find(unit->name);
      for (const std::string_view state : kStates)
        out.sample(kUnitState,
                   {unit->name, state, type == types_.end() ? std::string_view() : type->second},
                   unit->active_state == state ? 1 : 0);
    }
    return {};
  }

 private:
  Result<std::string> manager_text(dbus::Connection& connection, std::string_view property) {
    const auto answer = connection.call(get_property(kManagerPath), {kManager, property});
    if (!answer) return answer.error();
    dbus::BodyReader reader(answer->body);
    if (reader.signature() != "s") return invalid(std::string(property) + " is not a text");
    std::string text(reader.string());
    if (auto done = reader.done(); !done) return std::move(done).error();
    return text;
  }

  Result<void> write_manager(dbus::Connection& connection, MetricWriter& out) {
    const auto version = manager_text(connection, "Version");
    // A bus without systemd: this host is run by another init.
    if (!version && has_no_owner(version.error().message))
      return no_data("no systemd on the bus at " + socket_path_);
    if (!version) return version.error();
    out.sample(kVersion, {*version}, systemd_version_number(*version));
    const auto virtualization = manager_text(connection, "Virtualization");
    if (!virtualization) return virtualization.error();
    out.sample(kVirtualization, {virtualization->empty() ? "none" : *virtualization}, 1);
    const auto state = manager_text(connection, "SystemState");
    if (!state) return state.error();
    out.sample(kRunning, *state == "running" ? 1 : 0);
    return {};
  }

  static void write_summary(const std::vector<SystemdUnit>& units, MetricWriter& out) {
    std::map<std::string_view, std::uint64_t> counts;
    for (const std::string_view state : kStates) counts[state] = 0;
    for (const SystemdUnit& unit : units)
      if (const auto found = counts.find(unit.active_state); found != counts.end()) ++found->second;
    for (const auto& [state, count] : counts) out.sample(kUnits, {state}, double(count));
  }

  Result<void> write_properties(dbus::Connection& connection,
                                const std::vector<const SystemdUnit*>& units, MetricWriter& out) {
    std::vector<Wanted> wanted;
    for (const SystemdUnit* const unit : units) {
      if (unit->name.ends_with(".service")) {
        wanted.push_back({unit, kService, "Type", nullptr});
        wanted.push_back({unit, kService, "NRestarts", &kRestarts});
      } else if (unit->name.ends_with(".socket")) {
        wanted.push_back({unit, kSocket, "NAccepted", &kAccepted});
        wanted.push_back({unit, kSocket, "NConnections", &kCurrent});
        wanted.push_back({unit, kSocket, "NRefused", &kRefused});
      } else if (unit->name.ends_with(".timer")) {
        wanted.push_back({unit, kTimerInterface, "LastTriggerUSec", &kTimer});
      }
    }
    for (std::size_t from = 0; from < wanted.size(); from += kCallsAtOnce) {
      const std::size_t count = std::min(kCallsAtOnce, wanted.size() - from);
      if (auto asked = ask(connection, std::span(wanted).subspan(from, count), out); !asked)
        return asked;
    }
    return {};
  }

  Result<void> ask(dbus::Connection& connection, std::span<const Wanted> wanted,
                   MetricWriter& out) {
    std::map<std::uint32_t, const Wanted*> waiting;
    for (const Wanted& one : wanted) {
      const auto serial =
          connection.send(get_property(one.unit->path), {one.interface, one.property});
      if (!serial) return serial.error();
      waiting[*serial] = &one;
    }
    while (!waiting.empty()) {
      const auto answer = connection.receive();
      if (!answer) return answer.error();
      const auto found = waiting.find(answer->reply_serial);
      if (found == waiting.end()) continue;
      const Wanted& one = *found->second;
      waiting.erase(found);
      // A unit that went since, or a property that this systemd does not have yet.
      if (answer->type != dbus::MessageType::Return) continue;
      if (auto written = write_property(one, answer->body, out); !written)
        return std::move(written).in(one.property);
    }
    return {};
  }

  Result<void> write_property(const Wanted& wanted, std::string_view body, MetricWriter& out) {
    dbus::BodyReader reader(body);
    const std::string_view type = reader.signature();
    if (wanted.info == nullptr) {
      if (type != "s") return invalid("the type of a service is not a text");
      types_[wanted.unit->name] = reader.string();
    } else if (type == "u") {
      out.sample(*wanted.info, {wanted.unit->name}, double(reader.u32()));
    } else if (type == "t") {
      out.sample(*wanted.info, {wanted.unit->name}, double(reader.u64()) * kMicro);
    } else {
      return invalid("a property has another type than it should");
    }
    return reader.done();
  }

  const std::string socket_path_;
  Filter included_;
  Filter excluded_;
  std::map<std::string, std::string, std::less<>> types_;  // of services, by the unit's name
};

}  // namespace

Result<std::vector<SystemdUnit>> parse_units(std::string_view body) {
  dbus::BodyReader reader(body);
  const std::size_t length = reader.u32();
  reader.align(8);
  const std::size_t end = reader.position() + length;
  if (reader.failed() || end > body.size()) return invalid("the list of units is cut short");
  std::vector<SystemdUnit> units;
  while (reader.position() < end && !reader.failed()) {
    if (units.size() >= kUnitLimit)
      return invalid("more than " + std::to_string(kUnitLimit) + " units");
    SystemdUnit unit;
    reader.align(8);
    unit.name = reader.string();
    reader.string();  // description
    unit.load_state = reader.string();
    unit.active_state = reader.string();
    reader.string();  // the state in the words of the unit's type
    reader.string();  // the unit that it follows
    unit.path = reader.string();
    reader.u32();  // the job that is queued for it, its type and its path
    reader.string();
    reader.string();
    units.push_back(std::move(unit));
  }
  if (auto done = reader.done(); !done) return std::move(done).error();
  return units;
}

double systemd_version_number(std::string_view version) {
  const std::size_t digit = std::min(version.find_first_of("0123456789"), version.size());
  version.remove_prefix(digit);
  const std::size_t end = std::min(version.find_first_not_of("0123456789."), version.size());
  double number = 0;
  std::from_chars(version.data(), version.data() + end, number);
  return number;
}

std::unique_ptr<Collector> make_systemd(const FactoryInput& input) {
  return std::make_unique<SystemdCollector>(input);
}

}  // namespace lapwing::collectors::host
