#include "collectors/services/identity.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::services;

namespace {

ProcessFacts process(std::string comm, std::vector<std::string> arguments = {},
                     std::string executable = {}) {
  ProcessFacts facts;
  facts.comm = std::move(comm);
  facts.arguments = std::move(arguments);
  facts.executable = std::move(executable);
  return facts;
}

ProcessFacts in_unit(ProcessFacts facts, const char* unit) {
  facts.owner = CgroupOwner{CgroupOwner::Kind::Unit, unit, {}, {}, "/a"};
  return facts;
}

ProcessFacts in_container(ProcessFacts facts, const char* container) {
  facts.owner = CgroupOwner{CgroupOwner::Kind::Container, "4f2a", "4f2a", "docker", "/a"};
  facts.container_name = container;
  return facts;
}

Regex pattern(const char* text) { return *Regex::create(text); }

}  // namespace

TEST_CASE("identity: a group of processes has the name of its executable") {
  CHECK(executable_name(process("nginx", {"nginx: master process"}, "/usr/sbin/nginx")) == "nginx");
  CHECK(executable_name(process("nginx", {}, "/usr/sbin/nginx (deleted)")) == "nginx");
  // Without the right to see the executable: comm, or what it was cut from.
  CHECK(executable_name(process("redis-server", {"/usr/bin/redis-server *:6379"})) ==
        "redis-server");
  CHECK(executable_name(process("prometheus-node", {"/usr/bin/prometheus-node-exporter", "-x"})) ==
        "prometheus-node-exporter");
  CHECK(executable_name(process("postgres", {"postgres: checkpointer"})) == "postgres");
  CHECK(executable_name(process("")) == "unknown");
  CHECK(executable_name(process("a\nb")) == "a?b");
  ProcessFacts thread = process("kworker/0:1-events");
  thread.kernel_thread = true;
  CHECK(executable_name(thread) == "kernel");
}

TEST_CASE("identity: an executable of many names has the one that was called") {
  CHECK(executable_name(process("redis-server", {"redis-server *:6379"},
                                "/usr/bin/redis-check-rdb")) == "redis-server");
  CHECK(executable_name(process("httpd", {"/usr/sbin/httpd", "-f"}, "/bin/busybox")) == "httpd");
  // One of comm and argv[0] alone says nothing: programs set them as they like.
  CHECK(executable_name(process("init", {"/sbin/other"}, "/usr/lib/app")) == "app");
  CHECK(executable_name(process("app-17331", {"app-17331"}, "/usr/lib/app")) == "app");
  // A memory file's name is no name, in comm neither.
  CHECK(executable_name(process("memfd:sealed-91", {"tools/backend --uid 0"},
                                "/memfd:sealed-91173221a7ea (deleted)")) == "backend");
}

TEST_CASE("identity: an interpreter has the name of what it runs") {
  CHECK(executable_name(process("python3", {"python3", "-u", "/srv/shop/server.py", "--x"})) ==
        "server.py");
  CHECK(executable_name(process("x", {"python3", "a.py"}, "/usr/bin/python3.11")) == "a.py");
  CHECK(executable_name(process("python3", {"python3", "-m", "http.server"})) == "http.server");
  CHECK(executable_name(process("java", {"java", "-Xmx1g", "-jar", "/srv/shop.jar"})) ==
        "shop.jar");
  CHECK(executable_name(process("sh", {"sh", "-c", "while true; do :; done"})) == "sh");
  CHECK(executable_name(process("bash", {"-bash"})) == "bash");
  CHECK(executable_name(process("sh", {"sh", "-ec", "text", "3"})) == "sh");
  CHECK(executable_name(process("bash", {"bash", "-euo", "pipefail", "/srv/run.sh"})) == "run.sh");
  CHECK(executable_name(process("bash", {"bash", "-e", "run.sh"})) == "run.sh");
  CHECK(executable_name(process("perl", {"perl", "-ne", "print"})) == "perl");
  CHECK(executable_name(process("java", {"java", "-cp", "a.jar", "org.shop.Main"})) ==
        "org.shop.Main");
  CHECK(executable_name(process("python3", {"python3", "-", "x"})) == "python3");
  CHECK(executable_name(process("sh", {"sh", "3"})) == "sh");
  CHECK(executable_name(process("runc", {}, "/memfd:sealed-91173221a7ea (deleted)")) == "runc");
  // A temporary file's number is not a name.
  CHECK(executable_name(process("bash", {"bash", "/tmp/job.48213"})) == "bash");
}

TEST_CASE("identity: unit and container go before the executable") {
  CHECK(identify(in_unit(process("nginx"), "web"), {}) ==
        ServiceIdentity{"web", ServiceKind::Unit, false});
  CHECK(identify(in_container(process("nginx"), "front"), {}) ==
        ServiceIdentity{"front", ServiceKind::Container, false});
  CHECK(identify(process("nginx"), {}) == ServiceIdentity{"nginx", ServiceKind::Processes, false});
}

TEST_CASE("identity: rules name and merge; the first that matches counts") {
  const std::vector<ServiceRule> rules = {
      {.name = "queue-$1", .unit = pattern("worker@(.*)")},
      {.name = "shop", .container = pattern("shop-.*")},
      {.name = "build", .executable = pattern("cc1plus|ld|make")},
      {.name = "by-path", .executable = pattern("/opt/.*")},
      {.name = "app-${name}", .command_line = pattern(".* --app=(?P<name>[a-z]+).*")},
      {.name = "cache", .ports = {6379, 6380}},
      {.name = "people", .user = pattern("alice|bob")},
  };
  CHECK(identify(in_unit(process("x"), "worker@mail"), rules).name == "queue-mail");
  CHECK(identify(in_container(process("x"), "shop-2"), rules) ==
        ServiceIdentity{"shop", ServiceKind::Container, false});
  CHECK(identify(process("ld", {}, "/usr/bin/ld"), rules).name == "build");
  CHECK(identify(process("ld", {}, "/opt/tools/z"), rules).name == "by-path");
  // A pattern of a name is also about the name that was called.
  CHECK(identify(process("make", {"make"}, "/bin/busybox"), rules).name == "build");
  CHECK(identify(process("java", {"java", "--app=pay", "x"}), rules) ==
        ServiceIdentity{"app-pay", ServiceKind::Processes, true});
  ProcessFacts redis = process("redis");
  redis.ports = {16379, 6380};
  CHECK(identify(redis, rules).name == "cache");
  redis.ports = {16379};
  redis.user = "bob";
  CHECK(identify(redis, rules).name == "people");
  redis.user = "bobby";
  CHECK(identify(redis, rules).name == "redis");
  // A rule on units does not look at processes of none.
  CHECK(identify(process("worker@mail"), rules).name == "worker@mail");
}

TEST_CASE("identity: all matchers of a rule must match") {
  const std::vector<ServiceRule> rules = {
      {.name = "both", .executable = pattern("nginx"), .user = pattern("www")}};
  ProcessFacts facts = process("nginx");
  CHECK(identify(facts, rules).name == "nginx");
  facts.user = "www";
  CHECK(identify(facts, rules).name == "both");
}

TEST_CASE("identity: a command line splits at its NULs and has a limit") {
  CHECK(parse_command_line(std::string_view("a\0b c\0\0", 7)) ==
        std::vector<std::string>{"a", "b c", ""});
  CHECK(parse_command_line("").empty());
  CHECK(parse_command_line("cut") == std::vector<std::string>{"cut"});
  CHECK(parse_command_line(std::string(1000, '\0')).size() == 64);
}
