// Outbox: notifications that were accepted and are not delivered yet. It lives in memory and in
// state.db: what is in it survives a restart and leaves only by delivery, by a newer notification
// of the same group to the same integration, with its receiver, or as a dead letter after hours of
// failing. Pure: no I/O.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alerting/notify/delivery_options.h"
#include "alerting/notify/notification.h"
#include "alerting/receivers/receiver.h"

namespace lapwing::alerting {

inline constexpr std::size_t kOutboxLimit = 10'000;
inline constexpr Duration kFirstRetry = 500ms;
inline constexpr Duration kLongestRetry = 60s;
/// How long a notification waits to be written down before it leaves from memory.
inline constexpr Duration kWriteWait = 1s;
/// Notifications that one digest takes; the others follow in the next.
inline constexpr std::size_t kDigestLimit = 500;
inline constexpr std::uint64_t kAllWritten = std::numeric_limits<std::uint64_t>::max();

/// How far state.db has come.
struct Written {
  std::uint64_t ticket = kAllWritten;  ///< the newest that is in the file
  bool failing = false;                ///< the last write failed: waiting for it is of no use
};

struct OutboxRow {
  Notification notification;
  std::uint64_t version = 0;  ///< grows when the row is replaced
  int attempts = 0;
  Timestamp next_attempt{};
  std::string last_error;
  Timestamp failing_since{};    ///< zero until an attempt fails
  bool fallback_asked = false;  ///< the fallback receiver has it too
};

class Outbox {
 public:
  explicit Outbox(std::vector<OutboxRow> rows = {});

  void apply(DeliveryOptions options);

  enum class Acceptance {
    Taken,
    Same,  ///< this very news waits already
    Full,  ///< it is dropped
  };
  /// Puts the notification in, in the place of one with its key, whose back-off it keeps.
  Acceptance accept(Notification notification, Timestamp now);
  /// What was accepted since the last call is written down with this ticket: it is held back until
  /// take_due() hears that it was, at most for kWriteWait.
  void seal(std::uint64_t ticket, Timestamp now);

  struct Part {
    Notification notification;
    std::uint64_t version = 0;
  };
  /// One sending: a notification, or a digest of several.
  struct Sending {
    std::vector<Part> parts;
    std::optional<Notification> digest;
    bool unwritten = false;  ///< it leaves before it is written down

    const Notification& told() const { return digest ? *digest : parts.front().notification; }
  };
  /// What is to be sent now: one sending at a time for each integration of a receiver, no more
  /// than its rate. `written`: how far seal()'s tickets
  /// have come.
  std::vector<Sending> take_due(Timestamp now, Written written = {});

  struct Finished {
    std::optional<OutboxRow> dead;      ///< gave up: the row, which is gone
    std::optional<OutboxRow> fallback;  ///< to be told to the fallback receiver too
    bool gone = false;                  ///< the row is: delivered or dead
    int attempts = 0;                   ///< so far, this one included
  };
  /// What became of one part of a sending.
  Finished finish(const DeliveryKey& key, std::uint64_t version, const DeliveryResult& result,
                  Timestamp now);

  /// Takes out what `keep` refuses, such as rows of receivers that are no more.
  std::vector<OutboxRow> remove_unless(const std::function<bool(const DeliveryKey&)>& keep);

  /// nullptr when there is none.
  const OutboxRow* find(const DeliveryKey& key) const;
  /// When take_due() has something next; kNever when all are under way or none is left.
  Timestamp next(Written written = {}) const;
  std::size_t size() const { return rows_.size(); }
  std::size_t waiting_for(std::string_view receiver) const;

 private:
  using LaneKey = std::pair<std::string, std::uint32_t>;  ///< receiver, integration
  struct Entry {
    OutboxRow row;
    bool under_way = false;
    std::uint64_t ticket = 0;
    Timestamp leaves_at{};  ///< written or not
  };
  struct Lane {
    std::size_t under_way = 0;
    Timestamp held_until{};  ///< the receiver asked for it (Retry-After)
  };
  struct Pace {
    double tokens = 0;
    Timestamp at{};
  };

  static LaneKey lane_of(const DeliveryKey& key) { return {key.receiver, key.integration}; }
  Timestamp ready_at(const Entry& entry, Written written) const;
  const RateLimit* limit_of(const std::string& receiver) const;
  /// When the receiver's rate lets the next one through; spends nothing.
  Timestamp rate_free_at(const std::string& receiver) const;
  bool spend(const std::string& receiver, Timestamp now);
  std::vector<Entry*> digest_of(const LaneKey& lane, Timestamp now);
  Sending start(const std::vector<Entry*>& entries, Written written);
  void lane_works(const LaneKey& lane, Timestamp now);

  DeliveryOptions options_;
  std::map<DeliveryKey, Entry> rows_;
  std::map<LaneKey, Lane> lanes_;
  std::map<std::string, Pace> paces_;  // by receiver
  std::vector<DeliveryKey> fresh_;     // accepted, not sealed yet
};

}  // namespace lapwing::alerting
