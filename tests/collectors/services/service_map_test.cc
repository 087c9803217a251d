#include "collectors/services/service_map.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::services;

namespace {

std::shared_ptr<const Service> service(std::uint32_t id, const char* name, bool own = true) {
  return std::make_shared<const Service>(Service{ServiceId(id), name, ServiceKind::Unit, own});
}

std::string_view label(const Service* found) { return found ? found->label() : "none"; }

}  // namespace

TEST_CASE("service_map: finds by process, by cgroup and by listening socket, in any order given") {
  const ServiceMap map({.services = {service(0, "nginx"), service(3, "redis", false)},
                        .processes = {{900, 1}, {7, 0}, {32, 0}},
                        .cgroups = {{5001, 1}, {4711, 0}},
                        .listeners = {{.inode = 88, .port = 6379, .service = 1},
                                      {.inode = 12, .port = 80, .service = 0},
                                      {.inode = 50, .port = 22}}});
  CHECK(label(map.of_process(7)) == "nginx");
  CHECK(label(map.of_process(32)) == "nginx");
  CHECK(label(map.of_process(900)) == "other");
  CHECK(map.of_process(900)->name == "redis");
  CHECK(label(map.of_process(8)) == "none");
  CHECK(label(map.of_cgroup(4711)) == "nginx");
  CHECK(label(map.of_cgroup(1)) == "none");
  CHECK(label(map.of_listener(12)) == "nginx");
  CHECK(label(map.of_listener(50)) == "none");
  CHECK(label(map.of_listener(99)) == "none");
  CHECK(map.listeners().front().port == 80);
  CHECK(label(map.find("nginx")) == "nginx");
  CHECK(map.find("nobody") == nullptr);
}

TEST_CASE("service_map: an empty one and indexes out of range know nothing") {
  const ServiceMap empty;
  CHECK(empty.of_process(1) == nullptr);
  CHECK(empty.of_cgroup(1) == nullptr);
  CHECK(empty.of_listener(1) == nullptr);
  CHECK(empty.services().empty());
  const ServiceMap wrong({.services = {service(0, "a")}, .processes = {{1, 9}}});
  CHECK(wrong.of_process(1) == nullptr);
}
