#include "collectors/host/systemd.h"

#include <catch2/catch.hpp>

#include "tests/collectors/host/fake_bus.h"
#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::collectors::host;
using namespace lapwing::testing;

namespace {

std::string units(std::initializer_list<std::array<const char*, 4>> list) {
  std::string rows;
  // An array of structs begins at 8, which is where its first byte stands in the body.
  for (const auto& [name, load, active, path] : list) {
    pad(rows, 8);
    for (const char* text : {name, "What it is", load, active, "sub", "", path})
      put_string(rows, text);
    put_u32(rows, 0);
    put_string(rows, "");
    put_string(rows, "/");
  }
  std::string body;
  put_u32(body, std::uint32_t(rows.size()));
  pad(body, 8);
  return body + rows;
}

std::string reply(std::uint32_t serial, const std::string& message) {
  const auto asks = [&](const char* what) { return message.find(what) != std::string::npos; };
  if (asks("ListUnits"))
    return answer(2, serial,
                  units({{"ssh.service", "loaded", "active", "/u/ssh"},
                         {"a.socket", "loaded", "failed", "/u/a"},
                         {"gone.service", "not-found", "inactive", "/u/gone"},
                         {"x.mount", "loaded", "active", "/u/x"}}));
  if (asks("NRestarts")) return answer(2, serial, number_property(3));
  if (asks("NRefused")) return answer(3, serial, "", "org.freedesktop.DBus.Error.UnknownProperty");
  if (asks("NAccepted")) return answer(2, serial, number_property(7));
  if (asks("NConnections")) return answer(2, serial, number_property(1));
  if (asks("Version")) return answer(2, serial, text_property("252.30-1~deb12u2"));
  if (asks("Virtualization")) return answer(2, serial, text_property(""));
  if (asks("SystemState")) return answer(2, serial, text_property("degraded"));
  return answer(2, serial, text_property("notify"));
}

}  // namespace

TEST_CASE("systemd: units, services and sockets; what this systemd lacks is left out") {
  BareHost host;
  std::filesystem::create_directories(host.folder / "root/run/dbus");
  const FakeBus bus(host.folder / "root/run/dbus/system_bus_socket", reply);
  const Samples found = host.bed.run("systemd");
  REQUIRE(host.bed.last.ok());
  CHECK(found.at(R"(node_systemd_unit_state{name="ssh.service",state="active",type="notify"})") ==
        1);
  CHECK(found.at(R"(node_systemd_unit_state{name="ssh.service",state="failed",type="notify"})") ==
        0);
  CHECK(found.at(R"(node_systemd_unit_state{name="a.socket",state="failed",type=""})") == 1);
  CHECK(found.at(R"(node_systemd_service_restart_total{name="ssh.service"})") == 3);
  CHECK(found.at(R"(node_systemd_socket_accepted_connections_total{name="a.socket"})") == 7);
  CHECK(found.at(R"(node_systemd_socket_current_connections{name="a.socket"})") == 1);
  CHECK(found.at(R"(node_systemd_units{state="active"})") == 2);
  CHECK(found.at(R"(node_systemd_units{state="inactive"})") == 1);
  CHECK(found.at("node_systemd_system_running") == 0);
  CHECK(found.at(R"(node_systemd_version{version="252.30-1~deb12u2"})") == 252.30);
  for (const auto& [series, value] : found) {
    CHECK(series.find("gone") == std::string::npos);
    CHECK(series.find("x.mount") == std::string::npos);
    CHECK(series.find("refused") == std::string::npos);
  }
}

TEST_CASE("systemd: a bus without systemd is no data") {
  BareHost host;
  std::filesystem::create_directories(host.folder / "root/run/dbus");
  const FakeBus bus(host.folder / "root/run/dbus/system_bus_socket",
                    [](std::uint32_t serial, const std::string&) {
                      return answer(3, serial, "", "org.freedesktop.DBus.Error.ServiceUnknown");
                    });
  host.bed.run("systemd");
  CHECK(host.bed.failed(ErrorKind::NoData));
}

TEST_CASE("systemd: a list of units that is cut short is Invalid, wherever it is cut") {
  const std::string body = units({{"ssh.service", "loaded", "active", "/u/ssh"}});
  REQUIRE(parse_units(body).ok());
  CHECK(parse_units(body)->front().active_state == "active");
  for (std::size_t length = 0; length < body.size(); ++length)
    CHECK_FALSE(parse_units(std::string_view(body).substr(0, length)).ok());
  CHECK(parse_units(std::string_view("\0\0\0\0\0\0\0\0", 8))->empty());
}

TEST_CASE("systemd: the number of a version") {
  CHECK(systemd_version_number("252.30-1~deb12u2") == 252.30);
  CHECK(systemd_version_number("v257~rc1") == 257);
  CHECK(systemd_version_number("unknown") == 0);
}
