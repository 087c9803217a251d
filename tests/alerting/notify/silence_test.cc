#include "alerting/notify/silence.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr Timestamp kStart = from_millis(1'700'000'000'000);

Silence quiet(std::string_view matchers, Timestamp from, Timestamp to) {
  Silence silence;
  silence.matchers = parse_matchers(matchers).value();
  silence.starts_at = from;
  silence.ends_at = to;
  silence.created_by = "me";
  silence.comment = "a change at night";
  return silence;
}

/// Ids "1", "2", …
Silences counted() {
  return Silences({}, [n = 0]() mutable { return std::to_string(++n); });
}

const Labels kDisk{{"alertname", "DiskFull"}, {"instance", "a"}};

}  // namespace

TEST_CASE("silences: one holds from its start until its end, for what all its matchers meet") {
  Silences silences = counted();
  REQUIRE(silences.set(quiet("alertname=DiskFull,instance=~\"a|b\"", kStart + 1h, kStart + 2h),
                       kStart));
  CHECK(silences.silencing(kDisk, kStart).empty());
  CHECK(silences.silencing(kDisk, kStart + 1h) == std::vector<std::string>{"1"});
  CHECK(silences.silencing(Labels{{"alertname", "DiskFull"}, {"instance", "c"}}, kStart + 1h)
            .empty());
  CHECK(silences.silencing(kDisk, kStart + 2h).empty());
  CHECK(silences.find("1")->state(kStart) == SilenceState::Pending);
  CHECK(silences.find("1")->state(kStart + 90min) == SilenceState::Active);
  CHECK(silences.find("1")->state(kStart + 2h) == SilenceState::Expired);
}

TEST_CASE("silences: a start in the past becomes now") {
  Silences silences = counted();
  REQUIRE(silences.set(quiet("a=b", kStart - 1h, kStart + 1h), kStart));
  CHECK(silences.find("1")->starts_at == kStart);
}

TEST_CASE("silences: an end can be moved, another change ends the old one and makes a new") {
  Silences silences = counted();
  REQUIRE(silences.set(quiet("a=b", kStart, kStart + 1h), kStart));
  Silence longer = *silences.find("1");
  longer.ends_at = kStart + 3h;
  const auto moved = silences.set(longer, kStart + 1min);
  REQUIRE(moved);
  CHECK(moved->id == "1");
  CHECK(moved->stored.size() == 1);
  Silence other = *silences.find("1");
  other.matchers = parse_matchers("a=c").value();
  const auto made = silences.set(other, kStart + 2min);
  REQUIRE(made);
  CHECK(made->id == "2");
  REQUIRE(made->stored.size() == 2);
  CHECK(silences.find("1")->state(kStart + 2min) == SilenceState::Expired);
  CHECK(silences.find("2")->state(kStart + 2min) == SilenceState::Active);
}

TEST_CASE("silences: what makes no sense is refused in Alertmanager's words") {
  Silences silences = counted();
  const auto why = [&](Silence silence) {
    const auto done = silences.set(std::move(silence), kStart);
    REQUIRE_FALSE(done);
    return done.error().message;
  };
  CHECK(why(quiet("a=b", kStart + 1h, kStart + 1h)) ==
        "Failed to create silence: start time must be before end time");
  CHECK(why(quiet("a=b", kStart - 2h, kStart - 1h)) ==
        "Failed to create silence: end time can't be in the past");
  CHECK(why(quiet("a=\"\",b=~\".*\"", kStart, kStart + 1h))
            .ends_with("must not match the empty string"));
  Silence unknown = quiet("a=b", kStart, kStart + 1h);
  unknown.id = "7";
  CHECK(why(unknown) == "silence not found");
}

TEST_CASE("silences: expiring ends one now, a pending one too, an ended one stays") {
  Silences silences = counted();
  REQUIRE(silences.set(quiet("a=b", kStart + 1h, kStart + 2h), kStart));
  REQUIRE(silences.expire("1", kStart + 1min));
  CHECK(silences.find("1")->state(kStart + 1min) == SilenceState::Expired);
  CHECK(silences.find("1")->starts_at <= silences.find("1")->ends_at);
  const auto again = silences.expire("1", kStart + 2min);
  REQUIRE(again);
  CHECK(again->stored.empty());
  CHECK(silences.expire("9", kStart).error().kind == ErrorKind::NoData);
}

TEST_CASE("silences: shown active first by end, then pending, then ended; old ones are forgotten") {
  Silences silences = counted();
  REQUIRE(silences.set(quiet("a=long", kStart, kStart + 3h), kStart));
  REQUIRE(silences.set(quiet("a=short", kStart, kStart + 2h), kStart));
  REQUIRE(silences.set(quiet("a=later", kStart + 2h, kStart + 4h), kStart));
  REQUIRE(silences.set(quiet("a=over", kStart, kStart + 1min), kStart));
  std::string order;
  for (const Silence& silence : silences.all(kStart + 1h)) order += silence.id;
  CHECK(order == "2134");
  CHECK(silences.forget_old(kStart + 120h).empty());
  CHECK(silences.forget_old(kStart + 120h + 2min) == std::vector<std::string>{"4"});
  CHECK(silences.find("4") == nullptr);
}

TEST_CASE("silences: there is a limit") {
  Silences silences({}, [n = 0]() mutable { return std::to_string(++n); });
  for (std::size_t i = 0; i < kSilenceLimit; ++i)
    REQUIRE(silences.set(quiet("a=b", kStart, kStart + 1h), kStart));
  const auto more = silences.set(quiet("a=b", kStart, kStart + 1h), kStart);
  REQUIRE_FALSE(more);
  CHECK(more.error().kind == ErrorKind::Unavailable);
}

TEST_CASE("silences: JSON there and back") {
  Silence silence = quiet("a=b, c!=d, e=~\"f.*\", g!~h", kStart, kStart + 90min);
  silence.id = Silences::random_uuid();
  silence.updated_at = kStart + 1ms;
  REQUIRE(is_uuid(silence.id));
  const std::string text = encode_silence(silence);
  const auto back = decode_silence(text);
  REQUIRE(back);
  CHECK(encode_silence(*back) == text);
  CHECK(back->starts_at == kStart);
  CHECK(matchers_text(back->matchers) == matchers_text(silence.matchers));
  CHECK(encode_silence(*back, &kStart).find("\"status\":{\"state\":\"active\"}") !=
        std::string::npos);
}

TEST_CASE("silences: JSON that is none, or lacks something, is Invalid") {
  for (const std::string_view text :
       {"", "[]", "{}", "null", R"({"comment":"","createdBy":""})",
        R"({"comment":"","createdBy":"","matchers":[]})",
        R"({"comment":"","createdBy":"","matchers":[{}],"startsAt":"x","endsAt":"y"})",
        R"({"comment":"","createdBy":"","matchers":[{"name":"a","value":"("  ,"isRegex":true}]})",
        R"({"comment":"","createdBy":"","matchers":[{"name":"a","value":"b"}],"startsAt":"x"})",
        R"({"id":"x","comment":"","createdBy":"","matchers":[{"name":"a","value":"b"}]})"}) {
    CAPTURE(text);
    const auto silence = decode_silence(text);
    REQUIRE_FALSE(silence);
    CHECK(silence.error().kind == ErrorKind::Invalid);
  }
}

TEST_CASE("silences: each id is another") {
  CHECK(Silences::random_uuid() != Silences::random_uuid());
  CHECK_FALSE(is_uuid("00000000-0000-4000-8000-00000000000g"));
  CHECK_FALSE(is_uuid("0000000000004000800000000000000"));
}
