#include "collectors/services/group_choice.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::services;

namespace {

constexpr ServiceId kShop{1};
constexpr ServiceId kCache{2};

struct Choice {
  Process& add(const std::string& owner_folder, ServiceId service,
               const std::string& ownerless_folder = "") {
    const auto pid = std::int32_t(processes.size() + 10);
    Process& process = processes[pid];
    process.pid = pid;
    process.owner_folder = owner_folder;
    process.ownerless_folder = ownerless_folder;
    process.service = service;
    return process;
  }
  std::map<std::string, ServiceId> chosen() const { return choose_groups(processes); }
  ServiceDirectory::Processes processes;
};

using Chosen = std::map<std::string, ServiceId>;

}  // namespace

TEST_CASE("group_choice: owners' folders are their services', the slices around them nobody's") {
  Choice choice;
  choice.add("/system.slice/shop.service", kShop);
  choice.add("/system.slice/shop.service", kShop);
  choice.add("/system.slice/system-cache.slice/cache@1.service", kCache);
  choice.add("", kCache, "/");
  CHECK(choice.chosen() == Chosen{{"/system.slice", kNobody},
                                  {"/system.slice/shop.service", kShop},
                                  {"/system.slice/system-cache.slice", kNobody},
                                  {"/system.slice/system-cache.slice/cache@1.service", kCache}});
}

TEST_CASE(
    "group_choice: a folder of several services is left to its processes, with what is around") {
  Choice choice;
  choice.add("/system.slice/shop.service", kShop);
  choice.add("/user.slice/login.scope", kShop);
  choice.add("/user.slice/login.scope", kCache);
  CHECK(choice.chosen() ==
        Chosen{{"/system.slice", kNobody}, {"/system.slice/shop.service", kShop}});
  choice.processes.begin()->second.by_process = true;
  CHECK(choice.chosen().empty());
}

TEST_CASE("group_choice: a slice that a process lives in or below is left to its processes") {
  Choice choice;
  choice.add("/jobs.slice/shop.service", kShop);
  choice.add("", kCache, "/jobs.slice/here");
  CHECK(choice.chosen() == Chosen{{"/jobs.slice/shop.service", kShop}});
}

TEST_CASE("group_choice: a group around another one is its own service's") {
  Choice choice;
  choice.add("/user.slice/user-1.slice", kShop);
  choice.add("/user.slice/user-1.slice/user@1.service/app.service", kCache);
  CHECK(choice.chosen().at("/user.slice/user-1.slice") == kShop);
  CHECK(choice.chosen().at("/user.slice/user-1.slice/user@1.service") == kNobody);
}
