#include "collectors/services/service_names.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::services;

TEST_CASE("service_names: one name is one service, and ids are never used again") {
  ServiceNames names;
  const ServiceId nginx = names.resolve({"nginx", ServiceKind::Unit, false}, 10);
  CHECK(names.resolve({"nginx", ServiceKind::Container, false}, 10) == nginx);
  CHECK(names.at(nginx)->kind == ServiceKind::Unit);
  names.forget(nginx);
  names.forget(nginx);
  CHECK(names.own_series() == 0);
  CHECK(names.resolve({"nginx"}, 10) != nginx);
}

TEST_CASE("service_names: the first have series of their own, the rest is other") {
  ServiceNames names;
  const ServiceId a = names.resolve({"a"}, 1);
  const ServiceId b = names.resolve({"b"}, 1);
  CHECK(names.at(a)->label() == "a");
  CHECK(names.at(b)->label() == "other");
  names.set_own_series(a, false);
  names.set_own_series(b, true);
  CHECK(names.at(a)->label() == "other");
  CHECK(names.at(b)->label() == "b");
  CHECK(names.own_series() == 1);
}

TEST_CASE("service_names: nobody is called as the rest is") {
  ServiceNames names;
  CHECK(names.at(names.resolve({"other"}, 9))->name == "other_service");
}

TEST_CASE("service_names: past the limit all new ones are one") {
  ServiceNames names;
  for (std::size_t i = 0; i < ServiceNames::kServiceLimit; ++i)
    names.resolve({"s" + std::to_string(i)}, 0);
  const ServiceId more = names.resolve({"more"}, 0);
  CHECK(names.resolve({"still more"}, 0) == more);
  CHECK(names.at(more)->name == "unnamed");
  CHECK(names.refused() == 2);
  CHECK(names.resolve({"s7"}, 0) != more);
}
